"""What the conversation wants done (verbs). Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from assistant.dialog.events import EndedBy

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
"""A field of an episode."""
Loudness = Literal["soft", "usual", "emergency"]
"""`soft`: nobody has just spoken to us; `emergency`: it goes before everybody's sleep."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say a line after those that wait already."""

    line: str
    spacing_s: float = 0.0
    """Begin no sooner than this after the line before began."""
    skippable: bool = False
    """Drop it rather than say it late: the marks of a hold."""
    loudness: Loudness = "usual"


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

    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class NoteLast:
    """Something about the episode that was closed last became known."""

    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class GiveEpisode:
    """The open episode, or else the one that was closed last, is another person's."""

    to: str
    """`husband`, `wife` or `partner`."""


@dataclass(frozen=True, slots=True)
class CloseEpisode:
    """The open episode is over."""

    ended_by: EndedBy
    relief: int | None
    """worse 0, same 1, some 2, gone 3, None: nobody said."""
    fields: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """Somebody must come; on every channel there is."""

    level: str
    red_flag: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """An alert was answered; on every channel."""

    level: str
    red_flag: str
    by: str
    after_s: float


@dataclass(frozen=True, slots=True)
class CheckSelf:
    """Look whether everything works; `Checked` comes when that is known."""


@dataclass(frozen=True, slots=True)
class MakeCode:
    """Make a code for the first visit of the page; `CodeMade` comes when there is one."""


@dataclass(frozen=True, slots=True)
class StopListening:
    """Recognise nothing for a while: somebody asked for it."""

    for_s: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Recognise again."""

    by: str
    """`time_over`, `asked`, or the meaning of the key that needed ears."""


@dataclass(frozen=True, slots=True)
class KeepVolume:
    """So loud the nights begin from now on, decibels beside the volume that is set."""

    level_db: float


@dataclass(frozen=True, slots=True)
class NoteTold:
    """They have been told that it has got worse."""


@dataclass(frozen=True, slots=True)
class NoteSilence:
    """A question stayed unanswered."""

    waited_s: float


Effect: TypeAlias = (
    Say
    | Hush
    | SetTimer
    | CancelTimer
    | OpenEpisode
    | NoteEpisode
    | NoteLast
    | GiveEpisode
    | CloseEpisode
    | Alert
    | Acknowledge
    | NoteSilence
    | NoteTold
    | KeepVolume
    | CheckSelf
    | MakeCode
    | StopListening
    | Listen
)
