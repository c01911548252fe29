"""Beam search over a token model's steps: free, with an n-best list, or along a grammar. Pure: knows no engine.

Probabilities stay honest: `log_p` is what the model gives to the text (summed over the spellings that the search met,
"Calf." and "calf"). What a leaning towards the talk of one place adds, and what a second reader of the sound thinks
otherwise, is kept apart: both decide what survives in the beam.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from heapq import heappush, heappushpop
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.token_paths import TokenPaths, paths_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from audio.token_model import Grammar, Leaning, SecondReader, Step, TokenModel

_REPEATS = 4
"""So often a phrase may follow itself: people in pain say "it's seized it's seized it's seized"; models loop on."""
_LONGEST_LOOP = 6
"""Tokens of the longest phrase whose repetition is watched."""
_TWINS = 2
"""Beams of the same words (other capitals, other punctuation) that may live side by side; more crowd out others."""
_MARGIN = 12.0
"""Search ends when every open beam is this many nats below the best finished one: e^-12 matters to nobody."""
_LEANING_WIDTH = 40
"""Tokens a beam that are offered to a leaning, which lifts no token by more than a few nats."""
_ASKED = 3
"""Times the number of beams: so many texts a step are shown to the second reader, which takes its time for each."""


@dataclass(frozen=True, slots=True)
class Found:
    """A text that the search finished."""

    text: str
    log_p: float
    """Natural log of the model's probability of the text."""
    lean: float = 0.0
    """Nats that the text gains by the leaning, and by the share that a second reader's opinion replaces."""

    @property
    def rank(self) -> float:
        """By which texts are ordered: `log_p` and the leaning together."""
        return self.log_p + self.lean


@dataclass(slots=True)
class _Beam:
    log_p: float
    lean: float = 0.0
    text: str = ""
    gap: bool = False
    """A space is due before the next letter."""
    tokens: tuple[int, ...] = ()
    state: Any = None
    leaning: Any = None
    parent: int = 0
    gained: float = 0.0
    """By the second reader's opinion of the text, or of its beginning while nobody has asked."""

    @property
    def rank(self) -> float:
        return self.log_p + self.lean + self.gained


