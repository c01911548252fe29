"""The shapes of the conversation's data: lines, stretches, questions, red flags, answers, rules."""

from __future__ import annotations

from hashlib import sha256
from string import Formatter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt

Kind = Literal["step", "hold", "check", "ask", "red_flag", "reassure", "answer", "control"]
Level = Literal["emergency", "urgent", "soon"]
Lines = tuple[str, ...]
"""Ids of lines, in the order in which they are said."""
Seconds = PositiveFloat

RANK: dict[str, int] = {"emergency": 3, "urgent": 2, "soon": 1}
"""Which level outranks which."""
EVERYWHERE = "all"
"""Stands for every site in a rule."""


class Data(BaseModel):
    """Reviewed data: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(Data):
    """A thing that may be said."""

    say: Annotated[str, Field(min_length=1)]
    kind: Kind
    source: Annotated[str, Field(min_length=1)]
    unwritten: Lines | None = None
    """It speaks of the log, so it waits for the disk; said instead where that has not answered. None: it does not."""
    reviewer: str | None = None
    """Who approved these very words, and when; None: nobody yet."""
    reviewed: str | None = None
    """`mark` of the words that were approved: other words are not reviewed."""

    @property
    def placeholders(self) -> frozenset[str]:
        """Names of what the words leave open: numbers of the family, the time, a count."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.say) if name is not None)

    @property
    def mark(self) -> str:
        """A short hash of the words and their kind."""
        return sha256(f"{self.kind}: {self.say}".encode()).hexdigest()[:12]

    @property
    def approved_by(self) -> str | None:
        """Who approved these words; None: nobody, or they have changed since."""
        return self.reviewer if self.reviewed == self.mark else None


class Stretch(Data):
    """The reverse stretch of one muscle, as ids of lines; each key is explained in stretches.yaml."""

    first_round: Lines
    next_rounds: Lines
    with_helper: Lines = ()
    standing: Lines = ()
    rest_line: str | None = None
    rounds: PositiveInt = 3
    rest_s: Seconds = 10
    marks: dict[PositiveInt, str] = {}
    """Seconds into the hold -> line; the last one ends it. Empty: nothing is held."""
    next_marks: dict[PositiveInt, str] | None = None
    asks_first: Lines = ()
    asks_first_sides: tuple[str, ...] = ()
    asks_site: str | None = None
    signs: Lines
    instead: Lines = ("forbid.rest",)

    def marks_of(self, rounds: int) -> dict[int, str]:
        """The marks of a round, the first being 1."""
        return dict(self.marks if rounds <= 1 or self.next_marks is None else self.next_marks)

    @property
    def lines(self) -> Lines:
        """Every line that it may say."""
        told = (*self.first_round, *self.next_rounds, *self.with_helper, *self.standing, *self.signs, *self.instead)
        rest = (self.rest_line,) if self.rest_line else ()
        asked = (*self.asks_first, *((self.asks_site,) if self.asks_site else ()))
        return (*told, *rest, *asked, *self.marks.values(), *(self.next_marks or {}).values())


Noted = Literal[
    "pain_morning", "sore_next_day", "knot", "urge_to_move", "relief_by_moving", "both_legs", "sleep_quality"
]
"""Fields of the last episode that the morning fills."""
Trigger = Literal["busy day", "new medicine"]
"""What may have set a cramp off, of all that the log knows, as far as the morning asks for it."""


class Question(Data):
    """What an answer leads to; the words for it are explained in questions.yaml."""

    if_yes: str = "next"
    if_no: str = "next"
    if_silent: str = "wait"
    times: PositiveInt = 1
    sites: dict[str, str] = {}
    note: Noted | None = None
    trigger: Trigger | None = None
    topics: tuple[str, ...] = ()
    """What it is about, where the meaning of an answer depends on it."""
    which: dict[str, str] = {}
    """Which site front, back or inside means."""
    scale: tuple[int, int] | None = None
    """Answered by a number between these; None: by yes or no."""

    @property
    def outcomes(self) -> tuple[str, str, str]:
        """All that may follow."""
        return self.if_yes, self.if_no, self.if_silent


class Way(Data):
    """Another level or other lines of a red flag, where these slots were heard."""

    slots: dict[str, str]
    level: Level | None = None
    lines: Lines | None = None


class RedFlag(Data):
    """What is said instead of any stretch."""

    level: Level
    lines: Lines
    confirm: str
    topics: tuple[str, ...] = ()
    """What its lines ask about, where they ask something."""
    ways: tuple[Way, ...] = ()
    if_yes: str | None = None
    then_asks: Lines = ()
    when_idle: Lines = ()
    by_trend: Lines = ()
    goes_on: bool = False

    def said_as(self, slots: dict[str, str]) -> RedFlag:
        """The flag as these slots make it."""
        for way in self.ways:
            if way.slots.items() <= slots.items():
                changed = {"level": way.level or self.level, "lines": way.lines or self.lines}
                return self.model_copy(update=changed)
        return self


class Answer(Data):
    """What is answered to a question of the night."""

    lines: Lines
    slots: dict[str, str] = {}
    switches: dict[str, Lines] = {}
    closed: Lines = ()
    none: Lines = ()
    by_day: Lines = ()
    always: bool = False

    @property
    def all_lines(self) -> Lines:
        """Every line that it may say."""
        switched = (line for lines in self.switches.values() for line in lines)
        return (*self.lines, *switched, *self.closed, *self.none, *self.by_day)


class Complaint(Data):
    """Advice for what no stretch helps."""

    advice: Lines
    sites: dict[str, Lines] = {}
    standing: Lines = ()
    lying: Lines = ()
    look_after_s: Seconds
    asks: Lines
    then: str = "wait"
    notes: dict[str, str] = {}

    @property
    def lines(self) -> Lines:
        """Every line that it may say."""
        return (*self.advised, *self.asks)

    @property
    def advised(self) -> Lines:
        """The advice, whatever the site."""
        sites = (line for lines in self.sites.values() for line in lines)
        return (*self.advice, *sites, *self.standing, *self.lying)


class Morning(Data):
    """What the night left open, asked when somebody speaks to us after the wake hour."""

    day: tuple[Annotated[int, Field(ge=0, le=23)], Annotated[int, Field(ge=0, le=23)]]
    from_hour: Annotated[int, Field(ge=0, le=11)]
    at_most: PositiveInt
    poor_relief: str
    weekly: tuple[Annotated[int, Field(ge=0, le=6)], str]
    asks: Lines

    @property
    def lines(self) -> Lines:
        """Every question that it may ask."""
        return (self.poor_relief, self.weekly[1], *self.asks)


class Rule(Data):
    """What a switch of the profile changes; the keys are explained in profile.yaml."""

    when: str
    sites: tuple[str, ...]
    careful: bool = False
    drop: Lines = ()
    replace: dict[str, str] = {}
    before: Lines = ()
    asks: Lines = ()
    no_helper: bool = False
    forbid: Lines = ()
    flag: str | None = None
