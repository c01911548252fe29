"""Labelled sentences for the classifier: the pack's own, put together from its concepts, and talk that is for nobody.

The model of the recogniser's mistakes: words go missing, words are written as the pack's sound-alikes, and words become
others that are spelt nearly so.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import Indel

from intents.composition import NOT
from intents.nearest import slots_in
from intents.sampling import sayings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from intents.pack import Pack

NOTHING = "none"
EACH = 700
"""Sentences of one intent, drawn again where the pack has fewer."""
OTHERS = 6
"""Times as many sentences to which silence is right."""
LOST, ALIKE, SLIP = 0.08, 0.25, 0.08
"""Chances for a word: to go missing; to be written as a sound-alike, where it has one; to become a similar word."""
_TALK = ("hypo", "long_ago", "others", "media", "animal", "stage", "idiom", "habit")
"""Concepts that make a complaint talk about something else."""


class Generator:
    """Draws labelled sentences; the same for the same seed.

    Args:
        pack: where sentences, concepts and sound-alikes are.
        other: sentences of other people's talk.
        seed: of the draw.
    """

    def __init__(self, pack: Pack, other: Iterable[str], *, seed: int = 0) -> None:
        self._pack, self._draw = pack, Random(seed)
        self._said: dict[str, list[str]] = defaultdict(list)
        for text, intent in sayings(pack, each=5000).items():
            self._said[intent].append(text)
        self._phrases: dict[str, list[str]] = defaultdict(list)
        for phrase in pack.phrases:
            if not any("{" in word for word in phrase.words):
                words = " ".join(phrase.words)
                self._phrases[phrase.concept].append(words)
                self._phrases[f"{phrase.concept}={phrase.value}"].append(words)
        near = (text for texts in pack.near_misses.values() for text in texts)
        self._other = [*pack.unrelated, *near, *other]
        self._alike: dict[str, list[str]] = defaultdict(list)
        for one in pack.misheard:
            self._alike[" ".join(one.said)].append(" ".join(one.heard))
        words = {word for texts in (*self._said.values(), self._other) for text in texts for word in text.split()}
        self._vocabulary = sorted(words)
        self._similar: dict[str, list[str]] = {}

    def labelled(self) -> Iterator[tuple[str, str]]:
        """Sentences, as recognised, with their labels; a cramp's holds its site."""
        for intent in self._pack.composition.intents:
            for number in range(EACH):
                text = self._draw.choice(self._said[intent]) if number % 2 and self._said[intent] else ""
                text = text or self._composed(intent)
                yield self._misheard(text), self._label(intent, text)
        for _ in range(EACH * OTHERS):
            yield self._misheard(self._unrelated()), NOTHING

    def _label(self, intent: str, text: str) -> str:
        if intent != "cramp":
            return intent
        return f"{intent}:{slots_in(' '.join(self._pack.normaliser.words(text)), intent, self._pack)['site']}"

    def _composed(self, intent: str) -> str:
        """What the intent needs, and some of what speaks for it, in any order."""
        rule = self._pack.composition.intents[intent]
        needed = [self._draw.choice(group) for group in rule.needs]
        spoken = [feature for feature, weight in rule.evidence.items() if weight > 0]
        more = self._draw.sample(spoken, min(len(spoken), self._draw.randrange(3)))
        told = [*needed, *more] or spoken[:1]
        self._draw.shuffle(told)
        return " ".join(filter(None, map(self._worded, told))) or self._draw.choice(self._said[intent] or [intent])

    def _worded(self, feature: str) -> str:
        negated = feature.startswith(NOT)
        phrases = self._phrases.get(feature.removeprefix(NOT)) or [""]
        return ("not " if negated else "") + self._draw.choice(phrases)

    def _unrelated(self) -> str:
        if self._draw.random() < 0.75:
            words = self._draw.choice(self._other).split()
            length = self._draw.randint(2, 12)
            at = self._draw.randrange(max(1, len(words) - length))
            return " ".join(words[at : at + length])
        return f"{self._worded(self._draw.choice(_TALK))} {self._draw.choice(self._said['cramp'])}"

    def _misheard(self, text: str) -> str:
        if self._draw.random() < 0.5:
            return text
        heard: list[str] = []
        for word in text.split():
            chance = self._draw.random()
            if chance < LOST:
                continue
            if word in self._alike and chance < LOST + ALIKE:
                heard.append(self._draw.choice(self._alike[word]))
            elif chance > 1 - SLIP:
                heard.append(self._draw.choice(self._near(word)))
            else:
                heard.append(word)
        return " ".join(heard)

    def _near(self, word: str) -> list[str]:
        if word not in self._similar:
            found = process.extract(word, self._vocabulary, scorer=Indel.similarity, limit=6)
            self._similar[word] = [near for near, _, _ in found]
        return self._similar[word]
