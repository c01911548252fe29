"""Spotting concepts in words: exactly, as recognisers write them, or misspelt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from intents.graph import PhraseGraph, Step
from intents.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intents.composition import Modifier, Qualities
    from intents.pack import Pack
    from intents.phrases import Misheard

_DEEPEST = 2
"""How deep phrases may stand inside phrases: "{site} is gone", whose site is "{whose} calf"."""
_LEAST_QUALITY = 0.2
"""A phrase with more misreadings than that is no longer found."""


@dataclass(frozen=True, slots=True)
class Span:
    """A concept found in the words `start` to `end` (exclusive)."""

    start: int
    end: int
    concept: str
    value: str
    quality: float
    """1 as written in the pack, less for a misreading."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Spotted:
    """One reading: its words without groans and fillers, and all that was found in them."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]
    """Everything found, overlapping too."""
    stripped: tuple[Span, ...]
    """Groans and fillers that were taken out; their positions are those before."""


class Spotter:
    """Finds the concepts of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Index the phrases of `pack`."""
        composition = pack.composition
        self._normaliser = pack.normaliser
        self._modifiers = composition.modifiers
        self._strip = frozenset(composition.strip)
        self._inside = composition.inside
        self._overlay = frozenset(composition.overlay)
        self._apart = frozenset(composition.apart)
        self._neutral = frozenset(composition.neutral)
        self._quality = composition.qualities
        self._plain = PhraseGraph(pack.normaliser, pack.rules)
        self._nested = PhraseGraph(pack.normaliser, pack.rules)
        for pattern in pack.patterns:
            (self._nested if pattern.names_lists(pack.rules) else self._plain).add(pattern)
        self._named = self._nested.lists
        self._plain.close()
        self._nested.close()
        self._misheard = _by_first_word(pack.misheard, self._quality)
        said = self._plain.words() | self._nested.words()
        self._known = said | {word for one in pack.misheard for word in one.heard}
        self._spelling = Spelling(
            word
            for concept in composition.misspelt
            for word in self._plain.words(concept) | self._nested.words(concept)
        )
        self._stands_for = lru_cache(maxsize=4096)(self._other_words)

    def spot(self, text: str) -> Spotted:
        """Find what is in `text`."""
        words = self._normaliser.words(text)
        found = self._spans(words)
        stripped = tuple(span for span in self._best(found) if span.concept in self._strip)
        if stripped:
            gone = {at for span in stripped for at in range(span.start, span.end)}
            words = _without_stammer(word for at, word in enumerate(words) if at not in gone)
            found = self._spans(words)
        return Spotted(words, tuple(span for span in found if span.concept not in self._strip), stripped)

    def view(self, spotted: Spotted, concepts: frozenset[str]) -> tuple[Span, ...]:
        """What `spotted` means to somebody who knows only `concepts`.

        Returns:
            The longest and surest spans, none overlapping but those on exactly the same words, and those that the
            pack wants found inside longer ones; negation is marked.
        """
        known = [span for span in spotted.spans if span.concept in concepts]
        plain = [span for span in known if span.concept not in self._apart]
        best = self._best([span for span in plain if span.concept not in self._overlay])
        best += self._best([span for span in plain if span.concept in self._overlay])
        best += self._best([span for span in known if span.concept in self._apart])
        inside = [span for span in known if span.quality == 1.0 and self._is_inside(span, best)]
        best += [span for span in inside if not any(_is_part(span, other) for other in inside)]
        return tuple(_turn(sorted(best, key=lambda span: span.start), self._modifiers))

    def _best(self, found: list[Span]) -> list[Span]:
        """Longest and surest first, none overlapping; concepts on exactly the same words stand side by side.

        A word that means nothing by itself gives way to one that may have been misheard for it: "feel them", "numb".
        """
        taken: dict[int, tuple[int, int]] = {}
        best: list[Span] = []
        for span in sorted(found, key=self._rank):
            place = (span.start, span.end)
            here = [taken.get(at) for at in range(span.start, span.end)]
            if all(other is None for other in here) or set(here) == {place}:
                taken.update(dict.fromkeys(range(span.start, span.end), place))
                best.append(span)
        return sorted(best, key=lambda span: span.start)

    def _rank(self, span: Span) -> tuple[bool, float, int, float]:
        return span.concept in self._neutral, -(span.end - span.start) * span.quality, span.start, -span.quality

    def _is_inside(self, span: Span, best: Sequence[Span]) -> bool:
        return any(
            span.concept in self._inside.get(outer.concept, ())
            and outer.start <= span.start
            and span.end <= outer.end
            and span.end - span.start < outer.end - outer.start
            for outer in best
        )

    def _spans(self, words: Sequence[str]) -> list[Span]:
        steps = self._steps(words)
        found = fresh = self._found(self._plain, words, steps)
        for _ in range(_DEEPEST):
            for span in fresh:
                if span.quality == 1.0 and f"{{{span.concept}}}" in self._named:
                    steps[span.start].append(((f"{{{span.concept}}}",), span.end, 1.0))
            nested = self._found(self._nested, words, steps)
            fresh = [span for span in nested if span not in found]
            found = found + fresh
            if not any(f"{{{span.concept}}}" in self._named for span in fresh):
                break
        return found

    def _found(self, graph: PhraseGraph, words: Sequence[str], steps: Sequence[Sequence[Step]]) -> list[Span]:
        best: dict[tuple[int, int, str, str], float] = {}
        for start, end, concept, value, quality in graph.found(steps, _LEAST_QUALITY):
            key = (start, end, concept, " ".join(words[start:end]) if value is None else value)
            best[key] = max(quality, best.get(key, 0.0))
        return [Span(*key, quality) for key, quality in best.items()]

    def _steps(self, words: Sequence[str]) -> list[list[Step]]:
        """For each place, what may have been said there, where it ends, and how surely."""
        steps: list[list[Step]] = []
        for at, word in enumerate(words):
            here: list[Step] = [((said,), at + 1, quality) for said, quality in self._stands_for(word)]
            for heard, said_words, quality in self._misheard.get(word, ()):
                if tuple(words[at : at + len(heard)]) == heard:
                    here.append((said_words, at + len(heard), quality))
            steps.append(here)
        return steps

    def _other_words(self, word: str) -> tuple[tuple[str, float], ...]:
        """The word itself, and, when no phrase holds it, the known words that it may stand for."""
        if word in self._known:
            return ((word, 1.0),)
        return ((word, 1.0), *((known, self._quality.typo) for known in self._spelling.near(word)))


def _by_first_word(
    misheard: Sequence[Misheard], qualities: Qualities
) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...], float]]]:
    """First word heard -> (all words heard, words said, quality)."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], float]]] = {}
    for one in misheard:
        quality = qualities.near if one.likeness == "near" else qualities.far
        found.setdefault(one.heard[0], []).append((one.heard, one.said, quality))
    return found


