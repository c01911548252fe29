"""Pure: lines of even loudness that begin on time, whoever rendered them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGET_DBFS = -19.0
"""Level of the words of every line: that of espeak-ng, so that two voices are as loud as each other; peaks fit."""
CEILING = 0.97
"""Largest sample; a line whose peaks would pass it is rounded off above _KNEE instead of turned down."""
LEAD_S = 0.03
"""Quiet kept before the first sound: the first word counts, and a loudspeaker needs a moment."""
TAIL_S = 0.1

_WINDOW_S = 0.01
_FAINT_DB = -32.0
"""A window this far below the line's loudest one holds no sound of a word; weak consonants lie some 25 dB below."""
_GATE_DB = -20.0
"""Windows this far below the loudest are pauses: they do not count for the level."""
_KNEE = 0.8


def levels(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Mean square of each whole window of 10 ms of samples of shape (n,); shape (n // window,)."""
    window = max(1, round(_WINDOW_S * rate))
    whole = samples[: len(samples) // window * window].astype(np.float64).reshape(-1, window)
    energy: NDArray[np.float64] = np.square(whole).mean(axis=1)
    return energy


def speech_dbfs(samples: NDArray[np.float32], rate: int) -> float:
    """Mean level of what is spoken, pauses left out, in dB below full scale; -inf where nothing sounds.

    The gate is that of ITU-R BS.1770 in spirit (relative, over short windows), without its weighting of frequencies:
    one voice is compared with itself.
    """
    energy = levels(samples, rate)
    loudest = energy.max(initial=0.0)
    if loudest <= 0.0:
        return float("-inf")
    return float(10 * np.log10(energy[energy >= loudest * 10 ** (_GATE_DB / 10)].mean()))


def lead_s(samples: NDArray[np.float32], rate: int) -> float:
    """Seconds before the first sound of a word; the whole length where nothing sounds."""
    energy = levels(samples, rate)
    loud = np.flatnonzero(energy > energy.max(initial=0.0) * 10 ** (_FAINT_DB / 10))
    return float(loud[0] * _WINDOW_S) if len(loud) else len(samples) / rate


def even(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Cut silence to at most 30 ms before and 0.1 s after the words, and bring them to TARGET_DBFS.

    Args:
        samples: mono in -1..1, shape (n,).
        rate: hertz.

    Returns:
        Shape (m,), m <= n, within -0.97..0.97; empty where nothing sounds.
    """
    energy = levels(samples, rate)
    loud = np.flatnonzero(energy > energy.max(initial=0.0) * 10 ** (_FAINT_DB / 10))
    if len(loud) == 0:
        return samples[:0]
    window = max(1, round(_WINDOW_S * rate))
    begin = max(0, int(loud[0]) * window - round((LEAD_S - _WINDOW_S) * rate))
    cut = samples[begin : (int(loud[-1]) + 1) * window + round(TAIL_S * rate)]
    gain = 10 ** ((TARGET_DBFS - speech_dbfs(cut, rate)) / 20)
    return _rounded_off(cut * np.float32(gain))


def _rounded_off(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bend what lies above _KNEE so that it stays below CEILING: no clipping, and the words keep their level."""
    size = np.abs(samples)
    room = CEILING - _KNEE
    bent = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.copysign(bent, samples), samples).astype(np.float32)
