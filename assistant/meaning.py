"""What was meant by what was heard: the readings as the recogniser ranks them, given to the understanding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audio import Heard
    from intents import Match


UNFINISHED = {"cramp": "site"}
"""Intents that may be but a sentence's beginning, until this slot is told: "I've got a cramp ... in my foot"."""


class Meaning(Protocol):
    """Words in, meaning out; the bedside's understanding is one."""

    def understand(
        self,
        readings: Sequence[tuple[str, float]],
        *,
        idle: bool = False,
        expected: frozenset[str] = frozenset(),
        allowed: tuple[str, float] | None = None,
        second: Sequence[tuple[str, float]] | None = None,
    ) -> Match:
        """What was meant, silence included."""
        ...


def meaning_of(
    understanding: Meaning, heard: Heard, *, idle: bool = False, expected: frozenset[str] = frozenset()
) -> Match:
    """What was meant by an utterance.

    Args:
        understanding: the pack's.
        heard: the utterance, with its readings, the grammar's or else the watched one, and another engine's or else a
            second reader's.
        idle: nothing is open, so that only complaints and help count.
        expected: intents that the open question awaits.
    """
    second = heard.second.readings if heard.second else heard.judged or None
    return understanding.understand(
        [(reading.text, reading.rank) for reading in heard.readings],
        idle=idle,
        expected=expected,
        allowed=(heard.fitting.text, heard.fitting.rank) if heard.fitting else None,
        second=None if second is None else [(reading.text, reading.rank) for reading in second],
    )


def is_complete(match: Match) -> bool:
    """Tell whether what was said so far may be all: then a short quiet ends the utterance."""
    if match.intent is None:
        return False
    awaited = UNFINISHED.get(match.intent)
    return awaited is None or match.slots.get(awaited, "unknown") != "unknown"
