"""What a frame-by-frame reader makes of a text: connectionist temporal classification, Graves et al., ICML 2006.

The reader gives each frame of a sound a probability for each letter and for "no letter" (the blank). A text's
probability is the sum over all ways to lay its letters along the frames; of a text that may go on, over all texts that
begin so (the prefix probability of Watanabe et al., IEEE JSTSP 11, 2017). Pure: knows no model.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = " abcdefghijklmnopqrstuvwxyz'"
"""What the columns of the reader's probabilities stand for, after the blank in column 0."""

COLUMN = {letter: column for column, letter in enumerate(LETTERS, start=1)}
_NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
)


class _Way(NamedTuple):
    """A text laid along the frames, as natural logs, shape (frames + 1,): index t is "after t frames"."""

    letter: NDArray[np.float64]
    """Ending in the text's last letter."""
    blank: NDArray[np.float64]
    """Ending in a blank."""
    begun: float
    """Of all texts that begin with this one."""


class Ctc:
    """The probabilities of texts in one sound; remembers every beginning that it was asked for.

    Args:
        log_probs: natural logs, shape (frames, 1 + len(LETTERS)).
    """

    def __init__(self, log_probs: NDArray[np.floating]) -> None:
        # Laying letters along frames multiplies from one frame to the next; as sums from the start it needs no loop.
        columns = np.asarray(log_probs, np.float64).T
        self._sums = np.concatenate([np.zeros((len(columns), 1)), np.cumsum(columns, axis=1)], axis=1)
        never = np.full(self._sums.shape[1], -inf)
        self._impossible = _Way(never, never, -inf)
        self._ways = {"": _Way(never, self._sums[0], 0.0)}

    def begun(self, text: str) -> float:
        """Natural log of the probability that what was said begins with `text`: normalised words parted by spaces."""
        return self._way(spelt_out(text)).begun

    def whole(self, text: str) -> float:
        """Natural log of the probability that `text` is all that was said."""
        way = self._way(spelt_out(text))
        return float(np.logaddexp(way.letter[-1], way.blank[-1]))

    def _way(self, text: str) -> _Way:
        way = self._ways.get(text)
        if way is None:
            way = self._ways[text] = self._longer(self._way(text[:-1]), text[-2:-1], text[-1])
        return way

    def _longer(self, way: _Way, last: str, letter: str) -> _Way:
        column = COLUMN.get(letter)
        if column is None:
            return self._impossible
        # The same letter twice needs a blank between.
        before = way.blank if letter == last else np.logaddexp(way.letter, way.blank)
        enters = before[:-1] - self._sums[column, :-1]
        ended = _after(enters, self._sums[column])
        steps = np.diff(self._sums[column])
        return _Way(ended, _after(ended[:-1] - self._sums[0, :-1], self._sums[0]), _log_sum(before[:-1] + steps))


def spelt_out(text: str) -> str:
    """The text with its numbers up to twenty as words: the reader knows letters only."""
    return re.sub(r"\d+", lambda found: _spelt(found.group()), text)


def _spelt(digits: str) -> str:
    number = int(digits)
    return _NUMBERS[number] if number < len(_NUMBERS) else digits


def _after(enters: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frames on which a symbol may begin or go on: log of the sum over all beginnings so far, at each frame."""
    return np.concatenate([[-inf], np.logaddexp.accumulate(enters) + sums[1:]])


def _log_sum(logs: NDArray[np.float64]) -> float:
    return float(np.logaddexp.reduce(logs)) if len(logs) else -inf
