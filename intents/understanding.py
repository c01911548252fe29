"""Words in, meaning out: evidence from all readings, weighed for every intent, and silence when unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from intents.composition import NOT, Found, IntentRule, probability, weigh
from intents.concepts import Span, Spotted, Spotter
from intents.model import Evidence, Match
from intents.pack import Pack, load
from intents.templates import SentenceTree

Weighted = Sequence[tuple[float, Spotted]]
"""Readings with their shares, which sum to 1."""


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
        self._neutral = frozenset(self._composition.neutral)
        self._explained = {name: self._explaining(rule) for name, rule in self._composition.intents.items()}

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

    def _explaining(self, rule: IntentRule) -> frozenset[str]:
        told = [feature for group in rule.together for feature in group.all] + [*rule.evidence, *rule.if_expected]
        slots = [slot.concept for slot in rule.slots.values()]
        features = {feature for feature in told if rule.evidence.get(feature, 1.0) > 0}
        return frozenset({*features, *rule.allow, *slots, *self._neutral})

    def _score(
        self, name: str, rule: IntentRule, weighted: Weighted, expected: frozenset[str]
    ) -> tuple[float, tuple[Evidence, ...]]:
        log_odds, why = weigh(rule, self._found(name, rule, weighted), expected=name in expected)
        return probability(log_odds), why

    def _found(self, name: str, rule: IntentRule, weighted: Weighted) -> Found:
        settings = self._composition.settings
        enough = settings.anywhere_saturation if rule.anywhere else settings.saturation
        strength: dict[str, float] = {}
        words: dict[str, str] = {}
        strangers = core = sentence = 0.0
        for share, spotted in weighted:
            here = _features(spotted)
            for feature, (quality, said) in here.items():
                strength[feature] = strength.get(feature, 0.0) + share * quality
                words.setdefault(feature, said)
            if all(any(feature in here for feature in group) for group in rule.needs):
                core += share
                strangers += share * self._strangers(name, spotted)
                sentence += share * (name in self._sentences(spotted))
        strength = {feature: min(1.0, total / enough) for feature, total in strength.items()}
        return Found(strength, words, strangers / core if core else 0.0, min(1.0, sentence / enough))

    def _sentences(self, spotted: Spotted) -> frozenset[str]:
        spans: dict[int, list[tuple[str, int]]] = {}
        for span in spotted.everywhere:
            spans.setdefault(span.start, []).append((f"{{{span.concept}}}", span.end))
        return self._tree.intents(spotted.words, spans) if spotted.words else frozenset()

    def _strangers(self, name: str, spotted: Spotted) -> int:
        known = self._explained[name]
        explained = {at for span in spotted.spans if _names(span) & known for at in range(span.start, span.end)}
        return len(spotted.words) - len(explained)

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
        sure = score >= self.threshold and margin >= self.margin
        rule = self._composition.intents[best]
        return Match(
            text=heard,
            intent=best if sure else None,
            score=score,
            slots=_slots(rule, weighted) if sure else {},
            best=best if why else None,
            runner_up=runner_up,
            margin=margin,
            why=why,
        )


def _names(span: Span) -> set[str]:
    sign = NOT if span.negated else ""
    return {f"{sign}{span.concept}", f"{sign}{span.concept}={span.value}"}


def _features(spotted: Spotted) -> dict[str, tuple[float, str]]:
    """Feature -> how well it was heard, and its words; groans count too."""
    found: dict[str, tuple[float, str]] = {}
    for span in (*spotted.spans, *spotted.stripped):
        said = "" if span in spotted.stripped else " ".join(spotted.words[span.start : span.end])
        for feature in _names(span):
            if feature not in found or found[feature][0] < span.quality:
                found[feature] = (span.quality, said)
    return found


def _slots(rule: IntentRule, weighted: Weighted) -> dict[str, str]:
    """The likeliest value of each slot over the readings."""
    slots: dict[str, str] = {}
    for slot, told in rule.slots.items():
        votes: dict[str, float] = {}
        for share, spotted in weighted:
            values = {s.value: s.quality for s in spotted.spans if s.concept == told.concept and not s.negated}
            if told.several is not None and len(values) > 1:
                values = {told.several: min(values.values())}
            for value, quality in values.items():
                votes[value] = votes.get(value, 0.0) + share * quality
        if votes:
            slots[slot] = max(votes, key=lambda value: votes[value])
        elif told.default is not None:
            slots[slot] = told.default
    return slots
