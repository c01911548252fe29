"""Where the conversation stands: one frozen record, from which everything can be told and resumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What is going on."""

    IDLE = "idle"
    """Nothing is open; waiting for a complaint."""
    STEPS = "steps"
    """The stretch is being told."""
    HOLD = "hold"
    """The stretch is being held and counted."""
    REST = "rest"
    """The muscle rests between two rounds."""
    CHECK = "check"
    """Asked how it is."""
    HELPER = "helper"
    """Asked whether somebody is there."""
    SIGNS = "signs"
    """Asked for a sign of something graver."""
    WAIT = "wait"
    """Silent, but there."""
    ALARM = "alarm"
    """An emergency is being repeated."""


@dataclass(frozen=True, slots=True)
class State:
    """All times are seconds of the clock that `step` is given."""

    phase: Phase = Phase.IDLE
    plan: tuple[str, ...] = ()
    """Lines of this round that are still to be said."""
    questions: tuple[str, ...] = ()
    """Questions still to be asked, the open one first."""
    asked: int = 0
    """How often the open question has been asked."""
    last_line: str | None = None
    """What "repeat" repeats."""

    site: str = "unknown"
    side: str = "unknown"
    onset_s: float | None = None
    """When the open episode began; None: none is open."""
    first_words_s: float | None = None
    heard_s: float = 0.0
    """When something was last said to us."""
    hurt_s: float = 0.0
    """When somebody last said that it hurts."""
    active_s: float = 0.0
    """The last moment that we know of: something said to us, or a hold that ended."""
    rounds: int = 0
    """Rounds begun."""
    rounds_held: int = 0
    """Rounds held to the end."""
    held_s: float = 0.0
    """Seconds of stretch in all."""
    hold_began_s: float | None = None
    relief: int | None = None
    """worse 0, same 1, some 2, gone 3."""
    helper: bool | None = None
    helper_asked: bool = False
    signs_due: bool = False
    signs_asked: bool = False
    no_response: bool = False

    flag: str | None = None
    """A red flag that nobody has cleared: no stretch while it stands."""
    flagged_s: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether an episode is open."""
        return self.onset_s is not None

    @property
    def expected(self) -> frozenset[str]:
        """Intents that the open question waits for; others count all the same."""
        if self.phase is Phase.CHECK:
            return frozenset({"better", "still_hurts", "worse"})
        if self.phase in (Phase.HELPER, Phase.SIGNS):
            return frozenset({"yes", "no"})
        return frozenset()
