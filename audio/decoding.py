"""Beam search over a token model's steps: free, with an n-best list, or along a grammar. Pure: knows no engine.

Probabilities stay honest: `log_p` is what the model gives to the text (summed over the spellings that the search met,
"Calf." and "calf"), while a bias towards known words is kept apart and only decides what survives in the beam.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappush, heappushpop
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

_REPEATS = 4
"""So often a phrase may follow itself: people in pain say "it's seized it's seized it's seized"; models loop on."""
_LONGEST_LOOP = 6
"""Tokens of the longest phrase whose repetition is watched."""
_TWINS = 2
"""Beams of the same words (other capitals, other punctuation) that may live side by side; more crowd out others."""
_MARGIN = 12.0
"""Search ends when every open beam is this many nats below the best finished one: e^-12 matters to nobody."""
_WIDTH = 400
"""Tokens a beam that are offered to a grammar at a step, likeliest first, until enough are allowed."""


class Grammar(Protocol):
    """What may be said, one piece of text at a time."""

    start: Any
    """The state before the first word."""

    def step(self, state: Any, text: str) -> Any | None:
        """Return the state after more text, or None if nobody may say so.

        Pieces are parts of words, whole words, or several; the first has no leading space, words are parted by one.
        """
        ...

    def is_final(self, state: Any) -> bool:
        """Tell whether a sentence may end here."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What the model knows after some tokens of each beam."""

    log_probs: NDArray[np.float32]
    """Shape (beams, vocabulary): natural log probability of each next token."""
    past: Any = None
    """The model's own memory of the beams."""


class TokenModel(Protocol):
    """An encoded sound whose text can be spelt token by token."""

    end: int
    """The token that ends a text."""
    texts: Sequence[str | None]
    """What each token adds to the normalised text, with its leading space; None for what no sentence has."""
    longest: int
    """So many tokens at most: scaled to the sound's length."""

    def begin(self) -> Step:
        """Return the first step, of one beam."""
        ...

    def advance(self, step: Step, parents: Sequence[int], tokens: Sequence[int]) -> Step:
        """Return the step in which beam i continues beam parents[i] of `step` by tokens[i]."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A text that the search finished."""

    text: str
    log_p: float
    """Natural log of the model's probability of the text."""
    bonus: float = 0.0
    """What the word bias added to it; not part of `log_p`."""


@dataclass(slots=True)
class _Beam:
    log_p: float
    bonus: float = 0.0
    text: str = ""
    gap: bool = False
    """A space is due before the next letter."""
    tokens: tuple[int, ...] = ()
    state: Any = None
    parent: int = 0

    @property
    def rank(self) -> float:
        return self.log_p + self.bonus


