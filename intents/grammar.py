"""What a pack's sentences allow, as a graph that a decoder follows letter by letter: nothing is written out.

Optional parts, alternatives, lists and rules share their ways, so that a pack may allow more sentences than could be
listed. Sets of places in the graph are the states; each set is worked out once, when it is first reached.
"""

from __future__ import annotations

from itertools import groupby, permutations
from typing import TYPE_CHECKING, Any, NamedTuple

from hassil.expression import Alternative, ListReference, Permutation, RuleReference, TextChunk
from hassil.expression import Sequence as InOrder

from intents.templates import parse, rule_of
from intents.word_graph import WordGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intents.pack import Pack

_DEEPEST = 8
"""How deep lists and rules may stand inside each other; the pack refuses circles when it is loaded."""


class Place(NamedTuple):
    """Where a text stands."""

    at: frozenset[int]
    """Places of the graph behind its last whole word."""
    word: str
    """The word that is being spelt."""


class PackGrammar:
    """Follows text along the sentences of a pack: `start`, `step` and `is_final` for a decoder.

    Args:
        pack: whose sentences, lists and rules are followed.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._graph = WordGraph()
        end = self._graph.place()
        self._lists: dict[str, list[str]] = {}
        for pattern in pack.patterns:
            self._lists.setdefault(pattern.concept, []).append(pattern.template)
        for said in pack.sentences:
            self._graph.join([self._way(parse(said.template).expression, 0, 0)], end)
        self._end = end
        self._words: dict[frozenset[int], dict[str, frozenset[int]]] = {}
        self._begun: dict[frozenset[int], frozenset[str]] = {}
        self.start = Place(frozenset(self._graph.reached({0})), "")

    def step(self, state: Place, text: str) -> Place | None:
        """The state after more text, or None if no sentence goes on so."""
        at, word = state
        for letter in text.lower():
            if letter == " ":
                if not word:
                    continue
                after = self._after(at).get(word)
                if after is None:
                    return None
                at, word = after, ""
            elif letter.isalnum() or letter == "'":
                word += letter
                if word not in self._beginnings(at):
                    return None
        return Place(at, word)

    def is_final(self, state: Place) -> bool:
        """Whether a sentence may end here."""
        at = self._after(state.at).get(state.word) if state.word else state.at
        return at is not None and self._end in at

    def _after(self, at: frozenset[int]) -> dict[str, frozenset[int]]:
        """Each word that may come next, and the places behind it."""
        if at not in self._words:
            found = self._graph.following(at)
            self._words[at] = {word: frozenset(self._graph.reached(targets)) for word, targets in found.items()}
        return self._words[at]

    def _beginnings(self, at: frozenset[int]) -> frozenset[str]:
        if at not in self._begun:
            self._begun[at] = frozenset(
                word[:letters] for word in self._after(at) for letters in range(1, len(word) + 1)
            )
        return self._begun[at]

    def _way(self, part: Any, at: int, depth: int) -> int:
        """The place in which every way of `part` ends that begins at `at`."""
        after = at
        match part:
            case TextChunk():
                after = self._spelt(part.original_text, at)
            case ListReference() if depth < _DEEPEST:
                said = self._lists.get(part.list_name, [])
                after = self._graph.joined([self._way(parse(one).expression, at, depth + 1) for one in said])
            case RuleReference() if depth < _DEEPEST:
                after = self._way(rule_of(part.rule_name, self._pack.rules), at, depth + 1)
            case Alternative():
                after = self._graph.joined([self._way(item, at, depth) for item in part.items])
            case Permutation():
                after = self._graph.joined([self._in_order(order, at, depth) for order in permutations(part.items)])
            case InOrder():
                after = self._in_order(part.items, at, depth)
        return after

    def _in_order(self, items: Sequence[Any], at: int, depth: int) -> int:
        """Parts one after the other; words side by side are spelt together, since people contract them."""
        for plain, parts in groupby(items, lambda item: isinstance(item, TextChunk)):
            if plain:
                at = self._spelt("".join(part.original_text for part in parts), at)
            else:
                for part in parts:
                    at = self._way(part, at, depth)
        return at

    def _spelt(self, text: str, at: int) -> int:
        """Behind the words of a text, in each spelling that people and recognisers write."""
        words = self._pack.normaliser.words(text)
        if not words:
            return at
        ends = []
        for spelling in self._pack.normaliser.spellings(words):
            here = at
            for word in spelling.split():
                here = self._graph.edge(here, word, *self._digits(word))
            ends.append(here)
        return self._graph.joined(ends)

    def _digits(self, word: str) -> list[str]:
        """A number as figures: models write "12" for "twelve"."""
        return [str(number) for number, said in self._pack.normaliser.numbers.items() if said == word]
