"""Words in, meaning out: evidence from all readings, weighed for every intent, and silence when unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from intents.clauses import GRAVE, Candidate, gravest, gravest_with_the_other, parted
from intents.composition import ASKED, OPEN, IntentRule
from intents.concepts import Span, Spotted, Spotter
from intents.evidence import Weighted, against_of, begins_with, features_of, halved, slot_value, strength_of
from intents.joining import joined, shares
from intents.model import Evidence, Match
from intents.pack import Pack, load
from intents.templates import SentenceTree
from intents.views import view_of
from intents.weighing import Found, probability, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LEAST_SENTENCE = 0.4
"""How well all of a sentence must have been heard: with two everyday words misheard in it, it is another sentence."""


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
        self._views = {name: view_of(rule, self._composition) for name, rule in self._composition.intents.items()}

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
    def pack(self) -> Pack:
        """The pack in force."""
        return self._pack

    def threshold_of(self, intent: str) -> float:
        """Score, 0..1, below which `intent` is not acted on."""
        own = self._composition.intents[intent].threshold
        return self.threshold if own is None else own

    @property
    def threshold(self) -> float:
        """Score, 0..1, below which silence is right, where an intent has none of its own."""
        return self._composition.settings.threshold

    @property
    def margin(self) -> float:
        """Lead over the runner-up, 0..1, below which silence is right."""
        return self._composition.settings.margin

    def understand(
        self,
        readings: Sequence[tuple[str, float]],
        *,
        idle: bool = False,
        expected: frozenset[str] = frozenset(),
        allowed: tuple[str, float] | None = None,
        second: Sequence[tuple[str, float]] | None = None,
    ) -> Match:
        """What was meant.

        Args:
            readings: n-best list, best first: text and its natural log probability. Typed text is `[(text, 0.0)]`.
            idle: nothing is open, so only complaints and help count; otherwise as inside an open episode.
            expected: intents that the open question awaits; they gain, the others are still heard. "asked": it has just
                been asked, so that the beginning of an answer tells most; "asked=people": what it is about.
            allowed: the reading that a grammar of the pack's sentences found in the same sound, and its log
                probability; it joins the others where it is nearly as likely as the best of them.
            second: what another engine read in the same sound, nothing where it heard no words; None where one engine
                listened. Both lists count the same, and what only one of them bears out scores lower.

        Returns:
            Always a match: its `intent` is None where silence is right, its score and `best` are given all the same.
        """
        expected = expected if idle else expected | {OPEN}
        first = self._weighted(joined(readings, allowed, self._composition.settings))
        other = None if second is None else self._weighted(second)
        weighted = halved(first, other) if other else first
        ranked = self._ranked(weighted, self._live(idle=idle), expected)
        if ranked and other is not None:
            ranked = self._safe(ranked, first, other, expected)
            ranked[0] = self._agreed(ranked[0], first, other, expected)
        return self._with_also(self._decide(weighted, ranked), weighted, idle=idle)

    def _ranked(self, weighted: Weighted, live: Mapping[str, IntentRule], expected: frozenset[str]) -> list[Candidate]:
        heard = {span.concept for _, spotted in weighted for span in (*spotted.spans, *spotted.stripped)}
        possible = {name: rule for name, rule in live.items() if all(heard & need for need in self._views[name].needs)}
        scored = ((name, *self._score(name, rule, weighted, expected)) for name, rule in possible.items())
        return sorted(scored, key=lambda candidate: -candidate[1])

    def _with_also(self, match: Match, weighted: Weighted, *, idle: bool) -> Match:
        """Two complaints in one breath: the graver one, and in its slot the other."""
        rules, slot = self._composition.intents, self._composition.also
        if slot is None or match.intent is None or not rules[match.intent].gravity:
            return match
        complaints = {name: rule for name, rule in self._live(idle=idle).items() if rule.gravity}
        _, likeliest = max(weighted, key=lambda reading: reading[0])
        parts: list[Weighted] = [[(1.0, part)] for part in parted(likeliest, frozenset(self._composition.clause))]
        told = [match, *(self._decide(part, self._ranked(part, complaints, frozenset())) for part in parts)]
        return gravest_with_the_other(told, {name: rule.gravity for name, rule in rules.items()}, slot)

    def _safe(
        self, ranked: list[Candidate], first: Weighted, second: Weighted, expected: frozenset[str]
    ) -> list[Candidate]:
        """Words of safety count as much as either list alone makes of them."""
        rules = self._composition.intents
        either = [
            (name, *self._score(name, rules[name], heard, expected))
            for name, _, _ in ranked
            if rules[name].anywhere
            for heard in (first, second)
        ]
        best: dict[str, Candidate] = {}
        for each in sorted((*ranked, *either), key=lambda candidate: -candidate[1]):
            best.setdefault(each[0], each)
        return list(best.values())

    def _agreed(self, best: Candidate, first: Weighted, second: Weighted, expected: frozenset[str]) -> Candidate:
        """The best meaning, less sure where one list alone does not bear it out; what safety hangs on is exempt."""
        name, score, why = best
        rule = self._composition.intents[name]
        if rule.anywhere or rule.gravity >= GRAVE or not score:
            return best
        alone = min(self._score(name, rule, weighted, expected)[0] for weighted in (first, second))
        return name, score * (1 - self._composition.settings.disagreement * (1 - min(1.0, alone / score))), why

    def _weighted(self, readings: Sequence[tuple[str, float]]) -> Weighted:
        parts = shares(readings, self._composition.settings.temperature)
        return [(share, self._spotter.spot(text)) for share, (text, _) in zip(parts, readings, strict=True)]

    def _live(self, *, idle: bool) -> Mapping[str, IntentRule]:
        rules = self._composition.intents
        return {name: rule for name, rule in rules.items() if rule.when == "always"} if idle else rules

    def _score(
        self, name: str, rule: IntentRule, weighted: Weighted, expected: frozenset[str]
    ) -> tuple[float, tuple[Evidence, ...]]:
        log_odds, why = weigh(rule, self._found(name, rule, weighted, expected), expected=name in expected)
        return probability(log_odds), why

    def _found(self, name: str, rule: IntentRule, weighted: Weighted, expected: frozenset[str]) -> Found:
        settings = self._composition.settings
        enough = settings.anywhere_saturation if rule.anywhere else settings.saturation
        seen: dict[str, list[tuple[float, float]]] = {}
        words: dict[str, str] = {}
        strangers = small = core = sentence = begins = 0.0
        for share, spotted in weighted:
            spans = self._seen(name, spotted)
            here = features_of(spotted, spans)
            for feature, (quality, said) in here.items():
                seen.setdefault(feature, []).append((quality, share))
                words.setdefault(feature, said)
            if all(any(feature in here for feature in group) for group in rule.needs):
                core += share
                unexplained, neutral = self._strangers(name, spotted, spans)
                strangers += share * unexplained
                small += share * neutral
                sentence += share * self._sentences(spotted).get(name, 0.0)
                if rule.answer is not None and ASKED in expected:
                    begins += share * begins_with(spotted, spans, rule.answer.begins, self._composition.openers)
        strength = {feature: strength_of(heard, enough) for feature, heard in seen.items()}
        against = against_of(rule, seen, strength) if rule.gravity else strength
        around = {told: 1.0 for told in expected if told.partition("=")[0] in (OPEN, ASKED)}
        return Found(
            {**strength, **around},
            {**against, **around},
            words,
            strangers / (core or 1.0),
            small / (core or 1.0),
            min(1.0, sentence / enough),
            begins / (core or 1.0),
        )

    def _sentences(self, spotted: Spotted) -> dict[str, float]:
        spans: dict[int, list[tuple[str, int, float]]] = {}
        for span in spotted.spans:
            spans.setdefault(span.start, []).append((f"{{{span.concept}}}", span.end, span.quality))
        said = self._tree.intents(spotted.words, spans) if spotted.words else {}
        return {intent: quality for intent, quality in said.items() if quality >= _LEAST_SENTENCE}

    def _seen(self, name: str, spotted: Spotted) -> Sequence[Span]:
        """What a reading is to one intent: a concept that must end it is none before a word that the intent ignores."""
        concepts, ends = self._views[name].concepts, self._composition.ends
        spans = self._spotter.view(spotted, concepts)
        last = [span.end for span in spans if span.concept in ends]
        if not last:
            return spans
        explained, neutral = self._views[name].known(spans)
        if {*last} <= explained | neutral | {len(spotted.words)}:
            return spans
        return self._spotter.view(spotted, concepts - frozenset(ends))

    def _strangers(self, name: str, spotted: Spotted, spans: Sequence[Span]) -> tuple[int, int]:
        """How many words the intent does not explain, and how many are merely neutral to it."""
        explained, neutral = self._views[name].known(spans)
        return len(spotted.words) - len(explained | neutral), len(neutral)

    def _slots(self, name: str, rule: IntentRule, weighted: Weighted) -> dict[str, str]:
        """The likeliest value of each slot over the readings."""
        seen = [(share, self._spotter.view(spotted, self._views[name].concepts)) for share, spotted in weighted]
        told = {slot: slot_value(source, seen) for slot, source in rule.slots.items()}
        return {slot: value for slot, value in told.items() if value is not None}

    def _decide(self, weighted: Weighted, ranked: Sequence[Candidate]) -> Match:
        heard = " ".join(weighted[0][1].words) if weighted else ""
        if not ranked:
            return Match(text=heard, intent=None, score=0.0)
        best, score, why = gravest(ranked, self._composition.intents, self.threshold_of)
        second = next((candidate for candidate in ranked if candidate[0] != best), None)
        alike = {name for group in self._composition.alike if best in group for name in group} | {best}
        margin = score - next((other for name, other, _ in ranked if name not in alike), 0.0)
        rule = self._composition.intents[best]
        threshold = self.threshold_of(best)
        sure = score >= threshold and (margin >= self.margin or rule.gravity >= GRAVE)
        return Match(
            text=heard,
            intent=best if sure else None,
            score=score,
            slots=self._slots(best, rule, weighted) if sure else {},
            best=best if why else None,
            runner_up=second and second[:2],
            margin=max(0.0, margin),
            why=why,
            nearly=not sure and score >= threshold - self.margin,
        )