@dataclass(slots=True)
class _Search:
    model: TokenModel
    beams: int
    grammar: Grammar | None
    of_word: Callable[[str], float] | None
    done: dict[str, Found] = field(default_factory=dict)

    def run(self) -> list[Found]:
        step = self.model.begin()
        live = [_Beam(0.0, state=self.grammar.start if self.grammar else None)]
        for _ in range(self.model.longest):
            self._finish(live, step)
            live = self._best(self._grown(live, step))
            if not live or self._is_over(live[0]):
                break
            step = self.model.advance(step, [b.parent for b in live], [b.tokens[-1] for b in live])
        else:
            self._finish(live, step)
        return sorted(self.done.values(), key=lambda f: -(f.log_p + f.bonus))

    def _finish(self, live: Sequence[_Beam], step: Step) -> None:
        """Count each beam as ended here, by the probability that it is."""
        for row, beam in enumerate(live):
            if self.grammar and not self.grammar.is_final(beam.state):
                continue
            log_p = beam.log_p + float(step.log_probs[row, self.model.end])
            bonus = beam.bonus + self._worth(beam.text)
            text = _unquoted(beam.text)
            before = self.done.get(text)
            together = float(np.logaddexp(log_p, before.log_p)) if before else log_p
            self.done[text] = Found(text, together, bonus)

    def _is_over(self, best: _Beam) -> bool:
        ends = sorted((f.log_p + f.bonus for f in self.done.values()), reverse=True)
        if not ends:
            return False
        enough = ends[self.beams - 1] if len(ends) >= self.beams else -inf
        return best.rank < max(ends[0] - _MARGIN, enough)

    def _grown(self, live: Sequence[_Beam], step: Step) -> Iterator[_Beam]:
        """Yield every beam's continuations, likeliest first, until none of that beam can be among the best any more."""
        room = _TWINS * self.beams
        best: list[float] = []  # a heap: the worst of the best comes first
        for row, beam in enumerate(live):
            for token, log_p in _likeliest(step.log_probs[row], _WIDTH if self.grammar else room):
                if len(best) == room and beam.rank + log_p < best[0]:
                    break
                longer = self._longer(beam, row, token, log_p)
                if longer is not None:
                    (heappush if len(best) < room else heappushpop)(best, longer.rank)
                    yield longer

    def _longer(self, beam: _Beam, row: int, token: int, log_p: float) -> _Beam | None:
        piece = self.model.texts[token]
        if token == self.model.end or (piece is None and self.grammar):
            return None
        added, gap = _joined(beam, piece or "")
        state = beam.state
        if added and self.grammar:
            state = self.grammar.step(state, added)
            if state is None:
                return None
        if _loops(beam.tokens, token):
            return None
        bonus = beam.bonus + (self._worth(beam.text) if added.startswith(" ") else 0.0)
        return _Beam(beam.log_p + log_p, bonus, beam.text + added, gap, (*beam.tokens, token), state, row)

    def _worth(self, text: str) -> float:
        """The bias of a text's last word, now that it is finished."""
        return self.of_word(text.rpartition(" ")[2].strip("'")) if self.of_word and text else 0.0

    def _best(self, grown: Iterator[_Beam]) -> list[_Beam]:
        kept: list[_Beam] = []
        twins: dict[str, int] = {}
        for beam in sorted(grown, key=lambda b: -b.rank):
            if len(kept) == self.beams:
                break
            twins[beam.text] = twins.get(beam.text, 0) + 1
            if twins[beam.text] <= _TWINS:
                kept.append(beam)
        return kept


def search(
    model: TokenModel,
    *,
    beams: int = 8,
    grammar: Grammar | None = None,
    bonus: Callable[[str], float] | None = None,
) -> list[Found]:
    """Find the likeliest texts, best first by log_p + bonus, each text once.

    Args:
        model: the encoded sound.
        beams: texts pursued side by side; 1 is greedy.
        grammar: follow only what it allows; free without.
        bonus: nats added for each finished word, to lean towards known words.

    Returns:
        Up to a few times `beams` texts; the empty text may be among them. None if the grammar allowed nothing.
    """
    return _Search(model, beams, grammar, bonus).run()


def _joined(beam: _Beam, piece: str) -> tuple[str, bool]:
    """What a piece really adds to a beam's text, spaces never doubled or trailing, and whether a space is due after."""
    words, before, after = _parts(piece)
    if not words:
        return "", beam.gap or before
    return (" " + words if (beam.gap or before) and beam.text else words), after


@lru_cache(maxsize=2**16)
def _parts(piece: str) -> tuple[str, bool, bool]:
    """A token's words, and whether there is space before and after them; asked thousands of times an utterance."""
    return " ".join(piece.split()), piece.startswith(" "), piece.endswith(" ")


def _unquoted(text: str) -> str:
    """The text without the apostrophes that the model sets around words as quotation marks."""
    return " ".join(word for word in (w.strip("'") for w in text.split()) if word)


def _likeliest(log_probs: NDArray[np.float32], count: int) -> Iterator[tuple[int, float]]:
    count = min(count, len(log_probs))
    top = np.argpartition(log_probs, -count)[-count:]
    order = top[np.argsort(-log_probs[top], kind="stable")]
    return zip(order.tolist(), log_probs[order].tolist(), strict=True)


def _loops(tokens: tuple[int, ...], token: int) -> bool:
    """Tell whether one more token makes a phrase follow itself too often."""
    longer = (*tokens, token)
    for size in range(1, min(_LONGEST_LOOP, len(longer) // (_REPEATS + 1)) + 1):
        tail = longer[-size * (_REPEATS + 1) :]
        if tail == tail[:size] * (_REPEATS + 1):
            return True
    return False
