"""Cramp or restless legs, for the log only: never spoken, and never a diagnosis.

The weights are those of the log's rule; a missing answer scores nothing and is counted as missing. What only the
morning can tell (a knot, soreness, moving about) is unknown in the night.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.dialog.effects import Value
    from assistant.dialog.state import State

CRAMP_AT_MOST_S = 600
LONG_S = 900
PAIN = 5
CRAMP_LIKE = 4
EASED = 2
"""From this relief on, the stretch has helped."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of an episode; None: nobody said."""

    knot: bool | None = None
    relief_by_stretching: bool | None = None
    pain: int | None = None
    """0..10."""
    duration_s: float | None = None
    sudden: bool | None = None
    sore_next_day: bool | None = None
    urge_to_move: bool | None = None
    relief_by_moving: bool | None = None
    worse_at_rest: bool | None = None
    evening_only: bool | None = None
    both_legs: bool | None = None

    @property
    def cramp_score(self) -> int:
        """What speaks for a cramp, 0..8."""
        short = self.duration_s is not None and self.duration_s <= CRAMP_AT_MOST_S
        hurts = self.pain is not None and self.pain >= PAIN
        twos = 2 * (bool(self.knot) + bool(self.relief_by_stretching))
        return twos + hurts + short + bool(self.sudden) + bool(self.sore_next_day)

    @property
    def rls_score(self) -> int:
        """What speaks for restless legs, 0..9."""
        long = self.duration_s is not None and self.duration_s > LONG_S
        told = bool(self.worse_at_rest) + bool(self.evening_only) + bool(self.both_legs)
        return 3 * bool(self.urge_to_move) + 2 * bool(self.relief_by_moving) + told + long

    @property
    def missing(self) -> int:
        """How many of the answers behind both scores are not there."""
        return sum(getattr(self, name) is None for name in self.__slots__)

    @property
    def class_(self) -> str:
        """`mixed`, `rls_like`, `cramp_like` or `unclear`; a red flag's `not_assessed` is up to the caller."""
        if self.urge_to_move and (self.knot or self.cramp_score >= CRAMP_LIKE):
            return "mixed"
        if self.urge_to_move and self.relief_by_moving and (self.worse_at_rest or self.evening_only):
            return "rls_like"
        if self.cramp_score >= CRAMP_LIKE and not self.urge_to_move:
            return "cramp_like"
        return "unclear"


def signs_of(state: State, now: float) -> Signs:
    """What the night knows of the episode that ends now."""
    eased = None if state.relief is None or not state.rounds else state.relief >= EASED
    return Signs(
        relief_by_stretching=eased,
        duration_s=None if state.onset_s is None else now - state.onset_s,
        urge_to_move=True if state.complaint == "rls" else None,
        both_legs=None if state.side == "unknown" else state.side == "both",
    )


def fields_of(signs: Signs, *, flagged: bool = False) -> dict[str, Value]:
    """The class with both scores, as fields of the log."""
    return {
        "class": "not_assessed" if flagged else signs.class_,
        "cramp_score": signs.cramp_score,
        "rls_score": signs.rls_score,
        "answers_missing": signs.missing,
    }
