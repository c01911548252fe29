"""Which tokens a grammar allows after a text: found by walking the tokens' letters and the grammar side by side.

A search that only looked at the model's likeliest few hundred tokens would lose the right one in noise, where the model
prefers thousands of others. Walking finds every allowed token, and only those; what was found once is kept.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from numpy.typing import NDArray

    from audio.token_model import Grammar

KEPT = 2**14
"""Ways on that are kept of one grammar: those of some minutes of talk."""


class Ways(NamedTuple):
    """The tokens that may come next, and where each leads."""

    tokens: NDArray[np.int64]
    states: Sequence[Any]
    """The grammar's state after each."""


class _Node:
    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.ends: list[int] = []


class _Tokens:
    """All tokens by their letters; those that begin with a space apart, since that ends the word before."""

    def __init__(self, texts: Sequence[str | None]) -> None:
        self.within, self.apart = _Node(), _Node()
        self.blank: list[int] = []
        for token, text in enumerate(texts):
            words = None if text is None else " ".join(text.split())
            if text is None or words is None:
                continue
            if not words:
                self.blank.append(token)
                continue
            node = self.apart if text.startswith(" ") else self.within
            for letter in words:
                node = node.next.setdefault(letter, _Node())
            node.ends.append(token)


class TokenPaths:
    """The ways on from each state of one grammar."""

    def __init__(self, grammar: Grammar, texts: Sequence[str | None]) -> None:
        self._grammar = grammar
        self._tokens = _tokens(tuple(texts))
        self._kept: dict[Hashable, Ways] = {}

    def after(self, state: Any, *, gap: bool, begun: bool) -> Ways:
        """The tokens that may follow.

        Args:
            state: of the grammar; what cannot be hashed is not remembered.
            gap: a space is due before the next letter.
            begun: there is a text already, so that a space means something.
        """
        key = (state, gap, begun)
        if (found := self._kept.get(key)) is None:
            found = self._found(state, gap=gap, begun=begun)
            if len(self._kept) < KEPT:
                self._kept[key] = found
        return found

    def _found(self, state: Any, *, gap: bool, begun: bool) -> Ways:
        spaced = self._grammar.step(state, " ") if begun else state
        tokens: list[int] = list(self._tokens.blank)
        states: list[Any] = [state] * len(tokens)
        for root, begins in ((self._tokens.apart, spaced), (self._tokens.within, spaced if gap else state)):
            if begins is None:
                continue
            open_ways = [(root, begins)]
            while open_ways:
                node, at = open_ways.pop()
                tokens += node.ends
                states += [at] * len(node.ends)
                for letter, longer in node.next.items():
                    if (to := self._grammar.step(at, letter)) is not None:
                        open_ways.append((longer, to))
        return Ways(np.array(tokens, np.int64), states)


@lru_cache(maxsize=2)
def _tokens(texts: tuple[str | None, ...]) -> _Tokens:
    return _Tokens(texts)


@lru_cache(maxsize=4)
def paths_of(grammar: Grammar, texts: tuple[str | None, ...]) -> TokenPaths:
    """The ways of a grammar over a model's tokens; made once for each."""
    return TokenPaths(grammar, texts)
