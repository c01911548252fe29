"""What was meant by words spoken over our own voice: the one rule that is different while we speak.

The shortest words are read worst, and over our voice worse still ("star" for "stop"). So where the words do not make us
fall silent, the likeliest sentence of the grammar may, if it fits the sound nearly as well as any words do: wrongly
silent is better than deaf to "stop". Only meanings that make us silent are taken so; all others need the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audio import Heard
    from intents import Match

SILENCING = frozenset({"stop", "help"})
"""Meanings that end what we say, and may be told by one word."""
FITS = -4.0
"""Agreement, in nats, from which the grammar's sentence counts: "stop" had -3.3 and more, the other words of real
people -8 and less (docs/benchmarks.md)."""


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


def meaning_over_us(understanding: Meaning, heard: Heard, expected: frozenset[str] = frozenset()) -> Match:
    """The meaning of an utterance that began while we spoke.

    Args:
        understanding: the pack's.
        heard: the utterance, with its readings.
        expected: intents that the open question awaits.
    """
    readings = [(reading.text, reading.rank) for reading in heard.readings]
    allowed = (heard.allowed.text, heard.allowed.rank) if heard.allowed else None
    second = [(reading.text, reading.rank) for reading in heard.second.readings] if heard.second else None
    match = understanding.understand(readings, expected=expected, allowed=allowed, second=second)
    if match.intent in SILENCING or allowed is None or heard.agreement is None or heard.agreement < FITS:
        return match
    fitting = understanding.understand([(allowed[0], 0.0)], expected=expected)
    return fitting if fitting.intent in SILENCING else match
