"""What was meant by words spoken over our own voice: the one rule that is different while we speak.

What is left of our voice stands before the person's word ("easy stop" for "stop" over "Easier, the same, or worse?").
So where all the words mean nothing, the last word of each reading is asked alone, and only the meanings that make us
fall silent are taken from it: wrongly silent is better than deaf to "stop".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audio import Heard
    from intents import Match

SILENCING = frozenset({"stop", "help"})
"""Meanings that may stand in a last word alone."""


class Meaning(Protocol):
    """Words in, meaning out; the bedside's understanding is one."""

    def understand(
        self,
        readings: Sequence[tuple[str, float]],
        *,
        idle: bool = False,
        expected: frozenset[str] = frozenset(),
        allowed: tuple[str, float] | None = None,
    ) -> Match:
        """What was meant, silence included."""
        ...


def meaning_over_us(understanding: Meaning, heard: Heard, expected: frozenset[str] = frozenset()) -> Match:
    """The meaning of an utterance that began while we spoke.

    Args:
        understanding: the pack's.
        heard: the utterance.
        expected: intents that the open question awaits.
    """
    readings = [(reading.text, reading.log_p) for reading in heard.readings]
    allowed = (heard.allowed.text, heard.allowed.log_p) if heard.allowed else None
    match = understanding.understand(readings, expected=expected, allowed=allowed)
    if match.intent in SILENCING or not readings:
        return match
    alone = understanding.understand(_last_words(readings), expected=expected)
    return alone if alone.intent in SILENCING else match


def _last_words(readings: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Each last word with the probability of all readings that end in it, likeliest first."""
    together: dict[str, float] = {}
    for text, log_p in readings:
        word = text.rpartition(" ")[2]
        before = together.get(word, -math.inf)
        high, low = max(before, log_p), min(before, log_p)
        together[word] = high + math.log1p(math.exp(low - high))
    return sorted(together.items(), key=lambda item: -item[1])
