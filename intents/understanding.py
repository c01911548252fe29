"""Words in, meaning out: evidence from all readings, weighed for every intent, and silence when unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from intents.composition import NOT, Found, IntentRule, SlotRule, probability, weigh
from intents.concepts import Span, Spotted, Spotter
from intents.model import Evidence, Match
from intents.pack import Pack, load
from intents.templates import SentenceTree

_LEAST_SENTENCE = 0.4
"""How well all of a sentence must have been heard: with two everyday words misheard in it, it is another sentence."""

Weighted = Sequence[tuple[float, Spotted]]
"""Readings with their shares, which sum to 1."""


@dataclass(frozen=True, slots=True)
class _View:
    concepts: frozenset[str]
    explained: frozenset[str]
    needs: tuple[frozenset[str], ...]


class Understanding:
    """The meaning of what was heard, by the evidence of one pack."""

    def __init__(self, pack: Pack) -> None:
        """Prepare `pack` for spotting; takes a fraction of a second, once."""
        self._pack = pack
        self._composition = pack.composition
        self._spotter = Spotter(pack)
        self._tree = SentenceTree()
        for said in pack.sentences:
            for way in said.ways:
                self._tree.add(said.intent, way)
        self._views = {name: self._view(rule) for name, rule in self._composition.intents.items()}

    @classmethod
    def load(cls, pack: Path | None = None) -> Self:
        """Read the pack in folder `pack`, by default the bundled bedside pack.

        Raises:
            PackError: the pack is wrong; every mistake is named with file and key.
        """
        return cls(load(pack))

    @property
    def intents(self) -> tuple[str, ...]:
        """Names of the intents that can be understood."""
        return tuple(self._composition.intents)

    @property
    def threshold(self) -> float:
        """Score, 0..1, below which silence is right."""
        return self._composition.settings.threshold

    @property
    def margin(self) -> float:
        """Lead over the runner-up, 0..1, below which silence is right."""
        return self._composition.settings.margin

    def understand(
        self, readings: Sequence[tuple[str, float]], *, idle: bool = False, expected: frozenset[str] = frozenset()
    ) -> Match:
        """What was meant.

        Args:
            readings: n-best list, best first: text and its natural log probability. Typed text is `[(text, 0.0)]`.
            idle: nothing is open, so only complaints and help count; otherwise as inside an open episode.
            expected: intents that the open question awaits; they gain, the others are still heard.

        Returns:
            Always a match: its `intent` is None where silence is right, its score and `best` are given all the same.
        """
        weighted = self._weighted(readings)
        ranked = sorted(
            ((name, *self._score(name, rule, weighted, expected)) for name, rule in self._live(idle=idle)),
            key=lambda candidate: -candidate[1],
        )
        return self._decide(weighted, ranked, readings)

    def _weighted(self, readings: Sequence[tuple[str, float]]) -> Weighted:
        if not readings:
            return ()
        heat = self._composition.settings.temperature
        top = max(log_p for _, log_p in readings)
        raw = [math.exp((log_p - top) / heat) for _, log_p in readings]
        return [(share / sum(raw), self._spotter.spot(text)) for share, (text, _) in zip(raw, readings, strict=True)]

    def _live(self, *, idle: bool) -> Iterable[tuple[str, IntentRule]]:
        return ((name, rule) for name, rule in self._composition.intents.items() if rule.when == "always" or not idle)

    def _view(self, rule: IntentRule) -> _View:
        """What an intent looks for, and which features explain a word to it."""
        told = [feature for group in rule.together for feature in group.all] + [*rule.evidence, *rule.if_expected]
        slots = [slot.concept for slot in rule.slots.values()]
        speaks = {feature for feature in told if rule.evidence.get(feature, 1.0) > 0}
        explained = frozenset({*speaks, *rule.allow, *slots})
        needed = [feature for group in rule.needs for feature in group]
        turning = [name for modifier in self._composition.modifiers for name in (modifier.by, *modifier.until)]
        concepts = {_concept(feature) for feature in (*explained, *self._composition.neutral, *told, *needed, *turning)}
        needs = tuple(frozenset(_concept(feature) for feature in group) for group in rule.needs)
        return _View(frozenset(concepts), explained, needs)

    def _score(
        self, name: str, rule: IntentRule, weighted: Weighted, expected: frozenset[str]
    ) -> tuple[float, tuple[Evidence, ...]]:
        log_odds, why = weigh(rule, self._found(name, rule, weighted), expected=name in expected)
        return probability(log_odds), why

    def _found(self, name: str, rule: IntentRule, weighted: Weighted) -> Found:
        settings = self._composition.settings
        enough = settings.anywhere_saturation if rule.anywhere else settings.saturation
        seen: dict[str, list[tuple[float, float]]] = {}
        words: dict[str, str] = {}
        strangers = small = core = sentence = 0.0
        if not self._may_be(name, weighted):
            return Found({}, {}, 0.0, 0.0, 0.0)
        for share, spotted in weighted:
            spans = self._spotter.view(spotted, self._views[name].concepts)
            here = _features(spotted, spans)
            for feature, (quality, said) in here.items():
                seen.setdefault(feature, []).append((quality, share))
                words.setdefault(feature, said)
            if all(any(feature in here for feature in group) for group in rule.needs):
                core += share
                unexplained, neutral = self._strangers(name, spotted, spans)
                strangers += share * unexplained
                small += share * neutral
                sentence += share * self._sentences(spotted).get(name, 0.0)
        strength = {feature: _strength(heard, enough) for feature, heard in seen.items()}
        return Found(strength, words, strangers / (core or 1.0), small / (core or 1.0), min(1.0, sentence / enough))

    def _may_be(self, name: str, weighted: Weighted) -> bool:
        """Whether any reading holds a word of each thing that the intent needs: most meanings are ruled out here."""
        heard = {span.concept for _, spotted in weighted for span in (*spotted.spans, *spotted.stripped)}
        return all(heard & group for group in self._views[name].needs)

    def _sentences(self, spotted: Spotted) -> dict[str, float]:
        spans: dict[int, list[tuple[str, int, float]]] = {}
        for span in spotted.spans:
            spans.setdefault(span.start, []).append((f"{{{span.concept}}}", span.end, span.quality))
        said = self._tree.intents(spotted.words, spans) if spotted.words else {}
        return {intent: quality for intent, quality in said.items() if quality >= _LEAST_SENTENCE}

    def _strangers(self, name: str, spotted: Spotted, spans: Sequence[Span]) -> tuple[int, int]:
        """How many words the intent does not explain, and how many are merely neutral to it."""
        explained = _places(spans, self._views[name].explained)
        neutral = _places(spans, frozenset(self._composition.neutral)) - explained
        return len(spotted.words) - len(explained | neutral), len(neutral)

    def _slots(self, name: str, rule: IntentRule, weighted: Weighted) -> dict[str, str]:
        """The likeliest value of each slot over the readings."""
        votes: dict[str, dict[str, float]] = {slot: {} for slot in rule.slots}
        for share, spotted in weighted:
            spans = self._spotter.view(spotted, self._views[name].concepts)
            for slot, told in rule.slots.items():
                for value, quality in _told(told, spans).items():
                    votes[slot][value] = votes[slot].get(value, 0.0) + share * quality
        defaults = {slot: told.default for slot, told in rule.slots.items() if told.default is not None}
        return defaults | {slot: max(said, key=lambda value: said[value]) for slot, said in votes.items() if said}

    def _decide(
        self,
        weighted: Weighted,
        ranked: Sequence[tuple[str, float, tuple[Evidence, ...]]],
        readings: Sequence[tuple[str, float]],
    ) -> Match:
        heard = " ".join(weighted[0][1].words) if weighted else ""
        if not ranked or not readings:
            return Match(text=heard, intent=None, score=0.0)
        best, score, why = ranked[0]
        runner_up = (ranked[1][0], ranked[1][1]) if len(ranked) > 1 else None
        margin = score - (runner_up[1] if runner_up else 0.0)
        rule = self._composition.intents[best]
        least = self.threshold if rule.threshold is None else rule.threshold
        sure = score >= least and margin >= self.margin
        return Match(
            text=heard,
            intent=best if sure else None,
            score=score,
            slots=self._slots(best, rule, weighted) if sure else {},
            best=best if why else None,
            runner_up=runner_up,
            margin=margin,
            why=why,
        )


def _concept(feature: str) -> str:
    return feature.removeprefix(NOT).partition("=")[0]


def _places(spans: Sequence[Span], features: frozenset[str]) -> set[int]:
    return {at for span in spans if _names(span) & features for at in range(span.start, span.end)}


def _names(span: Span) -> set[str]:
    sign = NOT if span.negated else ""
    return {f"{sign}{span.concept}", f"{sign}{span.concept}={span.value}"}


def _features(spotted: Spotted, spans: Sequence[Span]) -> dict[str, tuple[float, str]]:
    """Feature -> how well it was heard, and its words; groans count too."""
    found: dict[str, tuple[float, str]] = {name: (1.0, "") for span in spotted.stripped for name in _names(span)}
    for span in spans:
        said = " ".join(spotted.words[span.start : span.end])
        for feature in _names(span):
            if feature not in found or found[feature][0] < span.quality:
                found[feature] = (span.quality, said)
    return found


def _strength(heard: Sequence[tuple[float, float]], enough: float) -> float:
    """How surely something is there: its quality in the best-heard `enough` of the readings (a share)."""
    missing, total = enough, 0.0
    for quality, share in sorted(heard, reverse=True):
        taken = min(share, missing)
        total += quality * taken
        missing -= taken
    return total / enough


def _told(rule: SlotRule, spans: Sequence[Span]) -> dict[str, float]:
    """The values that one reading tells for a slot, and how well each was heard."""
    values = {span.value: span.quality for span in spans if span.concept == rule.concept and not span.negated}
    if rule.several is not None and len(values) > 1:
        return {rule.several: min(values.values())}
    return values
