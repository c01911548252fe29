"""Which known word an unknown one may stand for: a slip of spelling, or the same sound."""

from __future__ import annotations

from collections.abc import Iterable

import jellyfish
from rapidfuzz.distance import OSA

_ONE_SLIP, _TWO_SLIPS = 5, 8
"""Letters a word must have for one or two slips to leave it recognisable."""
_SHORTEST_KEY = 4
"""Consonant sounds that two words must share before sound alone counts; fewer are shared by chance."""


class SoundAlikes:
    """Known words by spelling and by sound."""

    def __init__(self, known: Iterable[str]) -> None:
        """Index the words that may be found."""
        self._known = sorted(set(known))
        self._keys: dict[str, list[str]] = {}
        for word in self._known:
            if len(key := jellyfish.metaphone(word)) >= _SHORTEST_KEY:
                self._keys.setdefault(key, []).append(word)

    def by_spelling(self, word: str) -> list[str]:
        """Known words one slip away (two for long words)."""
        slips = 0 if len(word) < _ONE_SLIP else 1 if len(word) < _TWO_SLIPS else 2
        if not slips:
            return []
        return [
            known
            for known in self._known
            if abs(len(known) - len(word)) <= slips
            and len(known) >= _ONE_SLIP
            and known[0] == word[0]
            and OSA.distance(word, known, score_cutoff=slips) <= slips
        ]

    def by_sound(self, word: str) -> list[str]:
        """Known words with the same consonant sounds."""
        return self._keys.get(jellyfish.metaphone(word), [])
