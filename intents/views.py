"""What each intent looks for in words, and which of them it can explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from intents.composition import slot_features
from intents.evidence import concept_of, places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intents.composition import Composition, IntentRule
    from intents.concepts import Span


@dataclass(frozen=True, slots=True)
class View:
    """One intent's eyes."""

    concepts: frozenset[str]
    """All that it knows; nothing else is spotted for it."""
    explained: frozenset[str]
    """Features whose words are no strangers to it."""
    needs: tuple[frozenset[str], ...]
    """Of each group it needs one concept."""
    neutral: frozenset[str]
    """Features of words that mean nothing by themselves."""

    def known(self, spans: Sequence[Span]) -> tuple[set[int], set[int]]:
        """The places of words that it explains, and of those that are merely neutral to it."""
        explained = places(spans, self.explained)
        return explained, places(spans, self.neutral) - explained


def view_of(rule: IntentRule, composition: Composition) -> View:
    """What an intent looks for, and which features explain a word to it."""
    told = [feature for group in rule.together for feature in group.all] + [*rule.evidence, *rule.if_expected]
    told += [*rule.answer.begins, *rule.answer.evidence] if rule.answer else []
    slots = [feature for slot in rule.slots.values() for feature in slot_features(slot)]
    against = {feature for group in rule.together if group.weight < 0 for feature in group.all}
    against -= {feature for group in rule.together if group.weight > 0 for feature in group.all}
    speaks = {feature for feature in told if rule.evidence.get(feature, -1.0 if feature in against else 1.0) > 0}
    explained = frozenset({*speaks, *rule.allow, *slots})
    needed = [feature for group in rule.needs for feature in group]
    turning = [name for modifier in composition.modifiers for name in (modifier.by, *modifier.until)]
    concepts = {concept_of(feature) for feature in (*explained, *composition.neutral, *told, *needed, *turning)}
    needs = tuple(frozenset(concept_of(feature) for feature in group) for group in rule.needs)
    return View(frozenset(concepts), explained, needs, frozenset(composition.neutral))
