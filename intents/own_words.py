"""A family's own words: one file of sentences, read on top of a pack; each is a phrase that speaks for one meaning.

The file has the format of `sentences/<language>/*.yaml`. What it teaches is spotted inside longer talk as any concept
is, so that strangers, negation and talk about others weigh as they do for the pack's own words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, Any

import yaml

from intents import words_yaml
from intents.phrases import Pattern, Phrase, SaidAs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from intents.composition import Composition, IntentRule, Settings
    from intents.pack import Pack

CONCEPT = "own_words"
"""The concept of all taught words; its value is their intent."""
SOURCE = "own words"
CLEARLY = 1.5
"""Log-odds by which taught words alone are above their intent's threshold."""
HEAD = """\
# What this family says, and what they mean by it. Read on top of the words that the assistant knows already.
# Written by: ./bedside teach "WORDS" INTENT      Taken back by: ./bedside teach --undo
"""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A phrase, and what the family means by it."""

    words: str
    intent: str


def joined(pack: Pack, taught: Sequence[OwnWords]) -> Pack:
    """The pack that understands taught words as well.

    Raises:
        ValueError: words mean something that the pack does not know.
    """
    patterns, phrases, sentences = [*pack.patterns], [*pack.phrases], [*pack.sentences]
    for own in taught:
        if own.intent not in pack.composition.intents:
            raise ValueError(f"“{own.words}” means {own.intent}, which does not exist (any more)")
        said = pack.normaliser.words(own.words)
        patterns.append(Pattern(" ".join(said), CONCEPT, own.intent))
        phrases.append(Phrase(said, CONCEPT, own.intent, SOURCE))
        sentences.append(SaidAs(own.words, own.intent, (said,), SOURCE))
    return replace(
        pack,
        composition=_speaking(pack.composition, {own.intent for own in taught}),
        patterns=tuple(patterns),
        phrases=tuple(phrases),
        sentences=tuple(sentences),
    )


def _speaking(composition: Composition, taught: AbstractSet[str]) -> Composition:
    """The composition in which taught words speak for their intents; what fills a slot is found inside them too."""
    intents = {
        name: _speaking_for(name, rule, composition.settings) if name in taught else rule
        for name, rule in composition.intents.items()
    }
    slots = (slot for name in sorted(taught) for slot in intents[name].slots.values())
    inside = {**composition.inside, CONCEPT: tuple({concept: None for slot in slots for concept in slot.concepts})}
    return composition.model_copy(update={"intents": intents, "inside": inside})


def _speaking_for(name: str, rule: IntentRule, settings: Settings) -> IntentRule:
    feature = f"{CONCEPT}={name}"
    threshold = settings.threshold if rule.threshold is None else rule.threshold
    weight = -rule.bias + log(threshold / (1 - threshold)) + CLEARLY
    needs = tuple((*group, feature) for group in rule.needs)
    return rule.model_copy(update={"evidence": {**rule.evidence, feature: weight}, "needs": needs})


def read(text: str) -> list[OwnWords]:
    """What a file teaches, in the order in which it was taught.

    Raises:
        ValueError: it is not such a file; the message says how it should be.
    """
    try:
        data = words_yaml.read(text)
        found = [
            (int((block.get("metadata") or {}).get("taught", 0)), OwnWords(str(line), intent))
            for intent, body in (data["intents"] or {}).items()
            for block in body["data"]
            for line in block["sentences"]
        ]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "it needs `intents:`, each with `data:` and in it `sentences:`, as the pack's files"
        ) from error
    return [own for _, own in sorted(found, key=lambda numbered: numbered[0])]


def written(taught: Sequence[OwnWords], language: str = "en") -> str:
    """The file that teaches this; beside each phrase stands which one it was, so that the last can be taken back."""
    intents: dict[str, dict[str, list[Any]]] = {}
    for number, own in enumerate(taught, 1):
        block = {"sentences": [own.words], "metadata": {"taught": number}}
        intents.setdefault(own.intent, {"data": []})["data"].append(block)
    data = {"language": language, "intents": intents}
    return HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
