"""What went to the loudspeaker lately, by the time at which it was heard: what an echo is to be told from."""

from __future__ import annotations

import threading
from collections import deque

import numpy as np
from numpy.typing import NDArray

from audio.even_stream import EvenStream
from audio.events import SAMPLE_RATE
from audio.fractional import sound_at

Samples = NDArray[np.float32]


class Played:
    """The last seconds of a stream. `add` is called by the sound thread, `between` by any other.

    Args:
        rate: of what is added, hertz.
        keep_s: seconds that are kept.
    """

    def __init__(self, rate: int, keep_s: float = 10.0) -> None:
        self._keep = round(keep_s * SAMPLE_RATE)
        self._news: deque[tuple[Samples, float]] = deque(maxlen=round(keep_s * 100))
        self._stream = EvenStream(rate)
        self._made: Samples = np.zeros(0, np.float32)
        self._lock = threading.Lock()

    def add(self, samples: Samples, heard_s: float) -> None:
        """Add a block, shape (n,), whose first sample is heard at `heard_s`; it must not be changed afterwards."""
        self._news.append((samples, heard_s))

    def between(self, start_s: float, end_s: float) -> Samples:
        """What was heard from one moment to another, shape (n,) at SAMPLE_RATE; zeros where nothing is known."""
        with self._lock:
            self._catch_up()
            first = len(self._made) - (self._stream.end_s - start_s) * SAMPLE_RATE
            return sound_at(self._made, first, max(0, round((end_s - start_s) * SAMPLE_RATE)))

    def _catch_up(self) -> None:
        """Resample what came since the last call: here and not in the sound thread, which must be quick."""
        made = self._made
        while self._news:
            samples, heard_s = self._news.popleft()
            new = self._stream.put(samples, heard_s)
            shift = round(self._stream.jump_s * SAMPLE_RATE)
            if shift > 0:  # nothing was heard in between
                made = np.concatenate([made, np.zeros(min(shift, self._keep), np.float32)])
            elif shift < 0:
                made = made[:shift]
            made = np.concatenate([made, new])
        self._made = made[-self._keep :]
