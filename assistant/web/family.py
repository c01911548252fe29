"""What the family told of a person, in words, for the doctor's page and its paper; and what is worth asking about."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.web.render import day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from assistant.figures import Figures

VALUES = "Blood values as somebody typed them, with that laboratory's own range. Nobody has read anything into them."
VALUE_COLUMNS = ("what", "value", "unit", "range", "date")


def told_by_family(profile: Mapping[str, Any], figures: Figures) -> Iterator[str]:
    """Sentences on medicines, signs and conditions; what was never asked is said to be so."""
    medicines = "; ".join(filter(None, [_ticked(profile, "medicine"), profile.get("medicines_other")]))
    yield f"Medicines: {medicines}."
    if taken := "; ".join(_taken(profile)):
        yield f"Begun: {taken}."
    yield f"Signs: {_ticked(profile, 'sign')}."
    yield f"Found by a doctor before: {_ticked(profile, 'condition')}."
    restless = f"nights with two episodes or more: {figures.nights_with(2)} of {figures.nights}"
    yield f"Falls asleep by day: {profile.get('dozing') or 'not told'}; {restless}."
    if profile.get("bloods"):
        yield f"Blood values as they were written before: {profile['bloods']}."


def values_of(profile: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Rows of blood values: what, value, unit, the laboratory's range, day; the newest first."""
    rows = sorted(profile.get("blood", ()), key=lambda row: row["date"], reverse=True)
    return tuple((*(row[name] for name in VALUE_COLUMNS[:-1]), _day(row["date"])) for row in rows)


def begun(profile: Mapping[str, Any]) -> list[tuple[date, str]]:
    """What was begun and when, for a marker beside the weeks; what has no day has none."""
    rows = [row for row in profile.get("taken", ()) if row["began"]]
    return sorted((date.fromisoformat(row["began"]), _with_advice(row)) for row in rows)


def worth_asking(words: Mapping[str, Any], profile: Mapping[str, Any], flags: Collection[str]) -> list[str]:
    """What is worth asking a doctor about, by the rules of words.yaml: one sign of a rule is enough.

    Args:
        words: of the page.
        profile: of the person.
        flags: warning signs that were raised in the period.
    """
    found = [(rule["say"], _because(rule["because"], words, profile, flags)) for rule in words["worth_asking"].values()]
    return [say.format(because=", ".join(why)) for say, why in found if why]


def _because(
    because: Mapping[str, Any], words: Mapping[str, Any], profile: Mapping[str, Any], flags: Collection[str]
) -> list[str]:
    ticked = [m for field in ("sign", "condition") for m in because.get(field, ()) if m in profile.get(field, ())]
    told = [words["switch"][m]["label"].lower() for m in because.get("switch", ()) if profile.get(m) == "yes"]
    raised = [words["flag"][m] for m in because.get("flag", ()) if m in flags]
    taken = [row["what"] for row in profile.get("taken", ()) if row["advised"] in because.get("advised", ())]
    return list(dict.fromkeys([*ticked, *told, *raised, *taken]))


def _taken(profile: Mapping[str, Any]) -> Iterator[str]:
    for row in profile.get("taken", ()):
        yield f"{_with_advice(row)}, since {_day(row['began'])}" if row["began"] else _with_advice(row)


def _with_advice(row: Mapping[str, str]) -> str:
    return f"{row['what']} (no doctor advised it)" if row["advised"] == "no" else row["what"]


def _day(text: str) -> str:
    return day(date.fromisoformat(text)) if text else ""


def _ticked(profile: Mapping[str, Any], field: str) -> str:
    return (", ".join(profile[field]) or "none of the list") if field in profile else "not asked yet"
