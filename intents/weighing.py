"""How much everything found in the words speaks for one intent: log-odds, and what they are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intents.model import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intents.composition import Answer, IntentRule, Together

_MOST = 0.5
"""Share of the readings that must begin as an answer does."""


@dataclass(frozen=True, slots=True)
class Found:
    """What all readings together hold, for one intent."""

    strength: Mapping[str, float]
    """Feature -> 0..1, how surely it is there."""
    against: Mapping[str, float]
    """The same, of what speaks against the intent."""
    words: Mapping[str, str]
    """Feature -> the words that say it."""
    strangers: float
    """Words that the intent does not explain, mean over the readings that hold its core."""
    small_words: float
    """The same for neutral words."""
    sentence: float
    """0..1, how surely a whole reading is one of its sentences."""
    begins: float = 0.0
    """0..1, share of those readings that begin as an answer does."""


def weigh(rule: IntentRule, found: Found, *, expected: bool) -> tuple[float, tuple[Evidence, ...]]:
    """The log-odds of the intent, and what they are made of; minus infinity where a need is not met."""
    if not all(any(found.strength.get(feature) for feature in group) for group in rule.needs):
        return -math.inf, ()
    weights = {**rule.evidence, **rule.if_expected} if expected else rule.evidence
    tells: IntentRule | Answer = rule
    if expected and rule.answer is not None and found.begins >= _MOST:
        tells, weights = rule.answer, {**weights, **rule.answer.evidence}
    why = [
        Evidence("bias", "", rule.bias),
        *(_part(feature, weight, found) for feature, weight in weights.items() if found.strength.get(feature)),
        *(_all_of(group, found) for group in rule.together if all(found.strength.get(f) for f in group.all)),
    ]
    if found.strangers:
        why.append(Evidence("strangers", "", _strangers(rule, tells, found, expected=expected)))
    if found.small_words and tells.small_word:
        why.append(Evidence("small words", "", tells.small_word * found.small_words))
    if found.sentence:
        why.append(Evidence("sentence", "", rule.sentence * found.sentence))
    if expected:
        why.append(Evidence("expected", "", rule.expected))
    return sum(part.weight for part in why), tuple(why)


def _strangers(rule: IntentRule, tells: IntentRule | Answer, found: Found, *, expected: bool) -> float:
    if expected or not rule.felt or any(found.strength.get(feature) for feature in rule.felt):
        return max(tells.strangers_most, tells.stranger * found.strangers)
    return rule.stranger_unfelt * found.strangers


def _part(feature: str, weight: float, found: Found) -> Evidence:
    strength = found.strength if weight > 0 else found.against
    return Evidence(feature, found.words.get(feature, ""), weight * strength[feature])


def _all_of(group: Together, found: Found) -> Evidence:
    strength = found.strength if group.weight > 0 else found.against
    return Evidence("+".join(group.all), "", group.weight * min(strength[feature] for feature in group.all))


def probability(log_odds: float) -> float:
    """The logistic of `log_odds`, 0..1."""
    if log_odds < 0:
        return math.exp(log_odds) / (1.0 + math.exp(log_odds)) if log_odds > -700 else 0.0  # noqa: PLR2004 exp's range
    return 1.0 / (1.0 + math.exp(-log_odds))
