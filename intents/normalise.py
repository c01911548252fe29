"""Text as people or recognisers write it, turned into plain lower-case words that a pack can match.

The spelling rules are the pack's data (`normalise/<language>.yaml`): contractions, endings, numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")
_LONG_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_TENS = 10
_LONGEST_REPEATED = 5
"""Words of a phrase that is said again at once, at most."""


@dataclass(frozen=True)
class Normaliser:
    """Lower case, one spelling of contractions and numbers, no punctuation, no stammer."""

    contractions: Mapping[str, str] = field(default_factory=dict)
    """Whole word -> words, with and without its apostrophe: "can't", "cant" -> "can not"."""
    endings: Mapping[str, str] = field(default_factory=dict)
    """Ending with an apostrophe -> word: "'s" -> "is"."""
    numbers: Mapping[int, str] = field(default_factory=dict)
    """Number -> word; two-digit numbers not listed are said as tens and ones."""
    stammer: bool = True
    """Whether what is said twice in a row counts once ("my my calf", "no no no")."""

    def words(self, text: str) -> tuple[str, ...]:
        """The words of `text`, without what is said twice in a row where that is a stammer."""
        kept: list[str] = []
        for raw in _WORD.findall(text.lower().translate(_APOSTROPHES)):
            for word in _spell(self, raw):
                if not (self.stammer and kept and kept[-1] == word):
                    kept.append(word)
        return tuple(_said_once(kept) if self.stammer else kept)

    def spellings(self, words: Sequence[str]) -> tuple[str, ...]:
        """How `words` are written: as they stand, and contracted where people contract ("it is" -> "it's")."""
        plain = " ".join(words)
        short = f" {plain} "
        for contraction, full in self.contractions.items():
            if "'" in contraction and " " in full:
                short = short.replace(f" {full} ", f" {contraction} ")
        for ending, full in self.endings.items():
            short = short.replace(f" {full} ", f"{ending} ")
        return (plain,) if short.strip() == plain or short.startswith("'") else (plain, short.strip())

    def __hash__(self) -> int:
        """By identity: a pack has one normaliser, and its spellings are cached with it."""
        return id(self)

    def number(self, digits: str) -> str:
        """The words for a run of digits, the digits themselves where the pack has no word for them."""
        value = int(digits)
        if value in self.numbers:
            return self.numbers[value]
        tens, ones = value - value % _TENS, value % _TENS
        if tens in self.numbers and ones in self.numbers:
            return f"{self.numbers[tens]} {self.numbers[ones]}"
        return digits


def _said_once(words: list[str]) -> list[str]:
    """Without what is said again at once: "it is seized it is seized" is said once."""
    for length in range(2, _LONGEST_REPEATED + 1):
        at = 0
        while at + 2 * length <= len(words):
            if words[at : at + length] == words[at + length : at + 2 * length]:
                del words[at : at + length]
            else:
                at += 1
    return words


@lru_cache(maxsize=4096)
def _spell(rules: Normaliser, raw: str) -> tuple[str, ...]:
    word = _LONG_LETTER.sub(r"\1", raw)
    if word.isascii() and word.isdigit() and len(word) <= len("1440"):
        return tuple(rules.number(word).split())
    if word in rules.contractions:
        return tuple(rules.contractions[word].split())
    for ending, meaning in rules.endings.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word.removesuffix(ending).replace("'", ""), *meaning.split())
    bare = word.replace("'", "")
    return tuple(rules.contractions.get(bare, bare).split())
