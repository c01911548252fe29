"""Which known word an unknown one may be a slip of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONE_SLIP, _TWO_SLIPS = 5, 8
"""Letters a word must have for one or two slips to leave it recognisable."""


class Spelling:
    """Known words, found again when a letter is wrong, missing, too many, or swapped with its neighbour."""

    def __init__(self, known: Iterable[str]) -> None:
        """Index the words that may be found."""
        self._by_letter: dict[str, list[str]] = {}
        for word in sorted(set(known)):
            if len(word) >= _ONE_SLIP:
                self._by_letter.setdefault(word[0], []).append(word)

    def near(self, word: str) -> list[str]:
        """Known words with the same first letter, one slip away, or two for long words."""
        slips = 0 if len(word) < _ONE_SLIP else 1 if len(word) < _TWO_SLIPS else 2
        known = self._by_letter.get(word[:1], []) if slips else []
        return [one for one in known if OSA.distance(word, one, score_cutoff=slips) <= slips]
