"""Episodes as a FHIR R4 bundle. Codes stand only where they are sure; everything else is words.

Sure are: LOINC 72514-3 (pain severity, 0 to 10, verbal), UCUM units, ICD-10-CM R25.2 (cramp and spasm: a symptom).
HTEST is the standard's own mark of data that are no real person's. The site is text, since a code of a region that
nobody checked says more than is known. Nothing here is a diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from assistant.store.records import OWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.store.episode import Episode
    from assistant.store.records import Stamp

LOINC, UCUM, ICD = "http://loinc.org", "http://unitsofmeasure.org", "http://hl7.org/fhir/sid/icd-10-cm"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
MADE_UP = "Made up, to try the program out. Nobody had it."
NOTICE = "Written by a bedside assistant or by carers. General information, not a diagnosis; not a medical device."


def bundle(episodes: Sequence[Episode], person_id: str, profile: Mapping[str, Any], now: Stamp) -> dict[str, Any]:
    """A collection: the person, the device, an observation for each episode, and the morning's answers about it.

    Args:
        episodes: of the person; those of others in the same bed are left out, for they are no part of this record.
        person_id: whose record it is.
        profile: of the person.
        now: when it is written.
    """
    own = [each for each in episodes if each.person_id == person_id]
    resources = [_patient(person_id, profile), _device()]
    resources += [_observation(each, person_id) for each in own]
    resources += [made for each in own if (made := _answers(each, person_id))]
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": now.local.isoformat(),
        "entry": entries,
    }


def _patient(person_id: str, profile: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Patient", "id": person_id}
    if profile.get("name"):
        made["name"] = [{"text": profile["name"]}]
    if str(profile.get("born", "")).isdecimal():
        made["birthDate"] = str(profile["born"])
    return made


DEVICE_ID = "5b0c0d10-7f0e-5d1c-9b61-2a4a0c6d9a10"


def _device() -> dict[str, Any]:
    name = {"name": "Bedside cramp assistant", "type": "user-friendly-name"}
    return {"resourceType": "Device", "id": DEVICE_ID, "deviceName": [name], "note": [{"text": NOTICE}]}


def _observation(each: Episode, person_id: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": each.episode_id,
        "meta": _meta(each),
        "status": "final" if each.end else "preliminary",
        "code": {"coding": [{"system": ICD, "code": "R25.2", "display": "Cramp and spasm"}], "text": "Cramp at night"},
        "subject": {"reference": f"urn:uuid:{person_id}"},
        "effectivePeriod": _period(each),
        "bodySite": {"text": _site(each)},
        "component": _components(each),
    }
    if each.origin == "live":
        made["device"] = {"reference": f"urn:uuid:{DEVICE_ID}"}
    made["note"] = [{"text": text} for text in (each.note, None if _is_own(each) else MADE_UP) if text]
    return {name: value for name, value in made.items() if value}


ANSWERS = (
    ("sleep_quality", "How did you sleep? 1 very poor to 5 very good"),
    ("sleep_disturbance", "How much did the cramp disturb the night? 0 not at all to 10 worst"),
    ("bother", "How much does it bother you? 0 not at all to 4 very much"),
    ("pain_morning", "Pain this morning, 0 to 10"),
    ("sore_next_day", "Is the muscle sore? 0 not at all to 3 very"),
    ("awakenings", "How often awake in that night?"),
    ("knot", "Could a hard knot be felt?"),
    ("urge_to_move", "Was there an urge to move the legs?"),
    ("relief_by_moving", "Did moving relieve it?"),
    ("both_legs", "Were both legs concerned?"),
    ("triggers", "What may have brought it on?"),
)
"""Fields that are asked on the two-week card, in the morning or of carers, with their questions."""


def _answers(each: Episode, person_id: str) -> dict[str, Any] | None:
    """What was answered about an episode, as a questionnaire's response; None where nothing was."""
    items = [
        {"linkId": field, "text": text, "answer": answer}
        for field, text in ANSWERS
        if (answer := _answer(getattr(each, field)))
    ]
    if not items:
        return None
    made = {
        "resourceType": "QuestionnaireResponse",
        "id": str(uuid5(UUID(each.episode_id), "morning")),
        "meta": _meta(each),
        "status": "completed",
        "subject": {"reference": f"urn:uuid:{person_id}"},
        "partOf": [{"reference": f"urn:uuid:{each.episode_id}"}],
        "item": items,
    }
    return {name: value for name, value in made.items() if value}


def _is_own(each: Episode) -> bool:
    """Whether somebody really had it."""
    return each.origin is None or each.origin in OWN


def _meta(each: Episode) -> dict[str, Any]:
    """Marks what is made up, so that no clinic takes it for a patient's."""
    return {} if _is_own(each) else {"security": [{"system": REASON, "code": "HTEST", "display": "test health data"}]}


def _answer(value: int | str | Sequence[str] | None) -> list[dict[str, Any]]:
    """The values of an answer; none where it is not known."""
    if value is None or value == "unknown":
        return []
    if isinstance(value, str):
        return [{"valueBoolean": value == "yes"}]
    return [{"valueInteger": value}] if isinstance(value, int) else [{"valueString": each} for each in value]


def _period(each: Episode) -> dict[str, str]:
    period = {"start": each.onset.local.isoformat()}
    if each.end is not None and each.duration_s is not None:
        period["end"] = each.end.local.isoformat()
    return period


def _site(each: Episode) -> str:
    site = "" if each.site == "unknown" else each.site.replace("_", " ")
    return " ".join(part for part in ("" if each.side == "unknown" else each.side, site) if part) or "not told"


def _components(each: Episode) -> list[dict[str, Any]]:
    known: list[dict[str, Any]] = []
    if each.duration_s is not None:
        quantity = {"value": round(each.duration_s, 1), "unit": "s", "system": UCUM, "code": "s"}
        known.append({"code": {"text": "Duration"}, "valueQuantity": quantity})
    if each.pain_now is not None:
        told = {"coding": [{"system": LOINC, "code": "72514-3"}], "text": "Pain, 0 to 10"}
        # The code stands for a number that the person gave, not for one that was read out of "bad".
        code = {"text": "Pain, 0 to 10, inferred from a word"} if each.pain_now_source == "inferred" else told
        known.append({"code": code, "valueInteger": each.pain_now})
    if each.relief is not None:
        scale = "Relief: 0 worse, 1 same, 2 some, 3 gone"
        known.append({"code": {"text": scale}, "valueInteger": each.relief})
    return known
