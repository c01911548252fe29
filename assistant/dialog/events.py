"""What the conversation is told (past participles) and what it wants done (verbs). Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

EndedBy = Literal["better", "stop", "cancel", "silence", "red_flag", "interrupted"]


@dataclass(frozen=True, slots=True)
class Understood:
    """Somebody said something that was meant for us."""

    intent: str
    slots: dict[str, str] = field(default_factory=dict)
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Somebody spoke; silence is the answer."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line has been said to its end, and nothing more is waiting to be said."""

    line: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that was set ran out."""

    name: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The assistant itself is being stopped: SIGTERM, or the end of a night's script."""

    by: EndedBy = "interrupted"


Event: TypeAlias = Understood | NotUnderstood | Spoken | TimerFired | Interrupted


@dataclass(frozen=True, slots=True)
class Say:
    """Say a line after those that wait already."""

    line: str
    spacing_s: float = 0.0
    """Begin no sooner than this after the line before began."""
    skippable: bool = False
    """Drop it rather than say it late: the marks of a hold."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop in mid-word and forget what waits to be said."""


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Fire once; setting a timer of the same name again replaces it."""

    name: str
    after_s: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget a timer; none of that name is no mistake."""

    name: str


@dataclass(frozen=True, slots=True)
class OpenEpisode:
    """Write down that an episode began, before a word is said of it."""

    intent: str
    slots: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoteEpisode:
    """Something about the open episode became known."""

    fields: dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class CloseEpisode:
    """The open episode is over."""

    ended_by: EndedBy
    relief: int | None
    """worse 0, same 1, some 2, gone 3, None: nobody said."""
    fields: dict[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody must come; on every channel there is."""

    level: str
    red_flag: str


@dataclass(frozen=True, slots=True)
class NoteSilence:
    """A question stayed unanswered."""

    waited_s: float


Effect: TypeAlias = Say | Hush | SetTimer | CancelTimer | OpenEpisode | NoteEpisode | CloseEpisode | Alert | NoteSilence
