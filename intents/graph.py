"""Phrase templates compiled into one graph of words: optional parts and alternatives share their way."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import permutations
from typing import TYPE_CHECKING, Any

from hassil.expression import Alternative, ListReference, Permutation, RuleReference, TextChunk
from hassil.expression import Sequence as InOrder

from intents.templates import parse, rule_of, ways
from intents.word_graph import WordGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from intents.normalise import Normaliser
    from intents.phrases import Pattern

_GLUED = re.compile(r"\w[\[(]|[\])]\w")
"""A part of a word in brackets ("cramp[s]"): such a template is written out."""

Step = tuple[tuple[str, ...], int, float]
"""Words said, place after the words heard, quality."""


class PhraseGraph:
    """All phrases of a pack's lists, followed word by word."""

    def __init__(self, normaliser: Normaliser, rules: Mapping[str, str]) -> None:
        """Start empty."""
        self._normaliser, self._rules = normaliser, rules
        self.lists: set[str] = set()
        """The lists that phrases name, as `{name}`."""
        self._graph = WordGraph()
        self._ends: defaultdict[int, set[tuple[str, str | None]]] = defaultdict(set)
        self._known: dict[str, set[str]] = {}
        self._open: tuple[dict[str, tuple[int, ...]], ...] = ()
        self._closed: tuple[set[tuple[str, str | None]], ...] = ()

    def add(self, pattern: Pattern) -> None:
        """Add one template of a concept. Call `close` when all are there."""
        words: set[str] = set()
        if _GLUED.search(pattern.template):
            for way in ways(pattern.template, self._rules):
                self._end(self._spell(way, 0, words), pattern)
        else:
            self._end(self._way(parse(pattern.template).expression, 0, words), pattern)
        self._known.setdefault(pattern.concept, set()).update(words)

    def close(self) -> None:
        """Make the graph ready to be followed."""
        reached = [self._graph.reached({at}) for at in range(len(self._graph))]
        self._open = tuple(
            {word: tuple(targets) for word, targets in self._graph.following(states).items()} for states in reached
        )
        nothing: set[tuple[str, str | None]] = set()
        self._closed = tuple(nothing.union(*(self._ends.get(state, nothing) for state in states)) for states in reached)

    def words(self, concept: str | None = None) -> set[str]:
        """The words that phrases hold: of one concept, or of all."""
        return set().union(*self._known.values()) if concept is None else self._known.get(concept, set())

    def found(self, steps: Sequence[Sequence[Step]], least: float) -> Iterator[tuple[int, int, str, str | None, float]]:
        """Every phrase in `steps`: start, end, concept, value (None: its words), quality of at least `least`."""
        for start in range(len(steps)):
            paths = [(0, start, 1.0)]
            seen: set[tuple[int, int, float]] = set()
            while paths:
                state, at, quality = paths.pop()
                if at > start:
                    for concept, value in self._closed[state]:
                        yield start, at, concept, value, quality
                if at == len(steps):
                    continue
                for said, end, own in steps[at]:
                    if quality * own >= least:
                        for after in self._after(state, said):
                            path = (after, end, quality * own)
                            if path not in seen:
                                seen.add(path)
                                paths.append(path)

    def _after(self, state: int, words: tuple[str, ...]) -> Sequence[int]:
        states = self._open[state].get(words[0], ())
        for word in words[1:]:
            states = tuple(after for one in states for after in self._open[one].get(word, ()))
        return states

    def _end(self, state: int, pattern: Pattern) -> None:
        if state:
            self._ends[state].add((pattern.concept, pattern.value))

    def _spell(self, text: str, state: int, words: set[str]) -> int:
        for word in self._normaliser.words(text):
            words.add(word)
            state = self._graph.edge(state, word)
        return state

    def _way(self, part: Any, state: int, words: set[str]) -> int:
        """The state in which every way of `part` ends that begins at `state`."""
        after = state
        match part:
            case TextChunk():
                after = self._spell(part.original_text, state, words)
            case ListReference():
                self.lists.add(f"{{{part.list_name}}}")
                after = self._graph.edge(state, f"{{{part.list_name}}}")
            case RuleReference():
                after = self._way(rule_of(part.rule_name, self._rules), state, words)
            case Alternative():
                after = self._graph.joined([self._way(item, state, words) for item in part.items])
            case Permutation():
                after = self._graph.joined([self._in_order(order, state, words) for order in permutations(part.items)])
            case InOrder():
                after = self._in_order(part.items, state, words)
        return after

    def _in_order(self, items: Sequence[Any], state: int, words: set[str]) -> int:
        for item in items:
            state = self._way(item, state, words)
        return state
