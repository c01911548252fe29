"""What the pack's sentences can say, written out: for a recogniser's grammar, for a baseline, for tests."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from intents.pack import Pack

_END = ""
_DRAWS = 30
"""Fillings drawn for a way of saying something that can be filled in more ways than are written out."""
_FEW = 400
"""A way of saying something that can be filled in so many ways is written out in full."""
_SHORT_FIRST = 6.0
"""Mean rank, by length, of the values drawn: what people say is mostly short."""


def sayings(pack: Pack, *, each: int = 600, seed: int = 0) -> dict[str, str]:
    """Sentences -> intent, drawn from the pack's templates, all in equal parts; the same for the same seed.

    Args:
        pack: where the templates are.
        each: sentences of one intent at most, beside those of one word, which are all there.
        seed: of the draw.

    Returns:
        Each sentence as the pack writes it and, where that differs, as people contract it ("it is", "it's").
    """
    draw = Random(seed)  # noqa: S311 no secrets here
    values = _values(pack)
    by_intent: dict[str, list[list[tuple[str, ...]]]] = {}
    for said in pack.sentences:
        filled = {words for way in said.ways for words in _filled(way, values, draw)}
        by_intent.setdefault(said.intent, []).append(sorted(filled, key=lambda words: (len(words), words)))
    drawn = {
        spelt: intent
        for intent, templates in by_intent.items()
        for words in _in_equal_parts(templates, each, draw)
        for spelt in pack.normaliser.spellings(words)
    }
    return {**_of_one_word(pack, values), **drawn}


def _of_one_word(pack: Pack, values: Mapping[str, list[list[tuple[str, ...]]]]) -> dict[str, str]:
    """Sentences of one word -> intent: no draw may lose "stop" or "help", which are listened for by themselves."""
    return {
        words[0]: said.intent
        for said in pack.sentences
        for way in said.ways
        if len(way) == 1
        for group in values.get(way[0], [[(way[0],)]])
        for words in group
        if len(words) == 1
    }


def wordings(pack: Pack) -> tuple[str, ...]:
    """Every way to say every concept, as people spell it: the parts that sentences are made of."""
    said = (spelt for phrase in pack.phrases for spelt in pack.normaliser.spellings(phrase.words))
    return tuple(dict.fromkeys(words for words in said if "{" not in words))


def _in_equal_parts(templates: Sequence[list[tuple[str, ...]]], most: int, draw: Random) -> Iterator[tuple[str, ...]]:
    """At most `most` sentences; a template that has fewer than its part leaves the rest to the others."""
    left = most
    for at, sentences in enumerate(sorted(templates, key=len)):
        part = min(len(sentences), left // (len(templates) - at))
        yield from draw.sample(sentences, part)
        left -= part


def _values(pack: Pack) -> dict[str, list[list[tuple[str, ...]]]]:
    """List -> for each of its values the ways to say it, short ones first, without those that hold lists."""
    values: dict[str, dict[str, dict[tuple[str, ...], None]]] = {}
    for phrase in pack.phrases:
        if not any(word.startswith("{") for word in phrase.words):
            values.setdefault(f"{{{phrase.concept}}}", {}).setdefault(phrase.value, {})[phrase.words] = None
    return {name: [sorted(said, key=len) for said in groups.values()] for name, groups in values.items()}


def _filled(
    way: Sequence[str], values: Mapping[str, list[list[tuple[str, ...]]]], draw: Random
) -> Iterator[tuple[str, ...]]:
    options = [values.get(word, [[(word,)]]) for word in way]
    flat = [[said for group in groups for said in group] for groups in options]
    if prod(map(len, flat)) <= _FEW:
        fillings: Iterable[Sequence[tuple[str, ...]]] = product(*flat)
    else:
        fillings = ([_short(draw.choice(groups), draw) for groups in options] for _ in range(_DRAWS))
    for filling in fillings:
        yield tuple(word for part in filling for word in part)


def _short(option: Sequence[tuple[str, ...]], draw: Random) -> tuple[str, ...]:
    return option[int(draw.expovariate(1 / _SHORT_FIRST)) % len(option)]


class _Letters(dict[str, Any]):
    """What may follow in a tree of letters; as a state it is itself and no other, whatever it holds."""

    __hash__ = object.__hash__  # type: ignore[assignment] # dict has none
    __eq__ = object.__eq__


class SentenceGrammar:
    """Follows spelt text letter by letter along known sentences: `step` and `is_final` for a decoder."""

    def __init__(self, sentences: Iterable[str]) -> None:
        """Build the tree of letters."""
        self.start = _Letters()
        for sentence in sentences:
            node = self.start
            for letter in sentence:
                node = node.setdefault(letter, _Letters())
            node[_END] = True

    def step(self, state: _Letters, text: str) -> _Letters | None:
        """The state after more text, or None if no sentence goes on so; case and punctuation do not count."""
        node = state
        for letter in text.lower():
            if not (letter.isalnum() or letter in " '"):
                continue
            if letter not in node:
                return None
            node = node[letter]
        return node

    def is_final(self, state: _Letters) -> bool:
        """Whether a sentence may end here."""
        return _END in state
