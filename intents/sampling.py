"""What the pack's sentences can say, written out: for a recogniser's grammar, for a baseline, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from intents.pack import Pack

_END = ""


def sayings(pack: Pack, *, most: int = 4000, each: int = 400, seed: int = 0) -> dict[str, str]:
    """Sentences -> intent, drawn from the pack's templates: the same for the same seed.

    Args:
        pack: where the templates are.
        most: sentences in all.
        each: sentences of one intent; a template that can say fewer says them all.
        seed: of the draw.
    """
    draw = Random(seed)  # noqa: S311 no secrets here
    values = _values(pack)
    by_intent: dict[str, list[str]] = {}
    for said in pack.sentences:
        by_intent.setdefault(said.intent, []).extend(
            sentence for way in said.ways for sentence in _filled(way, values, draw)
        )
    found: dict[str, str] = {}
    for intent, sentences in by_intent.items():
        distinct = sorted(set(sentences))
        for sentence in draw.sample(distinct, min(each, len(distinct))):
            found.setdefault(sentence, intent)
    return dict(sorted(found.items())[:most])


def _values(pack: Pack) -> dict[str, list[tuple[str, ...]]]:
    """List -> ways to say it, without those that hold lists themselves."""
    values: dict[str, list[tuple[str, ...]]] = {}
    for phrase in pack.phrases:
        if not any(word.startswith("{") for word in phrase.words):
            values.setdefault(f"{{{phrase.concept}}}", []).append(phrase.words)
    return values


_DRAWS = 12
"""Ways a list is filled for each way of saying a template."""


def _filled(way: Sequence[str], values: Mapping[str, list[tuple[str, ...]]], draw: Random) -> Iterator[str]:
    for _ in range(_DRAWS if any(word in values for word in way) else 1):
        words = [part for word in way for part in (draw.choice(values[word]) if word in values else (word,))]
        yield " ".join(words)


class SentenceGrammar:
    """Follows spelt text letter by letter along known sentences: `step` and `is_final` for a decoder."""

    def __init__(self, sentences: Iterable[str]) -> None:
        """Build the tree of letters."""
        self.start: dict[str, Any] = {}
        for sentence in sentences:
            node = self.start
            for letter in sentence:
                node = node.setdefault(letter, {})
            node[_END] = True

    def step(self, state: dict[str, Any], text: str) -> dict[str, Any] | None:
        """The state after more text, or None if no sentence goes on so; case and punctuation do not count."""
        node = state
        for letter in text.lower():
            if not (letter.isalnum() or letter == " "):
                continue
            if letter not in node:
                return None
            node = node[letter]
        return node

    def is_final(self, state: dict[str, Any]) -> bool:
        """Whether a sentence may end here."""
        return _END in state
