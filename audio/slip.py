"""How far loudspeaker and microphone slip against each other: two devices have two clocks, and drivers tell times ill.

A canceller that has learned a room is undone by a shift of one sample in four thousand hertz. So the shift is followed
apart from the room: small steps by a Kalman filter of delay and drift, that measures what is left of the echo against
its slope (y(t) = e(t - d) is e - d e' for a small d), and leaps by the correlation of what is heard and expected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZE = 2 * FRAME_SAMPLES
_HERTZ = np.fft.rfftfreq(_SIZE, 1 / SAMPLE_RATE)
_SLOPE = 2j * np.pi * _HERTZ / SAMPLE_RATE
_WINDOW = np.hanning(FRAME_SAMPLES)
_GENTLE = (_HERTZ > 150) & (_HERTZ < 2000)  # noqa: PLR2004
"""Where voices are strong, and two samples are still a small part of a wave."""
_VOICE = (_HERTZ > 150) & (_HERTZ < 3000)  # noqa: PLR2004
_MOST_STEP = 2.0
"""Samples beyond which a measured step is no small part of a wave any more, and is believed little."""
_FIRST_DRIFT, _WANDERS = 1e-4, 1e-6
"""Variance of the drift, (samples a frame)²: at first, and what a frame adds. The shift itself does not jump."""
_MISTRUST = 100.0
"""How much noisier a measured step is taken to be than what is left of the echo tells: what a room's learning has not
reached yet is the same from frame to frame, and would be taken for a shift (tried: 4, 20, 50; docs/benchmarks.md)."""
_UNKNOWN = 0.5
"""Share of the echo left over from which too little of the room is known to measure a shift."""
_KEPT = 0.7
"""Share of the correlation of heard and expected that is kept from one frame to the next: a leap is seen in a few."""
_LEAST_LEAP, _CLEARER, _ALIKE = 2, 1.2, 0.5
"""A leap is of so many samples at least, so much clearer than no leap, and explains so much of what is heard."""
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
        self._correlation = np.zeros(len(_HERTZ), np.complex128)
        self._heard = self._expected = 0.0

    @property
    def samples(self) -> float:
        """By how many samples the echo comes later now than when the room was learned."""
        return float(self._state[0])

    def follow(self, heard: NDArray[np.float32], echo: NDArray[np.float32]) -> bool:
        """Learn from one frame, and tell whether the echo has leapt.

        Args:
            heard: by the microphone, shape (FRAME_SAMPLES,).
            echo: as it would sound with the shift so far, same shape.
        """
        expected, sound = _spectrum(echo), _spectrum(heard)
        leap = self._leap(sound * _VOICE, expected * _VOICE)
        if leap:
            self._state[0] += leap
            self._doubt[0, 0] += 1.0
        else:
            self._drift(sound * _GENTLE, expected * _GENTLE)
        self._state[0] = np.clip(self._state[0], -self._most, self._most)
        return bool(leap)

    def _leap(self, heard: NDArray[np.complexfloating], expected: NDArray[np.complexfloating]) -> int:
        """By how many samples the echo has leapt: a sound server that wakes up, a stream that stuttered; 0 for none."""
        self._correlation = _KEPT * self._correlation + heard * np.conj(expected)
        self._heard = _KEPT * self._heard + _power(heard)
        self._expected = _KEPT * self._expected + _power(expected)
        # The power of half a spectrum, and its inverse transform over _SIZE values.
        lags = np.fft.irfft(self._correlation) * _SIZE / 2
        most = round(self._most)
        around = np.concatenate([lags[-most:], lags[: most + 1]])
        best = int(np.argmax(around))
        leap, peak = best - most, float(around[best])
        alike = _ALIKE * float(np.sqrt(self._heard * self._expected))
        if abs(leap) < _LEAST_LEAP or peak < _CLEARER * max(float(lags[0]), 0.0) or peak <= alike:
            return 0
        self._correlation *= np.exp(_SLOPE * leap)
        return leap

    def _drift(self, heard: NDArray[np.complexfloating], expected: NDArray[np.complexfloating]) -> None:
        """Follow small steps by what is left of the echo against its slope."""
        self._state = _GOES_ON @ self._state
        self._doubt = _GOES_ON @ self._doubt @ _GOES_ON.T
        self._doubt[1, 1] += _WANDERS
        left, slope = heard - expected, _SLOPE * expected
        steepness = _power(slope)
        if steepness < _TINY or _power(left) > _UNKNOWN * _power(expected):
            return
        step = -float((left * slope.conj()).real.sum()) / steepness
        noise = _MISTRUST * _power(left + step * slope) / (steepness * np.count_nonzero(_GENTLE)) + _LEAST_NOISE
        if abs(step) > _MOST_STEP:
            noise, step = 10 * noise, float(np.clip(step, -_MOST_STEP, _MOST_STEP))
        gain = self._doubt[:, 0] / (self._doubt[0, 0] + noise)
        self._state = self._state + gain * step
        self._doubt = self._doubt - np.outer(gain, self._doubt[0])


def _power(spectrum: NDArray[np.inexact]) -> float:
    return float((spectrum.real**2 + spectrum.imag**2).sum())


def _spectrum(frame: NDArray[np.float32]) -> NDArray[np.complexfloating]:
    return np.asarray(np.fft.rfft(frame * _WINDOW, _SIZE))