def _without_stammer(words: Iterator[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for word in words:
        if not kept or kept[-1] != word:
            kept.append(word)
    return tuple(kept)


def _is_part(span: Span, other: Span) -> bool:
    """Whether `other` says the same in more words: "front of my leg above the knee", "front of my leg"."""
    longer = other.end - other.start > span.end - span.start
    return span.concept == other.concept and longer and other.start <= span.start and span.end <= other.end


def _turn(spans: list[Span], modifiers: Sequence[Modifier]) -> list[Span]:
    """Mark what a negation (or another modifier) before it turns."""
    there = {span.concept for span in spans}
    turning = [modifier for modifier in modifiers if modifier.by in there]
    return [replace(span, negated=True) if _is_turned(span, spans, turning) else span for span in spans]


def _is_turned(span: Span, spans: list[Span], modifiers: Sequence[Modifier]) -> bool:
    if any(other.concept == span.concept and other.end == span.start for other in spans):
        return False  # "not the foot, the calf": what follows at once is said instead
    for modifier in modifiers:
        if span.concept not in modifier.turns:
            continue
        ends = [other.end for other in spans if other.concept in modifier.until and other.end <= span.start]
        since = max(ends, default=0)
        for other in spans:
            if other.concept == modifier.by and since <= other.start and 0 <= span.start - other.end < modifier.reach:
                return True
    return False
