"""May these words mean that? What a family's own words must pass before they are believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from intents.clauses import GRAVE
from intents.concepts import Spotter
from intents.evidence import concept_of
from intents.own_words import CONCEPT
from intents.sampling import sayings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from intents.understanding import Understanding

LONGEST = 100
"""Letters: more is no phrase that somebody says again in the same words."""
FEWEST = 2
"""Words that a complaint needs at least: it is listened for day and night, beside any talk."""
SAMPLE = 8
"""Sentences of each intent that must go on meaning what they mean."""
_RARE = re.compile(r"[^\W_]{5,}")
"""Words of some length: the short ones are in every line, and known to every pack."""
_LETTERS = re.compile(r"[^\W_][\w' ,.!?\u2018\u2019-]*")


def unfit(words: str) -> str | None:
    """Why a text cannot be taught at all, or None."""
    if not words.strip():
        return "there are no words"
    if len(words) > LONGEST:
        return f"it is {len(words)} letters long; give what is said in one breath, {LONGEST} at most"
    if not _LETTERS.fullmatch(words.strip()):
        return "it holds signs that nobody speaks; give plain words"
    return None


def objection(words: str, intent: str, now: Understanding, taught: Callable[[], Understanding]) -> str | None:
    """Why `words` must not mean `intent`, or None: the cheapest reason that is found.

    Args:
        words: what the family says.
        intent: what they mean by it; one that the pack has.
        now: what is understood without them.
        taught: makes what would be understood with them; asked only where nothing cheaper speaks against them.
    """
    return next(_plain_objections(words, intent, now), None) or next(_objections(words, intent, now, taught()), None)


def _plain_objections(words: str, intent: str, now: Understanding) -> Iterator[str]:
    idle = now.pack.composition.intents[intent].when == "always"
    before = now.understand([(words, 0.0)], idle=idle)
    if before.intent == intent:
        yield f"they mean {intent} already"
    elif before.intent is not None:
        yield f"they mean {before.intent} already"
    yield from _too_plain(words, now, idle=idle)
    yield from _graver(words, intent, now)


def _objections(words: str, intent: str, now: Understanding, then: Understanding) -> Iterator[str]:
    idle = now.pack.composition.intents[intent].when == "always"
    if then.understand([(words, 0.0)], idle=idle).intent != intent:
        yield f"they hold something that speaks against {intent}; see: ./bedside understand --explain"
    spotter = Spotter(then.pack)
    touched = (line for line in _silences(now) if _holds(line, words, spotter))
    yield from (f"“{line}” would then be taken for {meant}" for line in touched for meant in _newly(line, now, then))
    for line, its in sayings(now.pack, each=SAMPLE).items():
        if _holds(line, words, spotter) and then.understand([(line, 0.0)]).intent != its:
            yield f"“{line}” would no longer mean {its}"


def _too_plain(words: str, now: Understanding, *, idle: bool) -> Iterator[str]:
    pack = now.pack
    said = pack.normaliser.words(words)
    if idle and len(said) < FEWEST:
        yield "one word is said too often by chance; give the whole phrase"
    everyday = {word for phrase in pack.phrases if phrase.concept in pack.composition.neutral for word in phrase.words}
    if all(word in everyday | set(pack.decoys) for word in said):
        yield "all of them are everyday words; give a phrase with a word of its own"


def _graver(words: str, intent: str, now: Understanding) -> Iterator[str]:
    """A sign that may be an emergency is never taught to be less."""
    rules = now.pack.composition.intents
    own = {concept_of(feature) for group in rules[intent].needs for feature in group}
    said = {span.concept for span in Spotter(now.pack).spot(words).spans}
    for name, rule in rules.items():
        if rule.gravity <= max(GRAVE, rules[intent].gravity):
            continue
        signs = [sorted({concept_of(feature) for feature in group} & said - own) for group in rule.needs]
        if all(signs):
            yield f"they speak of what may be an emergency ({signs[0][0]}, of {name})"


def _silences(now: Understanding) -> Iterator[str]:
    for lines in now.pack.near_misses.values():
        yield from lines
    yield from now.pack.unrelated


def _holds(line: str, words: str, spotter: Spotter) -> bool:
    """Whether a line can have changed: it holds taught words, or a word of theirs, which may be new to the pack."""
    spotted = spotter.spot(line)
    taught = any(span.concept == CONCEPT for span in spotted.spans)
    return taught or not set(spotted.words).isdisjoint(_RARE.findall(words.lower()))


def _newly(line: str, now: Understanding, then: Understanding) -> Iterator[str]:
    """What a text that meant nothing would mean, with nothing open or inside an episode."""
    for idle in (True, False):
        meant = then.understand([(line, 0.0)], idle=idle).intent
        if meant is not None and now.understand([(line, 0.0)], idle=idle).intent != meant:
            yield meant
