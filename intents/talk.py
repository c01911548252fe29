"""How people talk here: a small model of word sequences that a recogniser's search may lean on.

It is counted from the pack's own sentences (a trigram, interpolated after Witten and Bell, IEEE Transactions on
Information Theory 37, 1991) and tells for each word how many nats likelier it is here than in any talk. The recogniser
knows English already, so a word that nobody says here loses nothing: it gains nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ELSEWHERE = 5.0
"""Nats: a word likelier here than e^-5 gains what it is likelier; measured beside 4, 6, 7 and 8."""
MOST = 2.0
"""Nats that a word gains at most; measured beside 3, 4 and 5."""
COST = 0.5
"""Nats that each word costs, and no word gains twice in one text: otherwise a text gains by going on and on, and noise
becomes "a glass of tea and a glass of tea"; measured beside 0 and 1."""
_BACK_OFF = 3.0
"""Times the number of different next words: the weight of the shorter history."""
_HISTORIES = 4096


class TalkState(NamedTuple):
    """Where a text stands: its last two whole words, the word that is being spelt, and what it gained before that."""

    before: tuple[str, str]
    word: str
    gained: float
    said: frozenset[str]
    """The words that have gained already."""


class _Gains(NamedTuple):
    whole: Mapping[str, float]
    begun: Mapping[str, float]
    """Beginning of a word -> the best gain of a word that begins so, in proportion to its letters."""


class Talk:
    """What a text gains by being likely here; follows spelt text as a decoder's leaning.

    Args:
        sentences: what people say here, lower case and without punctuation.
    """

    start = TalkState(("", ""), "", 0.0, frozenset())
    most = 2 * MOST
    """Nats that one piece of text can gain: it may end a word and begin another."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self._one: Counter[str] = Counter()
        self._two: dict[str, Counter[str]] = defaultdict(Counter)
        self._three: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for sentence in sentences:
            first, second = "", ""
            for word in sentence.split():
                self._one[word] += 1
                self._two[second][word] += 1
                self._three[first, second][word] += 1
                first, second = second, word
        self._total = self._one.total()
        self._alone = {word: count / self._total for word, count in self._one.items()}
        self._anywhere = [word for word, p in self._alone.items() if log(p) + ELSEWHERE > 0]
        self._gains = lru_cache(_HISTORIES)(self._gains_after)

    def step(self, state: TalkState, text: str) -> TalkState:
        """Return the state after more text, its words parted by spaces."""
        before, word, gained, said = state
        for letter in text:
            if letter != " ":
                word += letter
            elif word:
                whole = word.strip("'")
                gained += self._gain(before, whole, said) - COST
                before, word, said = (before[1], whole), "", said | {whole}
        return TalkState(before, word, gained, said)

    def worth(self, state: TalkState, *, ended: bool) -> float:
        """Return the nats gained so far; the last word counts in part while it may go on, as a whole if `ended`."""
        if not state.word:
            return state.gained
        if ended:
            return state.gained + self._gain(state.before, state.word.strip("'"), state.said) - COST
        begun = 0.0 if state.word in state.said else self._gains(state.before).begun.get(state.word, 0.0)
        return state.gained + begun

    def _gain(self, before: tuple[str, str], word: str, said: frozenset[str]) -> float:
        return 0.0 if word in said else self._gains(before).whole.get(word, 0.0)

    def log_p(self, before: tuple[str, str], word: str) -> float:
        """Natural log of the probability of a word after two others; "" stands before the first. A known word only."""
        p = self._alone[word]
        for counts in (self._two.get(before[1]), self._three.get(before)):
            if counts:
                total = counts.total()
                p = (counts[word] + _BACK_OFF * len(counts) * p) / (total + _BACK_OFF * len(counts))
        return log(p)

    def _likely(self, before: tuple[str, str]) -> Iterable[str]:
        """All words that can gain after two others: what never followed them is never likelier than it is alone."""
        followed = (self._two.get(before[1]), self._three.get(before))
        return dict.fromkeys([word for counts in followed if counts for word in counts] + self._anywhere)

    def _gains_after(self, before: tuple[str, str]) -> _Gains:
        whole: dict[str, float] = {}
        begun: dict[str, float] = {}
        for word in self._likely(before):
            gain = min(MOST, self.log_p(before, word) + ELSEWHERE)
            if gain <= 0:
                continue
            whole[word] = gain
            for letters in range(1, len(word) + 1):
                beginning = word[:letters]
                begun[beginning] = max(begun.get(beginning, 0.0), gain * letters / len(word))
        return _Gains(whole, begun)
