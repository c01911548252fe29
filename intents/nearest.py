"""The plain way, as a yardstick for benchmarks: one transcript, and the pack's nearest sentence by rapidfuzz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rapidfuzz import fuzz, process

from intents.model import Match
from intents.pack import Pack, load
from intents.sampling import sayings

if TYPE_CHECKING:
    from pathlib import Path

THRESHOLD = 0.85
"""Likeness, 0..1, from which the nearest sentence counts as meant."""


class Nearest:
    """Finds the sentence that is spelt most like a text."""

    def __init__(self, pack: Pack, *, each: int = 600) -> None:
        """Write out the sentences of `pack`, so many of each intent at most."""
        self._pack = pack
        said = sayings(pack, each=each)
        self._sayings = {" ".join(pack.normaliser.words(sentence)): intent for sentence, intent in said.items()}
        self._sentences = list(self._sayings)

    @classmethod
    def load(cls, pack: Path | None = None) -> Self:
        """Read the pack in folder `pack`, by default the bundled one.

        Raises:
            PackError: the pack is wrong.
        """
        return cls(load(pack))

    def understand(self, text: str) -> Match:
        """The intent of the nearest sentence, None when none is near; slots come from that sentence's words."""
        heard = " ".join(self._pack.normaliser.words(text))
        found = process.extractOne(heard, self._sentences, scorer=fuzz.ratio) if heard else None
        if found is None:
            return Match(text=heard, intent=None, score=0.0)
        sentence, likeness, _ = found
        score, intent = likeness / 100.0, self._sayings[sentence]
        sure = score >= THRESHOLD
        slots = slots_in(sentence, intent, self._pack) if sure else {}
        return Match(text=heard, intent=intent if sure else None, score=score, slots=slots, best=intent)


def slots_in(sentence: str, intent: str, pack: Pack) -> dict[str, str]:
    """The intent's slots, by the words of a sentence in normal form."""
    words = sentence.split()
    slots: dict[str, str] = {}
    for slot, rule in pack.composition.intents[intent].slots.items():
        told = [p.value for p in pack.phrases if p.concept in rule.concepts and _holds(words, p.words)]
        value = told[0] if told else rule.default
        if value is not None:
            slots[slot] = value
    return slots


def _holds(words: list[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(words[at : at + len(phrase)]) == phrase for at in range(len(words)))
