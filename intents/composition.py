"""Which concepts make which meaning: the shape of a pack's `composition/<language>.yaml`, and its arithmetic."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from intents.model import Evidence

NOT = "not "
"""Prefix of a feature whose concept is negated: "not cramp"."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SlotRule(_Data):
    """Where the value of a slot comes from."""

    concepts: tuple[str, ...]
    default: str | None = None
    """Value when nothing was told; None leaves the slot out."""
    several: str | None = None
    """Value when one reading tells two different ones ("left and right"); None takes the likeliest."""


class Together(_Data):
    """Features that count only when all are there."""

    all: tuple[str, ...]
    weight: float


class IntentRule(_Data):
    """How much each concept speaks for one intent, in log-odds."""

    when: Literal["always", "open"] = "always"
    """`open`: only inside an open episode."""
    bias: float = -6.0
    threshold: float | None = None
    """Probability below which silence is right; None takes that of the settings."""
    evidence: Mapping[str, float] = Field(default_factory=dict)
    """Feature -> weight; a feature is `concept`, `concept=value` or `not concept`."""
    together: tuple[Together, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    """Of each group at least one feature must be there."""
    allow: tuple[str, ...] = ()
    """Concepts that may stand beside the evidence without being strangers."""
    stranger: float = -0.3
    """For each word that is neither evidence nor allowed nor neutral."""
    small_word: float = 0.0
    """For each neutral word that is neither evidence nor allowed: an answer is more than a word inside a sentence."""
    strangers_most: float = -12.0
    """Strangers take away no more than this."""
    sentence: float = 4.0
    """When a whole reading is one of the intent's sentences."""
    expected: float = 1.5
    """When the open question awaits this intent."""
    if_expected: Mapping[str, float] = Field(default_factory=dict)
    """Evidence that counts only when the open question awaits this intent."""
    anywhere: bool = False
    """A safety word: counts in full also when only an unlikely reading holds it."""
    slots: Mapping[str, SlotRule] = Field(default_factory=dict)


class Modifier(_Data):
    """Words that turn what follows them: "not cramping"."""

    by: str
    """The concept that turns."""
    reach: int = 3
    """How many words after it are still turned."""
    turns: tuple[str, ...]
    """Concepts that are turned."""
    until: tuple[str, ...] = ()
    """Concepts that end the reach: "but"."""


class Qualities(_Data):
    """How much a concept counts that was not heard exactly, 0..1."""

    near: float = 0.8
    far: float = 0.5
    typo: float = 0.8


class Settings(_Data):
    """Numbers that hold for all intents."""

    threshold: float = 0.8
    """Probability below which silence is right."""
    margin: float = 0.2
    """Lead over the runner-up below which silence is right."""
    temperature: float = 2.0
    """Of the softmax over the readings' log probabilities; higher trusts the later readings more."""
    saturation: float = 0.35
    """Share of the readings that must hold a concept for it to count in full."""
    anywhere_saturation: float = 0.1
    """The same for the safety words."""
    allowed_gap: float = 2.0
    """Nats that the grammar's reading may fall short of the best free one and still join the readings."""
    allowed_least: float = -6.0
    """Log probability below which it does not join: then nothing that was heard is likely, and anything fits."""
    disagreement: float = 0.2
    """Share of the score that goes where two engines listened and one of them heard nothing of the meaning."""


class Composition(_Data):
    """The whole file."""

    language: str
    settings: Settings = Settings()
    qualities: Qualities = Qualities()
    strip: tuple[str, ...] = ()
    """Concepts that are taken out before sentences are matched: groans, fillers."""
    neutral: tuple[str, ...] = ()
    """Concepts that are never strangers: articles, auxiliaries."""
    misspelt: tuple[str, ...] = ()
    """Concepts whose words are found with a slip of spelling too."""
    inside: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Concept -> concepts that are found inside its words as well: a side inside "back of my left lower leg"."""
    modifiers: tuple[Modifier, ...] = ()
    intents: Mapping[str, IntentRule]

    def features(self) -> dict[str, list[str]]:
        """Each concept that the file names -> the keys under which it does."""
        named: dict[str, list[str]] = {}
        for key in ("strip", "neutral", "misspelt"):
            for concept in getattr(self, key):
                named.setdefault(concept, []).append(key)
        for outer, inner in self.inside.items():
            for concept in (outer, *inner):
                named.setdefault(concept, []).append(f"inside.{outer}")
        for at, modifier in enumerate(self.modifiers):
            for concept in (modifier.by, *modifier.turns, *modifier.until):
                named.setdefault(concept, []).append(f"modifiers.{at}")
        for name, rule in self.intents.items():
            for feature in _features_of(rule):
                named.setdefault(feature.removeprefix(NOT), []).append(f"intents.{name}")
        return named


def _features_of(rule: IntentRule) -> list[str]:
    together = [feature for group in rule.together for feature in group.all]
    needed = [feature for group in rule.needs for feature in group]
    slots = [concept for slot in rule.slots.values() for concept in slot.concepts]
    return [*rule.evidence, *rule.if_expected, *together, *needed, *rule.allow, *slots]


@dataclass(frozen=True, slots=True)
class Found:
    """What all readings together hold, for one intent."""

    strength: Mapping[str, float]
    """Feature -> 0..1, how surely it is there."""
    words: Mapping[str, str]
    """Feature -> the words that say it."""
    strangers: float
    """Words that the intent does not explain, mean over the readings that hold its core."""
    small_words: float
    """The same for neutral words."""
    sentence: float
    """0..1, how surely a whole reading is one of its sentences."""


def weigh(rule: IntentRule, found: Found, *, expected: bool) -> tuple[float, tuple[Evidence, ...]]:
    """The log-odds of the intent, and what they are made of; minus infinity where a need is not met."""
    if not all(any(found.strength.get(feature) for feature in group) for group in rule.needs):
        return -math.inf, ()
    weights = {**rule.evidence, **rule.if_expected} if expected else rule.evidence
    why = [
        Evidence("bias", "", rule.bias),
        *(_part(feature, weight, found) for feature, weight in weights.items() if found.strength.get(feature)),
        *(_all_of(group, found) for group in rule.together if all(found.strength.get(f) for f in group.all)),
    ]
    if found.strangers:
        why.append(Evidence("strangers", "", max(rule.strangers_most, rule.stranger * found.strangers)))
    if found.small_words and rule.small_word:
        why.append(Evidence("small words", "", rule.small_word * found.small_words))
    if found.sentence:
        why.append(Evidence("sentence", "", rule.sentence * found.sentence))
    if expected:
        why.append(Evidence("expected", "", rule.expected))
    return sum(part.weight for part in why), tuple(why)


def _part(feature: str, weight: float, found: Found) -> Evidence:
    return Evidence(feature, found.words.get(feature, ""), weight * found.strength[feature])


def _all_of(group: Together, found: Found) -> Evidence:
    return Evidence("+".join(group.all), "", group.weight * min(found.strength[feature] for feature in group.all))


def probability(log_odds: float) -> float:
    """The logistic of `log_odds`, 0..1."""
    if log_odds < 0:
        return math.exp(log_odds) / (1.0 + math.exp(log_odds)) if log_odds > -700 else 0.0  # noqa: PLR2004 exp's range
    return 1.0 / (1.0 + math.exp(-log_odds))
