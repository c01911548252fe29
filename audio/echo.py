"""Our own voice taken out of what the microphone hears, and told from a person's.

Cancelling alone leaves a whisper of us, cancelling with a strong suppressor behind it (as telephones do) swallows a
person who speaks over us: docs/benchmarks.md sets the ways side by side. So the canceller here is linear, and what it
is not sure to have cancelled is weighed: only sound well above that opens an utterance.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audio.echo_path import BINS, EchoPath, spectrum_of
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

LATENCY_S = FRAME_SAMPLES / SAMPLE_RATE
"""Seconds by which cleaned frames lag: a window is two frames long."""
OPENS = 0.3
"""Share of the sound left over that must be somebody else's before it may count as speech."""
_RECENT = 4
"""Frames that a voice may fall behind ours for and still be a voice: within a word there are gaps."""
_CLIPPED = 0.99
"""A microphone this full is overdriven, and no longer an image of what was played."""
_BETA = 2.0
"""How far above the expected rest of our echo a frequency must be to pass."""
_FLOOR = 0.05
"""Share of the amplitude that passes all the same: holes in a spectrum read worse than a whisper."""
_FIRST_TRUST_DB, _LEAST_TRUST_DB, _MOST_TRUST_DB = -3.0, -40.0, 20.0
_UP_DB, _DOWN_DB = 0.45, 0.05
"""Steps that keep nine of ten frames of our own voice below what is expected of it."""
_HERTZ = np.linspace(0, SAMPLE_RATE / 2, BINS)
_SPEECH = (_HERTZ > 200) & (_HERTZ < 4000)  # noqa: PLR2004 - where voices differ from hum and hiss
_WINDOW = np.sqrt(0.5 - 0.5 * np.cos(np.pi * np.arange(2 * FRAME_SAMPLES) / FRAME_SAMPLES)).astype(np.float32)
_RISING, _FALLING = np.split(_WINDOW**2, 2)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A frame without our voice."""

    frame: Frame
    """The sound of LATENCY_S before, so its start is earlier than that of the frame that went in."""
    explained: float
    """0..1: share of the cleaned sound that may still be ours. 0 when nothing plays, 1 while the path is unknown."""


class EchoCanceller:
    """Cleans one stream of microphone frames; knows no thread and no device.

    The loudspeaker's sound may reach the microphone up to 0.4 s after the samples were played, never before. The first
    0.8 s of our voice after the start only tell its level: during them nobody can interrupt.
    """

    somebody_speaks: bool = False
    """Set while an utterance is open: then nothing is learned about how much of our voice is left over."""

    def __init__(self) -> None:
        self._path = EchoPath()
        self._before = np.zeros(FRAME_SAMPLES, np.float32)
        self._tail = np.zeros(FRAME_SAMPLES, np.float32)
        self._trust_db = _FIRST_TRUST_DB
        self._foreign: deque[float] = deque([1.0] * _RECENT, maxlen=_RECENT)

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """Take our voice out of a frame.

        Args:
            frame: of the microphone; a shorter last one is filled up with silence.
            played: what went to the loudspeaker at the same time, at SAMPLE_RATE; fewer samples are filled up too.
        """
        heard = _whole(frame.samples)
        left = self._path.cancel(heard, _whole(played))
        window = np.concatenate([self._before, left])
        self._before = left
        start_s = frame.start_s - LATENCY_S
        if not self._path.sounding:
            out = self._tail + window[:FRAME_SAMPLES] * _RISING
            self._tail = window[FRAME_SAMPLES:] * _FALLING
            self._foreign.append(1.0)
            return Cleaned(Frame(out.astype(np.float32), start_s), 0.0)
        spectrum = np.fft.rfft(window * _WINDOW)
        gain, foreign = self._weighed(spectrum, left)
        self._foreign.append(0.0 if float(np.abs(heard).max()) >= _CLIPPED else foreign)
        sound = np.fft.irfft(spectrum * gain).astype(np.float32) * _WINDOW
        out, self._tail = self._tail + sound[:FRAME_SAMPLES], sound[FRAME_SAMPLES:]
        return Cleaned(Frame(out.astype(np.float32), start_s), 1.0 - max(self._foreign))

    def _weighed(
        self, spectrum: NDArray[np.complexfloating], left: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], float]:
        """Which share of each frequency passes, shape (BINS,), and the share 0..1 of the frame that is not ours."""
        if not self.somebody_speaks:
            self._trust(left)
        power = 2 * (spectrum.real**2 + spectrum.imag**2)  # the window halves it
        power = np.convolve(power, (0.25, 0.5, 0.25), "same")
        rest = self._path.doubt * np.float32(10 ** (self._trust_db / 10))
        gain = np.maximum(1 - _BETA * rest / (power + 1e-9), 0).astype(np.float32)
        foreign = float((gain * power)[_SPEECH].sum() / (power[_SPEECH].sum() + 1e-9))
        return np.maximum(gain, np.float32(_FLOOR)), foreign

    def _trust(self, left: NDArray[np.float32]) -> None:
        """Follow how the rest of our voice compares with what the path expects of it: loudspeakers distort."""
        spectrum = spectrum_of(left)
        power = float((spectrum.real**2 + spectrum.imag**2)[_SPEECH].sum())
        ratio_db = 10 * np.log10((power + 1e-9) / (float(self._path.doubt[_SPEECH].sum()) + 1e-9))
        moved = self._trust_db + (_UP_DB if ratio_db > self._trust_db else -_DOWN_DB)
        self._trust_db = min(max(moved, _LEAST_TRUST_DB), _MOST_TRUST_DB)


def _whole(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    missing = FRAME_SAMPLES - len(samples)
    return np.pad(samples, (0, missing)).astype(np.float32) if missing else samples.astype(np.float32, copy=False)
