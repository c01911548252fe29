"""Which concepts make which meaning: the shape of a pack's `composition/<language>.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOT = "not "
"""Prefix of a feature whose concept is negated: "not cramp"."""
OPEN = "open"
"""Feature that is there while something is open, whatever is said."""
ASKED = "asked"
"""Feature that tells that a question has just been asked, and what it is about: "asked=people"."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Composed(_Data):
    """A slot's value that is told in pieces."""

    all: tuple[str, ...]
    """Features that must all be there."""
    value: str


class SlotRule(_Data):
    """Where the value of a slot comes from."""

    concepts: tuple[str, ...]
    default: str | None = None
    """Value when nothing was told; None leaves the slot out."""
    several: str | None = None
    """Value when one reading tells two different ones ("left and right"); None takes the likeliest."""
    order: tuple[str, ...] = ()
    """Of two values in one reading the one that stands first here counts: "toes" before "foot"."""
    within: tuple[str, ...] = ()
    """Concepts whose words tell the value surely; what else is named stands beside ("my toes ... my calf's locked")."""
    corrected: tuple[str, ...] = ()
    """Concepts that take back what was told before them ("my calf, no, my shin")."""
    vague: tuple[str, ...] = ()
    """Values that do not tell exactly: then `composed` is asked."""
    composed: tuple[Composed, ...] = ()
    """Values that are told in pieces: "my thigh … the front"; the first whose pieces are all there."""


class Together(_Data):
    """Features that count only when all are there."""

    all: tuple[str, ...]
    weight: float


class Answer(_Data):
    """An answer is told by its beginning ("no, it's as right as rain"): what follows says little against it."""

    begins: tuple[str, ...]
    """Features; one of them must stand at the beginning."""
    stranger: float = -0.4
    small_word: float = -0.1
    strangers_most: float = -2.5
    evidence: Mapping[str, float] = Field(default_factory=dict)
    """Weights that hold then instead."""


class IntentRule(_Data):
    """How much each concept speaks for one intent, in log-odds."""

    when: Literal["always", "open"] = "always"
    """`open`: only inside an open episode."""
    bias: float = -6.0
    threshold: float | None = None
    """Probability below which silence is right; None takes that of the settings."""
    gravity: int = 0
    """Of two meanings that are sure the graver one counts, and the other is kept beside it; 0 is no complaint."""
    shared: tuple[str, ...] = ()
    """Names of weights in the file's `shared`, which hold here unless `evidence` says otherwise."""
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
    felt: tuple[str, ...] = ()
    """What makes a place a complaint. Where none of these was heard and no question awaits the intent, each stranger
    takes away `stranger_unfelt`, without a limit: a place in a long sentence that hurts nobody is talk."""
    stranger_unfelt: float = -1.0
    sentence: float = 4.0
    """When a whole reading is one of the intent's sentences."""
    expected: float = 1.5
    """When the open question awaits this intent."""
    if_expected: Mapping[str, float] = Field(default_factory=dict)
    """Evidence that counts only when the open question awaits this intent."""
    answer: Answer | None = None
    """When the open question awaits this intent."""
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
    """What holds for all intents."""

    second_reader: bool = False
    """Whether the second reader, which was trained on talk like this pack's, has a say."""
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
    grammar: Literal["joins", "decides"] = "joins"
    """`decides`: people say the pack's sentences and no others, so its grammar's reading is what was said, if it comes
    within `allowed_gap` of the best free one."""
    disagreement: float = 0.2
    """Share of the score that goes where two engines listened and one of them heard nothing of the meaning."""


_LISTS = ("strip", "neutral", "openers", "ends", "misspelt", "overlay", "apart", "clause")


class Composition(_Data):
    """The whole file."""

    language: str
    settings: Settings = Settings()
    qualities: Qualities = Qualities()
    strip: tuple[str, ...] = ()
    """Concepts that are taken out before sentences are matched: groans, fillers."""
    neutral: tuple[str, ...] = ()
    """Concepts that are never strangers: articles, auxiliaries."""
    ends: tuple[str, ...] = ()
    """Concepts that are none where a word follows that their intent does not know: "my foot's gone septic"."""
    alike: tuple[tuple[str, ...], ...] = ()
    """Intents that come to the same, so that neither needs a lead over the other."""
    openers: tuple[str, ...] = ()
    """Concepts that may stand before an answer begins: "well", "to be honest"."""
    misspelt: tuple[str, ...] = ()
    """Concepts whose words are found with a slip of spelling too."""
    inside: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Concept -> concepts that are found inside its words as well: a side inside "back of my left lower leg"."""
    overlay: tuple[str, ...] = ()
    """Concepts that are found whatever else their words are part of: "fallen for her" beside "i have fallen"."""
    apart: tuple[str, ...] = ()
    """Concepts of many words that tell how others belong together, and take no word from any of them."""
    modifiers: tuple[Modifier, ...] = ()
    shared: Mapping[str, Mapping[str, float]] = Field(default_factory=dict)
    """Weights that several intents have in common, by name: what makes it talk about something else."""
    clause: tuple[str, ...] = ()
    """Concepts that part two complaints in one breath: "and", "but"."""
    also: str | None = None
    """Slot that takes the less grave complaint; None keeps only the gravest."""
    intents: Mapping[str, IntentRule]

    @model_validator(mode="before")
    @classmethod
    def _share(cls, data: Any) -> Any:
        """Each intent's evidence, with what it shares with others."""
        shared, intents = data.get("shared") or {}, data.get("intents") or {}
        for name, rule in intents.items() if isinstance(intents, dict) else ():
            for share in rule.get("shared") or () if isinstance(rule, dict) else ():
                if share not in shared:
                    raise ValueError(f"intents.{name}.shared: there is no {share!r} in shared")
                rule["evidence"] = {**shared[share], **(rule.get("evidence") or {})}
        return data

    def features(self) -> dict[str, list[str]]:
        """Each concept that the file names -> the keys under which it does."""
        places: list[tuple[str, Iterable[str]]] = [
            *((key, getattr(self, key)) for key in _LISTS),
            *((f"inside.{outer}", (outer, *inner)) for outer, inner in self.inside.items()),
            *((f"shared.{share}", weights) for share, weights in self.shared.items()),
            *((f"modifiers.{at}", (one.by, *one.turns, *one.until)) for at, one in enumerate(self.modifiers)),
            *((f"intents.{name}", _features_of(rule)) for name, rule in self.intents.items()),
        ]
        named: dict[str, list[str]] = {}
        for key, features in places:
            for feature in features:
                if feature.partition("=")[0] not in (OPEN, ASKED):
                    named.setdefault(feature.removeprefix(NOT), []).append(key)
        return named


def _features_of(rule: IntentRule) -> list[str]:
    together = [feature for group in rule.together for feature in group.all]
    needed = [feature for group in rule.needs for feature in group]
    slots = [name for slot in rule.slots.values() for name in slot_features(slot)]
    answers = [*rule.answer.begins, *rule.answer.evidence] if rule.answer else []
    return [*rule.evidence, *rule.if_expected, *answers, *together, *needed, *rule.allow, *rule.felt, *slots]


def slot_features(slot: SlotRule) -> list[str]:
    """What a slot's value may come from."""
    return [*slot.concepts, *(feature for composed in slot.composed for feature in composed.all)]
