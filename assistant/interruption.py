"""What was meant by words spoken over our own voice: the one rule that is different while we speak.

The shortest words are read worst, and over our voice worse still ("star" for "stop"). So where the words do not make us
fall silent, a sentence that would may count, if it fits the sound nearly as well as any words do: wrongly silent is
better than deaf to "stop". Only meanings that make us silent are taken so; all others need the words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.meaning import Meaning, meaning_of

if TYPE_CHECKING:
    from audio import Heard
    from intents import Match

SILENCING = frozenset({"stop", "help"})
"""Meanings that end what we say, and may be told by one word."""
FITS = -6.0
"""Odds, in nats, from which such a sentence counts: over our voice a "stop" had -5.9 and more, the other words
of real people -12 and less; words that rhyme with it are taken for it now and then (docs/benchmarks.md)."""


def meaning_over_us(understanding: Meaning, heard: Heard, expected: frozenset[str] = frozenset()) -> Match:
    """The meaning of an utterance that began while we spoke.

    Args:
        understanding: the pack's.
        heard: the utterance, with its readings.
        expected: intents that the open question awaits.
    """
    match = meaning_of(understanding, heard, expected=expected)
    if match.intent in SILENCING or heard.watched is None or heard.watched_odds is None or heard.watched_odds < FITS:
        return match
    fitting = understanding.understand([(heard.watched.text, 0.0)], expected=expected)
    return fitting if fitting.intent in SILENCING else match
