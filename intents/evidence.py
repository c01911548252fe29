"""What one reading holds, as features: which concepts, how well heard, in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from intents.clauses import GRAVE
from intents.composition import NOT
from intents.concepts import Spotted

if TYPE_CHECKING:
    from intents.composition import IntentRule, SlotRule
    from intents.concepts import Span

Weighted: TypeAlias = Sequence[tuple[float, Spotted]]
"""Readings with their shares, which sum to 1."""


def halved(first: Weighted, second: Weighted) -> Weighted:
    """The readings of two engines, half of the weight for each; all of it for one where the other has none."""
    if not first or not second:
        return first or second
    return [(share / 2, spotted) for share, spotted in (*first, *second)]


def concept_of(feature: str) -> str:
    """The concept of a feature: "not site=calf" -> "site"."""
    return feature.removeprefix(NOT).partition("=")[0]


def places(spans: Sequence[Span], features: frozenset[str]) -> set[int]:
    """The words, by place, that say one of `features`."""
    return {at for span in spans if names_of(span) & features for at in range(span.start, span.end)}


def names_of(span: Span) -> set[str]:
    """The features that a span is: with and without its value, negated or not."""
    sign = NOT if span.negated else ""
    return {f"{sign}{span.concept}", f"{sign}{span.concept}={span.value}"}


def begins_with(spotted: Spotted, spans: Sequence[Span], features: Sequence[str], openers: Sequence[str]) -> bool:
    """Whether one of `features` is the first that is said, but for words that only open an answer ("well")."""
    at, opening = 0, {span.start: span.end for span in spotted.spans if span.concept in openers}
    while True:
        if any(span.start == at and not names_of(span).isdisjoint(features) for span in spans):
            return True
        if at not in opening:
            return False
        at = opening[at]


def features_of(spotted: Spotted, spans: Sequence[Span]) -> dict[str, tuple[float, str]]:
    """Feature -> how well it was heard, and its words; groans count too."""
    found: dict[str, tuple[float, str]] = {name: (1.0, "") for span in spotted.stripped for name in names_of(span)}
    for span in spans:
        said = " ".join(spotted.words[span.start : span.end])
        for feature in names_of(span):
            if feature not in found or found[feature][0] < span.quality:
                found[feature] = (span.quality, said)
    return found


def strength_of(heard: Sequence[tuple[float, float]], enough: float) -> float:
    """How surely something is there: its quality in the best-heard `enough` of the readings (a share)."""
    missing, total = enough, 0.0
    for quality, share in sorted(heard, reverse=True):
        taken = min(share, missing)
        total += quality * taken
        missing -= taken
    return total / enough


def against_of(
    rule: IntentRule, seen: Mapping[str, Sequence[tuple[float, float]]], strength: Mapping[str, float]
) -> dict[str, float]:
    """How surely what speaks against a complaint is there: a stray word in a few readings must not silence it.

    So it counts by the share of all readings that hold it. A negation counts as what it negates does, unless what it
    would silence is grave.
    """
    return {
        feature: strength[feature] if feature.startswith(NOT) and rule.gravity < GRAVE else strength_of(heard, 1.0)
        for feature, heard in seen.items()
    }


def slot_value(rule: SlotRule, readings: Sequence[tuple[float, Sequence[Span]]]) -> str | None:
    """The likeliest value of a slot over the readings, by their shares; its default where none tells it."""
    votes: dict[str, float] = {}
    for share, spans in readings:
        for value, quality in _values_of(rule, spans).items():
            votes[value] = votes.get(value, 0.0) + share * quality
    return max(votes, key=lambda value: votes[value]) if votes else rule.default


def _meant(rule: SlotRule, spans: Sequence[Span], told: Sequence[Span]) -> Sequence[Span]:
    """Of what tells a slot, what is left after a correction, and of that, what stands within the surest words."""
    taken_back = max((span.end for span in spans if span.concept in rule.corrected), default=0)
    told = [span for span in told if span.start >= taken_back] or told
    sure = [span for span in spans if span.concept in rule.within and not span.negated]
    surely = [span for span in told if any(s.start <= span.start and span.end <= s.end for s in sure)]
    return [span for span in surely if span.value not in rule.vague] or told


def _values_of(rule: SlotRule, spans: Sequence[Span]) -> dict[str, float]:
    """The values that one reading tells for a slot, and how well each was heard."""
    told_by = _meant(rule, spans, [span for span in spans if span.concept in rule.concepts and not span.negated])
    values = {span.value: span.quality for span in told_by}
    if rule.several is not None and len(values) > 1:
        return {rule.several: min(values.values())}
    if rule.composed and values.keys() <= set(rule.vague):
        there = set().union(*(names_of(span) for span in spans)) if spans else set()
        for composed in rule.composed:
            if there.issuperset(composed.all):
                return {composed.value: 1.0}
    told = [value for value in rule.order if value in values]
    return {told[0]: values[told[0]]} if told else values
