"""Other people's ways, as yardsticks: Home Assistant's matcher alone, and pocketsphinx along our sentences."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from hassil import recognize_best
from hassil.intents import Intents

from intents.model import Match
from intents.nearest import slots_in
from intents.sampling import sayings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from intents.pack import Pack

REMEDY = "pip install pocketsphinx"
_BEAMS = {"beam": 1e-40, "wbeam": 1e-30, "pbeam": 1e-40, "maxhmmpf": 3000, "bestpath": False}
"""Narrower than its own, with which a sentence of 3 s takes a quarter of a minute along this grammar."""
_PEAK = 16_000
_END = ""


class Hassil:
    """Home Assistant's own matcher on the pack's sentences and lists: all of the words or nothing."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        lists: dict[str, Any] = {}
        for one in pack.patterns:
            told = {"in": one.template, "out": one.value or one.template}
            lists.setdefault(one.concept, {"values": []})["values"].append(told)
        intents: dict[str, Any] = {}
        for said in pack.sentences:
            intents.setdefault(said.intent, {"data": [{"sentences": []}]})["data"][0]["sentences"].append(said.template)
        rules = {"expansion_rules": dict(pack.rules)}
        self._intents = Intents.from_dict({"language": "en", "intents": intents, "lists": lists, **rules})

    def understand(self, text: str) -> Match:
        """The intent of the sentence that the text is, or None."""
        words = " ".join(self._pack.normaliser.words(text))
        found = recognize_best(words, self._intents) if words else None
        if found is None:
            return Match(text=words, intent=None, score=0.0)
        intent = found.intent.name
        return Match(text=words, intent=intent, score=1.0, slots=slots_in(words, intent, self._pack), best=intent)


class PocketSphinx:
    """Hears along the pack's sentences: the nearest of them is what was said, whatever was said.

    Args:
        pack: where the sentences are; those with a word that its dictionary lacks are left out.
        each: so many of the shortest sentences of an intent, and as many drawn; its time grows with them.

    Raises:
        ImportError: the library is not here; it is no dependency of ours.
    """

    def __init__(self, pack: Pack, *, each: int = 60) -> None:
        self._pack = pack
        self._decoder = import_module("pocketsphinx").Decoder(lm=None, loglevel="FATAL", **_BEAMS)
        said = {**_shortest(sayings(pack), each), **sayings(pack, each=each)}
        known = {text: intent for text, intent in said.items() if all(map(self._decoder.lookup_word, text.split()))}
        self._sayings = known
        self._decoder.add_jsgf_string("said", f"#JSGF V1.0;\ngrammar said;\npublic <said> = {grammar_of(known)};\n")
        self._decoder.activate_search("said")

    def hear(self, samples: NDArray[np.float32]) -> Match:
        """What a recording says, shape (n,) at our rate."""
        loudest = float(np.abs(samples).max(initial=1e-4))
        self._decoder.start_utt()
        self._decoder.process_raw((samples * (_PEAK / loudest)).astype(np.int16).tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        text = found.hypstr if found else ""
        intent = self._sayings.get(text)
        if intent is None:
            return Match(text=text, intent=None, score=0.0)
        words = " ".join(self._pack.normaliser.words(text))
        return Match(text=text, intent=intent, score=1.0, slots=slots_in(words, intent, self._pack), best=intent)


def _shortest(said: Mapping[str, str], each: int) -> dict[str, str]:
    taken: Counter[str] = Counter()
    kept: dict[str, str] = {}
    for text in sorted(said, key=lambda text: (len(text.split()), text)):
        taken[said[text]] += 1
        if taken[said[text]] <= each:
            kept[text] = said[text]
    return kept


def grammar_of(sentences: Iterable[str]) -> str:
    """Sentences as one rule in JSGF, common beginnings shared."""
    tree: dict[str, Any] = {}
    for sentence in sentences:
        node = tree
        for word in sentence.split():
            node = node.setdefault(word, {})
        node[_END] = {}
    return _rule(tree)


def _rule(node: Mapping[str, Any]) -> str:
    ways = [f"{word} {_rule(after)}".strip() for word, after in node.items() if word != _END]
    if not ways:
        return ""
    either = " | ".join(ways)
    return f"[{either}]" if _END in node else f"({either})"
