"""A small classifier of texts: words, pairs of words and pieces of words, hashed, and one layer. numpy only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SLOTS = 2**14
"""Places that features are hashed to."""
PIECE = 4
"""Letters of a piece of a word."""
_RATE, _DECAY, _EPOCHS = 0.5, 1e-6, 6


def features_of(words: Sequence[str]) -> NDArray[np.int64]:
    """The places of a text's features, each once."""
    return np.array(sorted({crc32(name.encode()) % SLOTS for name in _names(words)}), np.int64)


def _names(words: Sequence[str]) -> Iterator[str]:
    yield ""
    for first, second in zip(("^", *words), (*words, "$"), strict=True):
        yield f"{first} {second}"
    for word in words:
        yield word
        marked = f"<{word}>"
        yield from (f"~{marked[at : at + PIECE]}" for at in range(max(1, len(marked) - PIECE + 1)))


class Classifier:
    """Probabilities of labels.

    Args:
        labels: their names.
        weights: shape (SLOTS, labels).
    """

    def __init__(self, labels: Sequence[str], weights: NDArray[np.float32]) -> None:
        self.labels, self.weights = list(labels), weights

    def probabilities(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Shape (labels,), of a text in normal form."""
        at = features_of(words)
        return _softmax(self.weights[at].sum(0, dtype=np.float64) / np.sqrt(len(at)))

    @classmethod
    def train(cls, rows: Sequence[tuple[Sequence[str], str]], *, seed: int = 0) -> Classifier:
        """Learn texts in normal form and their labels: logistic regression, step by step, with Adagrad's rates."""
        labels = sorted({label for _, label in rows})
        column = {label: number for number, label in enumerate(labels)}
        weights = np.zeros((SLOTS, len(labels)), np.float32)
        squares = np.full(SLOTS, 1e-2, np.float32)
        places = [features_of(words) for words, _ in rows]
        draw = np.random.default_rng(seed)
        for _ in range(_EPOCHS):
            for row in draw.permutation(len(rows)):
                at = places[row]
                size = np.sqrt(len(at))
                wrong = _softmax(weights[at].sum(0, dtype=np.float64) / size)
                wrong[column[rows[row][1]]] -= 1
                step = (wrong / size).astype(np.float32)
                squares[at] += float(step @ step)
                weights[at] -= (_RATE / np.sqrt(squares[at]))[:, np.newaxis] * step + _DECAY * weights[at]
        return cls(labels, weights)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max())
    return raised / raised.sum()
