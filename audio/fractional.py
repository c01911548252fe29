"""Sound between its samples: what a stream was at moments that fall between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REACH = 12
"""Samples on each side that a value is made of: a sinc under a Hann window, true to -60 dB up to 0.8 of the band."""
_TAPS = np.arange(1 - REACH, REACH + 1)


def sound_at(samples: NDArray[np.float32], first: float, count: int) -> NDArray[np.float32]:
    """Return `count` values, one sample apart, from position `first` on.

    Args:
        samples: shape (n,); what lies outside is silence.
        first: position of the first value, in samples, with its fraction.
        count: how many.
    """
    whole = int(np.floor(first))
    part = first - whole
    # The fraction is the same for all, so they are one convolution.
    distance = part - _TAPS
    kernel = np.sinc(distance) * (0.5 + 0.5 * np.cos(np.pi * np.clip(distance / REACH, -1, 1)))
    low, high = whole + 1 - REACH, whole + count + REACH
    inside = samples[max(low, 0) : max(high, 0)]
    around = np.zeros(high - low, np.float32)
    at = max(-low, 0)
    around[at : at + len(inside)] = inside
    return np.asarray(np.correlate(around, kernel.astype(np.float32), "valid"))
