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
_SURE_S, _STRAYS = 0.2, 3
"""From here on a jump is believed at once, a smaller one if so many blocks in a row say so: one alone is told late."""
_PULL_S, _DRIFT_S2 = 0.25, 1e-3
"""How much of the difference is corrected in a second, and by how much it changes the drift: jitter is averaged over
four seconds (over all that came, before), and the clocks' own drift learned in some minutes."""


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
        self._blocks = self._strays = 0
        self._drift = 0.0
        self.jump_s = 0.0
        """By how much the latest block's time was another than expected; 0 where that is jitter."""

    @property
    def end_s(self) -> float:
        """The time just after the last sample that was given out."""
        return (self._zero_s or 0.0) + self._given / SAMPLE_RATE

    def put(self, samples: NDArray[np.float32], told_s: float) -> NDArray[np.float32]:
        """Take a block, shape (n,), whose first sample was at `told_s`; return what is ready, at SAMPLE_RATE."""
        at_s = self._taken / self._rate
        self._follow(told_s - at_s, len(samples) / self._rate)
        self._taken += len(samples)
        made: NDArray[np.float32] = samples
        if self._rate != SAMPLE_RATE:
            made = self._resampler.resample_chunk(samples)
        self._given += len(made)
        return made

    def _follow(self, zero_s: float, block_s: float) -> None:
        """Correct the time of the very first sample by what a block tells of it."""
        expected_s = zero_s if self._zero_s is None else self._zero_s + self._drift * block_s
        off_s = zero_s - expected_s
        self._strays = self._strays + 1 if abs(off_s) > _JUMP_S else 0
        self.jump_s = off_s if abs(off_s) > _SURE_S or self._strays == _STRAYS else 0.0
        self._zero_s = expected_s + self.jump_s
        if self.jump_s:
            self._blocks = self._strays = 0
        elif not self._strays:
            self._blocks += 1
            self._zero_s += off_s * max(_PULL_S * block_s, 1 / self._blocks)
            self._drift += _DRIFT_S2 * block_s * off_s