@dataclass(slots=True)
class _Search:
    model: TokenModel
    beams: int
    grammar: Grammar | None
    leaning: Leaning | None
    second: SecondReader | None
    share: float
    least: float
    done: dict[str, Found] = field(default_factory=dict)
    paths: TokenPaths | None = None

    def run(self) -> list[Found]:
        step = self.model.begin()
        grammar, leaning = self.grammar, self.leaning
        live = [_Beam(0.0, state=grammar and grammar.start, leaning=leaning and leaning.start)]
        for _ in range(self.model.longest):
            self._finish(live, step)
            live = [beam for beam in self._best(self._grown(live, step)) if beam.log_p >= self.least]
            if not live or self._is_over(live[0]):
                break
            step = self.model.advance(step, [b.parent for b in live], [b.tokens[-1] for b in live])
        else:
            self._finish(live, step)
        return sorted(self.done.values(), key=lambda found: -found.rank)

    def _finish(self, live: Sequence[_Beam], step: Step) -> None:
        """Count each beam as ended here, by the probability that it is."""
        for row, beam in enumerate(live):
            if self.grammar and not self.grammar.is_final(beam.state):
                continue
            log_p = beam.log_p + float(step.log_probs[row, self.model.end])
            lean = self.leaning.worth(beam.leaning, ended=True) if self.leaning else 0.0
            text = _unquoted(beam.text)
            before = self.done.get(text)
            together = float(np.logaddexp(log_p, before.log_p)) if before else log_p
            gained = self.share * (self.second.whole(text) - together) if self.second else 0.0
            self.done[text] = Found(text, together, lean + gained)

    def _is_over(self, best: _Beam) -> bool:
        ends = sorted((found.rank for found in self.done.values()), reverse=True)
        if not ends:
            return False
        enough = ends[self.beams - 1] if len(ends) >= self.beams else -inf
        return best.rank < max(ends[0] - _MARGIN, enough)

    def _grown(self, live: Sequence[_Beam], step: Step) -> Iterator[_Beam]:
        """Yield every beam's continuations, likeliest first, until none of that beam can be among the best any more."""
        room = (_ASKED if self.second else _TWINS) * self.beams
        most = self.leaning.most if self.leaning else 0.0
        best: list[float] = []  # a heap: the worst of the best comes first
        for row, beam in enumerate(live):
            for offer in self._offered(beam, step.log_probs[row], room):
                least = best[0] if len(best) == room else -inf
                if beam.rank + (1 - self.share) * offer[1] + most < least:
                    break
                longer = self._longer(beam, row, offer, least)
                if longer is not None:
                    (heappush if len(best) < room else heappushpop)(best, longer.rank)
                    yield longer

    def _offered(self, beam: _Beam, log_probs: NDArray[np.float32], room: int) -> Iterable[tuple[int, float, Any]]:
        """The tokens that may follow, likeliest first, with the grammar's states: without a grammar, the likeliest."""
        if self.paths is None:
            return _likeliest(log_probs, _LEANING_WIDTH if self.leaning else room)
        ways = self.paths.after(beam.state, gap=beam.gap, begun=bool(beam.text))
        worth = log_probs[ways.tokens]
        return ((int(ways.tokens[i]), float(worth[i]), ways.states[i]) for i in np.argsort(-worth, kind="stable"))

    def _longer(self, beam: _Beam, row: int, offer: tuple[int, float, Any], least: float) -> _Beam | None:
        """A beam with one more token; None where it must not follow, or where its rank would be below `least`."""
        token, log_p, state = offer
        added, gap = _joined(beam, self.model.texts[token] or "")
        leaning, lean = self._leant(beam, added)
        # An opinion that stands for the beginning goes on standing, less the share of what this token costs.
        gained = beam.gained - self.share * log_p
        if beam.log_p + log_p + lean + gained < least or token == self.model.end or _loops(beam.tokens, token):
            return None
        tokens = (*beam.tokens, token)
        return _Beam(beam.log_p + log_p, lean, beam.text + added, gap, tokens, state, leaning, row, gained)

    def _leant(self, beam: _Beam, added: str) -> tuple[Any, float]:
        """What the leaning makes of a beam's text with more of it."""
        if self.leaning is None or not added:
            return beam.leaning, beam.lean
        state = self.leaning.step(beam.leaning, added)
        return state, self.leaning.worth(state, ended=False)

    def _best(self, grown: Iterator[_Beam]) -> list[_Beam]:
        kept: list[_Beam] = []
        twins: dict[str, int] = {}
        for beam in self._judged(sorted(grown, key=lambda b: -b.rank)):
            if len(kept) == self.beams:
                break
            twins[beam.text] = twins.get(beam.text, 0) + 1
            if twins[beam.text] <= _TWINS:
                kept.append(beam)
        return kept

    def _judged(self, beams: list[_Beam]) -> list[_Beam]:
        """The likeliest of the beams in the order that the second reader agrees to."""
        if self.second is None:
            return beams
        for beam in beams[: _ASKED * self.beams]:
            beam.gained = self.share * (self.second.begun(_unquoted(beam.text)) - beam.log_p)
        return sorted(beams[: _ASKED * self.beams], key=lambda b: -b.rank)


def search(
    model: TokenModel,
    *,
    beams: int = 8,
    grammar: Grammar | None = None,
    leaning: Leaning | None = None,
    second: SecondReader | None = None,
    share: float = 0.5,
    least: float = -inf,
) -> list[Found]:
    """Find the likeliest texts, best first by log_p and leaning together, each text once.

    Args:
        model: the encoded sound.
        beams: texts pursued side by side; 1 is greedy.
        grammar: follow only what it allows; free without.
        leaning: what people are likely to say here.
        second: another reader of the same sound.
        share: 0..1, of the second reader in what a text is ranked by.
        least: `log_p` below which nobody wants a text: the search ends where nothing likelier is left.

    Returns:
        Up to a few times `beams` texts; the empty text may be among them. None if the grammar allowed nothing.
    """
    paths = None if grammar is None else paths_of(grammar, tuple(model.texts))
    return _Search(model, beams, grammar, leaning, second, share if second else 0.0, least, paths=paths).run()


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


def _likeliest(log_probs: NDArray[np.float32], count: int) -> Iterator[tuple[int, float, None]]:
    count = min(count, len(log_probs))
    top = np.argpartition(log_probs, -count)[-count:]
    order = top[np.argsort(-log_probs[top], kind="stable")]
    return ((token, log_p, None) for token, log_p in zip(order.tolist(), log_probs[order].tolist(), strict=True))


def _loops(tokens: tuple[int, ...], token: int) -> bool:
    """Tell whether one more token makes a phrase follow itself too often."""
    longer = (*tokens, token)
    for size in range(1, min(_LONGEST_LOOP, len(longer) // (_REPEATS + 1)) + 1):
        tail = longer[-size * (_REPEATS + 1) :]
        if tail == tail[:size] * (_REPEATS + 1):
            return True
    return False
