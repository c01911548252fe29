"""What the conversation is told (past participles) and what it wants done (verbs). Times are seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
"""A field of an episode."""
Loudness = Literal["soft", "usual", "emergency"]
"""`soft`: nobody has just spoken to us; `emergency`: it goes before everybody's sleep."""
EndedBy = Literal["better", "stop", "cancel", "silence", "red_flag", "interrupted"]


@dataclass(frozen=True, slots=True)
class Understood:
    """Somebody said something that was meant for us."""

    intent: str
    slots: dict[str, str] = field(default_factory=dict)
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Doubted:
    """Somebody may have told of a red flag, less clearly than acting needs."""

    red_flag: str
    score: float
    """0..1, how sure it was."""
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody answered the alert: a carer on the page, a button."""

    by: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A channel has confirmed that the alert arrived; who has been told is said by the voice, not decided here."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Somebody spoke; silence is the answer."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The first sample of a line sounds."""

    line: str


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


@dataclass(frozen=True, slots=True)
class Checked:
    """We looked at ourselves, as was asked; what does not work now."""

    faulty: tuple[str, ...] = ()
    """Of `microphone`, `recogniser`, `speaker`, `store`."""


@dataclass(frozen=True, slots=True)
class CodeMade:
    """A code for the first visit of the page was made, as was asked; the voice says it, it is not decided upon here."""

    owned: bool
    """Whether the page has an owner already: then there is no code."""


@dataclass(frozen=True, slots=True)
class Worsened:
    """The log's history says that it comes more often, or lasts longer; nobody has been told."""


Told: TypeAlias = Understood | Doubted | NotUnderstood | Acknowledged | Delivered
"""What others said or did."""
Event: TypeAlias = Told | Begun | Spoken | TimerFired | Interrupted | Checked | CodeMade | Worsened


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
