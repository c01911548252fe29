"""What the conversation is told (past participles). Times are seconds."""

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
