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

from audio.echo_path import BINS, BLOCKS, EchoPath, spectrum_of
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from audio.fractional import REACH, sound_at
from audio.slip import Slip

if TYPE_CHECKING:
    from numpy.typing import NDArray

LATENCY_S = FRAME_SAMPLES / SAMPLE_RATE
"""Seconds by which cleaned frames lag: a window is two frames long."""
AHEAD = SAMPLE_RATE // 50
"""Samples by which what was played is wanted ahead of the frame; the stream keeps twice as much on its way."""
_LEAD = AHEAD // 2
"""Samples by which an echo may come before the time that the driver told, and the clocks may slip either way."""
_PAST_FRAMES = BLOCKS + 1
_PAST = _PAST_FRAMES * FRAME_SAMPLES + AHEAD
"""Samples before the frame that are kept: all that still echoes."""
OPENS = 0.3
"""Share of the sound left over that must be somebody else's before it may count as speech."""
_RECENT = 4
"""Frames that a voice may fall behind ours for and still be a voice: within a word there are gaps."""
_CLIPPED = 0.99
"""A microphone this full is overdriven, and no longer an image of what was played."""
_BETA, _BETA_MOST = 2.0, 10.0
"""How far above the expected rest of our echo a frequency must be to count as somebody's; most where much is left."""
_MILD = np.float32(0.25)
"""Share of that rest which is taken out of what the recogniser hears: more would take the person's words along."""
_FLOOR = 0.05
"""Share of the amplitude that passes all the same: holes in a spectrum read worse than a whisper."""
_FIRST_TRUST_DB, _LEAST_TRUST_DB, _MOST_TRUST_DB = -3.0, -40.0, 30.0
_UP_DB, _DOWN_DB = 0.45, 0.05
"""Steps that keep nine of ten frames of our own voice below what is expected of them."""
_WELL_DB, _BADLY_DB = -20.0, -10.0
"""What is left of our voice where it is cancelled well, and where much of it stays: then it must not cut us off."""
_MUCH_DB, _STEP_DB = -15.0, 0.15
"""From here on much is left. The step follows the median of our frames; a person's first words hardly move it."""
_LOUD = 0.005
"""Energy of a frame (RMS of -50 dB) from which what is left tells something."""
_LEAK = 0.003
"""Share of the echo's power that stays in any case, before more is learned: no path is exact, no loudspeaker linear."""
_SPEECH_HZ = 200.0, 4000.0
"""Where voices differ from hum and hiss."""
_BANDS = 8
"""What is left over is learned in so many bands: what a loudspeaker distorts and what slips in time lies in some."""
_EDGES = np.unique(np.round(np.geomspace(*_SPEECH_HZ, _BANDS + 1) / (SAMPLE_RATE / 2) * (BINS - 1)).astype(int))
_SPEECH = slice(int(_EDGES[0]), int(_EDGES[-1]))
_BAND = np.clip(np.searchsorted(_EDGES, np.arange(BINS), side="right") - 1, 0, len(_EDGES) - 2)
"""The band of each frequency; what lies outside speech goes with the nearest."""
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

    The loudspeaker's sound may reach the microphone up to 0.4 s after the samples were played, and 10 ms before, since
    drivers tell times badly. The first 0.8 s of our voice after the start only tell its level: nobody can interrupt.
    """

    somebody_speaks: bool = False
    """Set while an utterance is open: then nothing is learned about how much of our voice is left over."""

    def __init__(self) -> None:
        self._path = EchoPath()
        self._slip = Slip(_LEAD - REACH)
        self._played = np.zeros(_PAST + FRAME_SAMPLES + AHEAD, np.float32)
        self._before = np.zeros(FRAME_SAMPLES, np.float32)
        self._tail = np.zeros(FRAME_SAMPLES, np.float32)
        self._trust_db = np.full(len(_EDGES) - 1, _FIRST_TRUST_DB)
        self._rest_before = np.zeros(BINS, np.float32)
        self._left_db = _BADLY_DB
        self._foreign: deque[float] = deque([1.0] * _RECENT, maxlen=_RECENT)

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """Take our voice out of a frame.

        Args:
            frame: of the microphone; a shorter last one is filled up with silence.
            played: what went to the loudspeaker AHEAD samples later, at SAMPLE_RATE; fewer samples are filled up too.
        """
        heard = _whole(frame.samples)
        left = self._path.cancel(heard, self._at_the_time(heard, _whole(played)))
        window = np.concatenate([self._before, left])
        self._before = left
        start_s = frame.start_s - LATENCY_S
        if not self._path.sounding:
            out = self._tail + window[:FRAME_SAMPLES] * _RISING
            self._tail = window[FRAME_SAMPLES:] * _FALLING
            self._foreign.append(1.0)
            self._rest_before = np.zeros(BINS, np.float32)
            return Cleaned(Frame(out.astype(np.float32), start_s), 0.0)
        spectrum = np.fft.rfft(window * _WINDOW)
        if not self.somebody_speaks and float(heard @ heard) > _LOUD:
            left_db = 10 * np.log10((float(left @ left) + 1e-9) / float(heard @ heard))
            self._left_db += _STEP_DB if left_db > self._left_db else -_STEP_DB
        gain, foreign = self._weighed(spectrum, left)
        self._foreign.append(0.0 if float(np.abs(heard).max()) >= _CLIPPED else foreign)
        sound = np.fft.irfft(spectrum * gain).astype(np.float32) * _WINDOW
        out, self._tail = self._tail + sound[:FRAME_SAMPLES], sound[FRAME_SAMPLES:]
        # Where much is left of us, one frame alone is no voice yet.
        most = sorted(self._foreign)[-2 if self._left_db > _MUCH_DB else -1]
        return Cleaned(Frame(out.astype(np.float32), start_s), 1.0 - most)

    def _at_the_time(self, heard: NDArray[np.float32], played: NDArray[np.float32]) -> NDArray[np.float32]:
        """What was played at the time of the frame, by what is known of the devices' clocks."""
        self._played = np.concatenate([self._played[FRAME_SAMPLES:], played])
        if not self._played.any():
            return np.zeros(FRAME_SAMPLES, np.float32)
        if not self.somebody_speaks:
            expected = self._path.expected(self._from(0, FRAME_SAMPLES))
            if expected is not None and self._slip.follow(heard, expected):
                self._path.was_played(self._from(-_PAST_FRAMES * FRAME_SAMPLES, _PAST_FRAMES * FRAME_SAMPLES))
        return self._from(0, FRAME_SAMPLES)

    def _from(self, first: int, count: int) -> NDArray[np.float32]:
        """What was played from so many samples after the frame's first on, by the clocks as they are known now."""
        return sound_at(self._played, _PAST + _LEAD + first - self._slip.samples, count)

    def _weighed(
        self, spectrum: NDArray[np.complexfloating], left: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], float]:
        """Which share of each frequency passes, shape (BINS,), and the share 0..1 of the frame that is not ours."""
        rest = self._path.doubt + np.float32(_LEAK) * self._path.echo
        if not self.somebody_speaks:
            self._trust(left, rest)
        power = 2 * (spectrum.real**2 + spectrum.imag**2)  # the window halves it
        power = np.convolve(power, (0.25, 0.5, 0.25), "same")
        # The window is two frames long: where we fall silent, it still holds what was left of the frame before.
        both, self._rest_before = rest + self._rest_before, rest
        expected = both * (10 ** (self._trust_db / 10)).astype(np.float32)[_BAND]
        beta = np.interp(self._left_db, (_WELL_DB, _BADLY_DB), (_BETA, _BETA_MOST))
        sure = np.maximum(1 - beta * expected / (power + 1e-9), 0)
        foreign = float((sure * power)[_SPEECH].sum() / (power[_SPEECH].sum() + 1e-9))
        passes = np.maximum(1 - _BETA * _MILD * expected / (power + 1e-9), _FLOOR).astype(np.float32)
        return passes, foreign

    def _trust(self, left: NDArray[np.float32], rest: NDArray[np.float32]) -> None:
        """Follow how what is left of our voice compares with what the path expects of it."""
        spectrum = spectrum_of(left)
        power = _in_bands(spectrum.real**2 + spectrum.imag**2)
        ratio_db = 10 * np.log10((power + 1e-9) / (_in_bands(rest) + 1e-9))
        moved = self._trust_db + np.where(ratio_db > self._trust_db, _UP_DB, -_DOWN_DB)
        self._trust_db = np.clip(moved, _LEAST_TRUST_DB, _MOST_TRUST_DB)


def _in_bands(power: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.add.reduceat(power[: _EDGES[-1]].astype(np.float64), _EDGES[:-1])


def _whole(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    missing = FRAME_SAMPLES - len(samples)
    return np.pad(samples, (0, missing)).astype(np.float32) if missing else samples.astype(np.float32, copy=False)
