"""What was meant by words spoken over our own voice: the one rule that is different while we speak.

The shortest words are read worst, and over our voice worse still ("star" for "stop"). So where the words do not make us
fall silent, the likeliest sentence of the grammar may, if it fits the sound nearly as well as any words do: wrongly
silent is better than deaf to "stop". Only meanings that make us silent are taken so; all others need the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.meaning import Meaning, meaning_of

if TYPE_CHECKING:
    from audio import Heard
    from intents import Match

SILENCING = frozenset({"stop", "help"})
"""Meanings that end what we say, and may be told by one word."""
FITS = -4.0
"""Agreement, in nats, from which the grammar's sentence counts: "stop" had -3.3 and more, the other words of real
people -8 and less (docs/benchmarks.md)."""


def meaning_over_us(understanding: Meaning, heard: Heard, expected: frozenset[str] = frozenset()) -> Match:
    """The meaning of an utterance that began while we spoke.

    Args:
        understanding: the pack's.
        heard: the utterance, with its readings.
        expected: intents that the open question awaits.
    """
    match = meaning_of(understanding, heard, expected=expected)
    if match.intent in SILENCING or heard.allowed is None or heard.agreement is None or heard.agreement < FITS:
        return match
    fitting = understanding.understand([(heard.allowed.text, 0.0)], expected=expected)
    return fitting if fitting.intent in SILENCING else match
