"""What was meant by words spoken over our own voice: the one rule that is different while we speak.

What is left of our voice stands before the person's word ("easy stop" for "stop" over "Easier, the same, or worse?"),
and the shortest words are read worst ("star"). So where all the words together do not make us fall silent, two more
questions may: what the last word of each reading means alone, and what the likeliest sentence of the grammar means if
it fits the sound nearly as well as any words do. Wrongly silent is better than deaf to "stop".
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audio import Heard
    from intents import Match

SILENCING = frozenset({"stop", "help"})
"""Meanings that end what we say, and may be told by one word."""
FITS = -4.0
"""Agreement, in nats, from which the grammar's sentence counts: real people's "stop" had -2.9 and more, other words of
theirs -8 and less (docs/benchmarks.md)."""


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
    others = [_last_words(readings)]
    if allowed is not None and heard.agreement is not None and heard.agreement >= FITS:
        others.append([(allowed[0], 0.0)])
    matches = (understanding.understand(other, expected=expected) for other in others)
    return next((other for other in matches if other.intent in SILENCING), match)


def _last_words(readings: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Each last word with the probability of all readings that end in it, likeliest first."""
    together: dict[str, float] = {}
    for text, log_p in readings:
        word = text.rpartition(" ")[2]
        before = together.get(word, -math.inf)
        high, low = max(before, log_p), min(before, log_p)
        together[word] = high + math.log1p(math.exp(low - high))
    return sorted(together.items(), key=lambda item: -item[1])
