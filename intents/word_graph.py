"""A graph whose ways spell sentences word by word; alternatives part and come together again without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class WordGraph:
    """Places, numbered from 0, where every text begins; words lead from one to the next, and some ways cost no word."""

    def __init__(self) -> None:
        self._edges: list[dict[str, set[int]]] = [{}]
        self._free: list[set[int]] = [set()]

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._edges)

    def place(self) -> int:
        """Make another place."""
        self._edges.append({})
        self._free.append(set())
        return len(self._edges) - 1

    def edge(self, at: int, *spellings: str) -> int:
        """The place behind a word, in any of its spellings, said at `at`."""
        after = self.place()
        for word in spellings:
            self._edges[at].setdefault(word, set()).add(after)
        return after

    def join(self, ends: Iterable[int], place: int) -> None:
        """Lead from each of `ends` to `place` without a word."""
        for end in ends:
            self._free[end].add(place)

    def joined(self, ends: Sequence[int]) -> int:
        """A new place where all of `ends` come together."""
        place = self.place()
        self.join(ends, place)
        return place

    def reached(self, places: Iterable[int]) -> set[int]:
        """The places, and those that cost no word from them."""
        reached, fresh = set(places), list(places)
        while fresh:
            more = self._free[fresh.pop()] - reached
            reached |= more
            fresh += more
        return reached

    def following(self, places: Iterable[int]) -> dict[str, set[int]]:
        """Each word that may come next at one of `places`, and the places behind it."""
        found: dict[str, set[int]] = {}
        for place in places:
            for word, targets in self._edges[place].items():
                found.setdefault(word, set()).update(targets)
        return found
