"""A second reader on Moonshine's encoder: a small network that gives each frame a probability for each letter.

It was trained on the encoder's states of spoken bedside sentences and of other talk, in made rooms and noise
(`tools/second_reader`), and shares nothing with Moonshine's own decoder but that encoder: what both read alike is
likelier right. A few matrix products in numpy, half a millisecond for a second of sound.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.moonshine_model import log_softmax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_TINY = 1e-5


class CtcHead:
    """The trained network.

    Args:
        weights: the arrays that its training wrote; by default those that come with this package.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating]] | None = None) -> None:
        arrays = _shipped() if weights is None else weights
        self._w = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
        self._blocks = sum(name.endswith(".gain") for name in self._w)

    def log_probs(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return natural logs, shape (frames, 1 + letters), of the encoder's states, shape (frames, 288)."""
        w = self._w
        hidden: Any = ((states - w["mean"]) / w["deviation"]) @ w["in.weight"] + w["in.bias"]
        for block in range(self._blocks):
            hidden = hidden + self._block(hidden, f"{block}.")
        return log_softmax(hidden @ w["out.weight"] + w["out.bias"])

    def _block(self, hidden: NDArray[np.float32], at: str) -> Any:
        """Layer normalisation, a gated layer, a convolution along the frames for each channel, a layer."""
        w = self._w
        centred = hidden - hidden.mean(-1, keepdims=True)
        normal = centred / np.sqrt(hidden.var(-1, keepdims=True) + _TINY) * w[at + "gain"] + w[at + "shift"]
        both = normal @ w[at + "gate.weight"] + w[at + "gate.bias"]
        value, gate = np.split(both, 2, axis=-1)
        gated = value * _sigmoid(gate)
        kernel = w[at + "along.weight"]
        padded = np.pad(gated, ((len(kernel) // 2, len(kernel) // 2), (0, 0)))
        mixed = sum(padded[k : k + len(gated)] * tap for k, tap in enumerate(kernel)) + w[at + "along.bias"]
        return (mixed * _sigmoid(mixed)) @ w[at + "out.weight"] + w[at + "out.bias"]


def _sigmoid(x: NDArray[np.float32]) -> Any:
    return 1 / (1 + np.exp(-x))


def _shipped() -> dict[str, NDArray[np.floating]]:
    with files(__package__).joinpath("ctc_head.npz").open("rb") as file, np.load(file) as arrays:
        return dict(arrays)
