"""A linter for sentence packs: what loads, but cannot be meant."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product
from typing import TYPE_CHECKING

from intents.templates import MOST_WAYS
from intents.understanding import Understanding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intents.pack import Pack
    from intents.phrases import SaidAs

_TRIED = 40
"""Fillings of one template that are tried before it counts as unreachable."""


def check(pack: Pack) -> list[str]:
    """What is wrong with `pack`, one line each, naming file and key; empty when it is sound."""
    understanding = Understanding(pack)
    return [
        *_repeated_phrases(pack),
        *dict.fromkeys(_lists_that_do_not_exist(pack)),
        *_repeated_sentences(pack),
        *_too_many_ways(pack),
        *_unreachable(pack, understanding),
        *_without_examples(pack),
        *_near_misses_that_hit(pack, understanding),
    ]


def _repeated_phrases(pack: Pack) -> Iterator[str]:
    told: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for phrase in pack.phrases:
        told.setdefault((phrase.concept, phrase.words), set()).add(phrase.value)
    for (concept, words), values in told.items():
        if len(values) > 1 and concept in _slot_concepts(pack):
            yield f"lists.{concept}: {' '.join(words)!r} means {' and '.join(sorted(values))}; keep one"


def _slot_concepts(pack: Pack) -> set[str]:
    slots = [slot for rule in pack.composition.intents.values() for slot in rule.slots.values()]
    return {concept for slot in slots for concept in slot.concepts}


def _lists_that_do_not_exist(pack: Pack) -> Iterator[str]:
    concepts = {f"{{{phrase.concept}}}" for phrase in pack.phrases}
    for phrase in pack.phrases:
        for name in sorted({word for word in phrase.words if word.startswith("{")} - concepts):
            yield f"{phrase.source}: {' '.join(phrase.words)!r} names the list {name}, which does not exist"


def _repeated_sentences(pack: Pack) -> Iterator[str]:
    templates = Counter((said.intent, said.template) for said in pack.sentences)
    yield from (
        f"intents.{intent}: {template!r} is given twice" for (intent, template), n in templates.items() if n > 1
    )
    owners: dict[tuple[str, ...], set[str]] = {}
    for said in pack.sentences:
        for way in said.ways:
            owners.setdefault(way, set()).add(said.intent)
    for way, intents in owners.items():
        if len(intents) > 1:
            yield f"intents.{' and intents.'.join(sorted(intents))}: both say {' '.join(way)!r}; keep one"


def _too_many_ways(pack: Pack) -> Iterator[str]:
    for said in pack.sentences:
        if len(said.ways) >= MOST_WAYS:
            yield f"{said.source}: {said.template!r} can be said in too many ways; split it"


def _unreachable(pack: Pack, understanding: Understanding) -> Iterator[str]:
    values: dict[str, list[str]] = {}
    for phrase in pack.phrases:
        if not any(word.startswith("{") for word in phrase.words):
            values.setdefault(f"{{{phrase.concept}}}", []).append(" ".join(phrase.words))
    for said in pack.sentences:
        unknown = {word for way in said.ways for word in way if word.startswith("{") and word not in values}
        for name in sorted(unknown):
            yield f"{said.source}: {said.template!r} names the list {name}, which does not exist"
        if not unknown and not _is_reached(said, values, understanding):
            yield f"{said.source}: {said.template!r} is never understood as {said.intent}; something vetoes it"


def _is_reached(said: SaidAs, values: dict[str, list[str]], understanding: Understanding) -> bool:
    texts = (
        " ".join(filling) for way in said.ways for filling in islice(product(*(values.get(w, [w]) for w in way)), 4)
    )
    return any(understanding.understand([(text, 0.0)]).intent == said.intent for text in islice(texts, _TRIED))


def _without_examples(pack: Pack) -> Iterator[str]:
    spoken = {said.intent for said in pack.sentences}
    for intent in pack.composition.intents:
        if intent not in spoken:
            yield f"sentences/: intents.{intent} has no sentence"
        if not pack.near_misses.get(intent):
            yield f"near_misses/: near_misses.{intent} is missing: give sentences that only resemble {intent}"
    for intent in pack.near_misses:
        if intent not in pack.composition.intents:
            yield f"near_misses/: near_misses.{intent}: there is no such intent"


def _near_misses_that_hit(pack: Pack, understanding: Understanding) -> Iterator[str]:
    for intent, lines in pack.near_misses.items():
        for line in lines:
            if (meant := understanding.understand([(line, 0.0)]).intent) is not None:
                yield f"near_misses.{intent}: {line!r} is understood as {meant}"
    for line in pack.unrelated:
        if (meant := understanding.understand([(line, 0.0)], idle=True).intent) is not None:
            yield f"unrelated: {line!r} is understood as {meant}"
