"""Who lies in this bed: what a family tells once, and what it changes of the stretches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from assistant.dialog.plan import EVERYWHERE, Data, Lines, Rule, Stretch

if TYPE_CHECKING:
    from assistant.dialog.patience import Volume
    from assistant.dialog.script import Script

LATE_WEEKS = 28
"""From this week of pregnancy on, nobody lies flat on the back for long."""


WORDS = {
    "yes": True,
    "no": False,
    "unknown": None,
    **dict.fromkeys(("left", "right", "both", "anterior", "posterior"), True),
}
"""How a switch is told beside true and false: whichever hip or knee it is, both sides are treated with care."""
ALSO_CALLED = {
    "hip": "hip_replacement",
    "knee": "knee_replacement",
    "pregnant": "pregnancy",
    "anticoagulants": "blood_thinners",
    "fracture": "recent_fracture",
    "osteoporosis": "thin_bones",
    "hearing_aids": "hearing",
    "standing_allowed": "standing",
    "emergency_number": "emergency",
    "urgent_number": "urgent_line",
}
"""Other names that a family may give to the same thing."""


def _told(value: Any) -> Any:
    return WORDS.get(value, value) if isinstance(value, str) else value


Told = Annotated[StrictBool | None, BeforeValidator(_told)]
"""A switch; None: nobody has told yet."""


class Profile(Data):
    """The person's profile; None: nobody has told yet, and the careful version holds."""

    name: str | None = None
    """Who sleeps here."""
    hip_replacement: Told = None
    knee_replacement: Told = None
    sore_knee: Told = None
    pregnancy: Annotated[bool | Literal["early", "late", "after"] | None, BeforeValidator(_told)] = None
    """`after`: the baby is born."""
    pregnancy_weeks: Annotated[int, Field(ge=1, le=45)] | None = None
    blood_thinners: Told = None
    numb_feet: Told = None
    foot_sores: Told = None
    recent_fracture: Told = None
    thin_bones: Told = None
    back_pain: Told = None
    fistula: Told = None
    fluid_limit: Told = None
    hearing: Told = None
    """Hard of hearing, or hearing aids out at night: answers start louder."""
    standing: bool = False
    """The family allows standing and walking at night."""
    partner: Told = None
    """Somebody sleeps beside."""
    wake_hour: Annotated[int, Field(ge=0, le=11)] | None = None
    """The hour at which their day begins and the morning's questions may come; None or 0: as for everybody."""
    bed_hour: Annotated[int, Field(ge=0, le=23)] | None = None
    """The hour at which their day ends; likewise."""
    helper: bool | str | None = None
    """Who helps, by name, or whether somebody does."""
    emergency: str | None = None
    """The number that is spoken for an emergency."""
    urgent_line: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _by_its_own_names(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        numbers = told.get("numbers")
        told = {ALSO_CALLED.get(key, key): value for key, value in told.items() if key != "numbers"}
        return {**told, **numbers} if isinstance(numbers, dict) else told

    def has(self, switch: str) -> bool | None:
        """Whether a switch of profile.yaml is on; None: not known."""
        if switch == "late_pregnancy":
            return self._late
        if switch == "pregnancy":
            weeks = True if self.pregnancy_weeks is not None else None
            return weeks if self.pregnancy is None else self.pregnancy not in (False, "after")
        value: bool | None = getattr(self, switch)
        return value

    @property
    def _late(self) -> bool | None:
        if self.pregnancy_weeks is not None and self.pregnancy in (None, True):
            return self.pregnancy_weeks >= LATE_WEEKS
        # Pregnant, and nobody said how far: the careful version.
        return None if self.pregnancy is None else self.pregnancy in (True, "late")

    def volume_db(self, volume: Volume) -> float:
        """How much louder or quieter than usual a night begins; hearing goes before a sleeper's rest."""
        if self.hearing:
            return volume.hearing_db
        return volume.partner_db if self.partner else 0.0

    @property
    def numbers(self) -> dict[str, str]:
        """The family's numbers, as they are spoken."""
        told = {"emergency": self.emergency, "urgent_line": self.urgent_line}
        return {name: number for name, number in told.items() if number}


NO_SWITCHES = ("name", "helper", "pregnancy_weeks", "wake_hour", "bed_hour", "emergency", "urgent_line")
SWITCHES = (
    *(name for name in Profile.model_fields if name not in NO_SWITCHES),
    "late_pregnancy",
)
"""What a rule may ask for."""


@dataclass(frozen=True, slots=True)
class Suited:
    """A stretch as this person may do it."""

    stretch: Stretch
    forbidden: bool = False
    """No stretch; `stretch.instead` is said."""
    flag: str | None = None
    """No stretch, but this red flag."""


def suited(script: Script, site: str, profile: Profile) -> Suited:
    """The stretch of a site, changed or forbidden by what is known of the person."""
    stretch = script.stretches[site]
    for rule in script.rules:
        if not {site, EVERYWHERE} & set(rule.sites):
            continue
        on = profile.has(rule.when)
        if on is None and rule.asks:
            stretch = stretch.model_copy(update={"asks_first": (*rule.asks, *stretch.asks_first)})
        if not (on or (on is None and rule.careful)):
            continue
        if rule.flag is not None:
            return Suited(stretch, forbidden=True, flag=rule.flag)
        if rule.forbid:
            return Suited(stretch.model_copy(update={"instead": rule.forbid}), forbidden=True)
        stretch = _changed(stretch, rule)
    return Suited(stretch, forbidden=not stretch.next_rounds)


def _changed(stretch: Stretch, rule: Rule) -> Stretch:
    def told(lines: Lines) -> Lines:
        kept = tuple(rule.replace.get(line, line) for line in lines if line not in rule.drop)
        return (*(line for line in rule.before if line not in kept), *kept) if lines else ()

    rest = stretch.rest_line
    return stretch.model_copy(
        update={
            "first_round": told(stretch.first_round),
            "next_rounds": told(stretch.next_rounds),
            "with_helper": () if rule.no_helper else told(stretch.with_helper),
            "standing": () if rule.no_helper else stretch.standing,
            "rest_line": None if rest is None else rule.replace.get(rest, rest),
        }
    )
