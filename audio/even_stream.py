"""A running stream at SAMPLE_RATE with even times: drivers tell a time for each block, a few milliseconds off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import soxr

from audio.events import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_JUMP_S = 0.025
"""A time further from the expected one means that samples were lost, or that the driver knows better now."""
_PULL = 0.02
"""Share of the difference that each block corrects: jitter is averaged over a second, drift of the clocks followed."""


class EvenStream:
    """Resamples blocks and follows their times. The samples go on without a break, whatever the times do.

    Args:
        rate: of the blocks, hertz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        # The resampler looks ahead and so answers late, but it shifts nothing: sample n is at n / SAMPLE_RATE.
        self._resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        self._taken = self._given = 0
        self._zero_s: float | None = None
        self.jump_s = 0.0
        """By how much the latest block's time was another than expected; 0 where that is jitter."""

    @property
    def end_s(self) -> float:
        """The time just after the last sample that was given out."""
        return (self._zero_s or 0.0) + self._given / SAMPLE_RATE

    def put(self, samples: NDArray[np.float32], told_s: float) -> NDArray[np.float32]:
        """Take a block, shape (n,), whose first sample was at `told_s`; return what is ready, at SAMPLE_RATE."""
        at_s = self._taken / self._rate
        off_s = 0.0 if self._zero_s is None else told_s - at_s - self._zero_s
        self.jump_s = off_s if abs(off_s) > _JUMP_S else 0.0
        self._zero_s = told_s - at_s if self._zero_s is None else self._zero_s + (self.jump_s or _PULL * off_s)
        self._taken += len(samples)
        made: NDArray[np.float32] = samples
        if self._rate != SAMPLE_RATE:
            made = self._resampler.resample_chunk(samples)
        self._given += len(made)
        return made
