"""How far loudspeaker and microphone slip against each other: two devices have two clocks, and drivers tell times ill.

A canceller that has learned a room is undone by a shift of one sample in four thousand hertz. So the shift is followed
apart from the room: a Kalman filter of delay and drift, that measures what is left of the echo against its slope
(y(t) = e(t - d) is e - d e' for a small d).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HERTZ = np.fft.rfftfreq(2 * FRAME_SAMPLES, 1 / SAMPLE_RATE)
_BAND = slice(*(int(hertz * 2 * FRAME_SAMPLES / SAMPLE_RATE) for hertz in (150, 2000)))
"""Voices are strong there, and two samples are still a small part of a wave."""
_SLOPE = (2j * np.pi * _HERTZ / SAMPLE_RATE)[_BAND]
_WINDOW = np.hanning(FRAME_SAMPLES)
_MOST_STEP = 2.0
"""Samples beyond which a measured step is no small part of a wave any more, and is believed little."""
_FIRST_DRIFT, _WANDERS = 1e-4, 1e-6
"""Variance of the drift, (samples a frame)²: at first, and what a frame adds. The shift itself does not jump."""
_MISTRUST = 100.0
"""How much noisier a measured step is taken to be than what is left of the echo tells: what a room's learning has not
reached yet is the same from frame to frame, and would be taken for a shift (tried: 4, 20, 50; docs/benchmarks.md)."""
_UNKNOWN = 0.5
"""Share of the echo left over from which too little of the room is known to measure a shift."""
_GOES_ON = np.array([[1.0, 1.0], [0.0, 1.0]])
_TINY, _LEAST_NOISE = 1e-9, 1e-3


class Slip:
    """Follows the shift of one stream.

    Args:
        most: samples of shift, either way, that can be followed.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._state = np.zeros(2)
        self._doubt = np.diag([0.0, _FIRST_DRIFT])

    @property
    def samples(self) -> float:
        """By how many samples the echo comes later now than when the room was learned."""
        return float(self._state[0])

    def follow(self, heard: NDArray[np.float32], echo: NDArray[np.float32]) -> None:
        """Learn from one frame.

        Args:
            heard: by the microphone, shape (FRAME_SAMPLES,).
            echo: as it would sound with the shift so far, same shape.
        """
        self._state = _GOES_ON @ self._state
        self._doubt = _GOES_ON @ self._doubt @ _GOES_ON.T
        self._doubt[1, 1] += _WANDERS
        expected = _spectrum(echo)
        left = _spectrum(heard) - expected
        slope = _SLOPE * expected
        steepness = _power(slope)
        if steepness < _TINY or _power(left) > _UNKNOWN * _power(expected):
            return
        step = -float((left * slope.conj()).real.sum()) / steepness
        noise = _MISTRUST * _power(left + step * slope) / (steepness * len(slope)) + _LEAST_NOISE
        if abs(step) > _MOST_STEP:
            noise, step = 10 * noise, float(np.clip(step, -_MOST_STEP, _MOST_STEP))
        gain = self._doubt[:, 0] / (self._doubt[0, 0] + noise)
        self._state = self._state + gain * step
        self._doubt = self._doubt - np.outer(gain, self._doubt[0])
        self._state[0] = np.clip(self._state[0], -self._most, self._most)


def _power(spectrum: NDArray[np.inexact]) -> float:
    return float((spectrum.real**2 + spectrum.imag**2).sum())


def _spectrum(frame: NDArray[np.float32]) -> NDArray[np.complexfloating]:
    return np.asarray(np.fft.rfft(frame * _WINDOW, 2 * FRAME_SAMPLES)[_BAND])
