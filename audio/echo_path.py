"""The way from our loudspeaker to our microphone, learned while we speak, and how far it can be trusted: pure.

A Kalman filter in the frequency domain, its impulse response cut into blocks of one frame (G. Enzner, P. Vary,
"Frequency-domain adaptive Kalman filter for acoustic echo control", Signal Processing 86, 2006; in blocks: F. Kuech,
E. Mabande, G. Enzner, "State-space architecture of the partitioned-block-based acoustic echo controller", ICASSP 2014).
It is linear, so a person who speaks over us is left as they are, and it knows its own uncertainty: what it may have
failed to cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audio.events import FRAME_SAMPLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCKS = 16
"""Frames of the impulse response: 0.51 s, the delay of loudspeaker and microphone and the room after it."""
BINS = FRAME_SAMPLES + 1
"""Frequencies of a spectrum: a window is two frames long."""
MEASURING = 25
"""Frames of our own sound in which only its level in the microphone is measured, before anything is learned."""
_PASSES = 2
"""How often a frame is learned from: twice gains 3 dB in the first seconds, for half as much computing again."""
_FORGET = 0.9995**2
"""How much of the path is the same a frame later: a hand that moves a lamp is followed within a minute."""
_HALF = 0.5
"""Share of a window that is new sound; the rest is overlap (the cited papers' R/M)."""
_SMOOTH = 0.5
_FIRST_DOUBT = 30.0
"""Variance of the unknown path at the start, as a multiple of (microphone's power / played power)."""
_TINY = np.float32(1e-7)


class EchoPath:
    """Learns the path from what is played, and takes its echo out of what the microphone hears; one a stream."""

    doubt: NDArray[np.float32]
    """Shape (BINS,): expected power of what the newest frame's cancelling left of the echo, in the units of
    |rfft of a window of two frames whose first is empty|²; as large as can be before the path is known at all."""
    echo: NDArray[np.float32]
    """Shape (BINS,): power of the newest frame's echo as the path has it, in the same units."""

    def __init__(self) -> None:
        self._played = np.zeros((BLOCKS, BINS), np.complex64)
        self._path = np.zeros((BLOCKS, BINS), np.complex64)
        self._variance = np.ones((BLOCKS, BINS), np.float32)
        self._rest = np.full(BINS, 1e-3, np.float32)
        self._before = np.zeros(FRAME_SAMPLES, np.float32)
        self._measured = 0
        self._heard = self._sent = 0.0
        self._silent_for = BLOCKS
        self.doubt = np.zeros(BINS, np.float32)
        self.echo = np.zeros(BINS, np.float32)

    @property
    def sounding(self) -> bool:
        """Whether anything that was played can still be heard, echo included."""
        return self._silent_for < BLOCKS

    def cancel(self, heard: NDArray[np.float32], played: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the echo out of one frame and learn from it.

        Args:
            heard: the microphone's samples, shape (FRAME_SAMPLES,).
            played: what went to the loudspeaker at the same time, same shape.

        Returns:
            What is left, same shape; the very same samples when nothing was played for half a second.
        """
        self._silent_for = 0 if float(np.abs(played).max()) > 0 else self._silent_for + 1
        if not self.sounding:
            self._before = played
            return heard
        self._played = np.roll(self._played, 1, axis=0)
        self._played[0] = np.fft.rfft(np.concatenate([self._before, played]))
        self._before = played
        if self._measured < MEASURING:
            return self._measure(heard, played)
        return self._learn(heard)

    def expected(self, played: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """The echo of the next frame, shape (FRAME_SAMPLES,), if this is played; None before anything is known."""
        if self._measured < MEASURING:
            return None
        newest = np.fft.rfft(np.concatenate([self._before, played]))
        echo = self._path[0] * newest + (self._path[1:] * self._played[:-1]).sum(axis=0)
        return _frame_of(echo).astype(np.float32)

    def was_played(self, frames: NDArray[np.float32]) -> None:
        """The clocks leapt: take it that this was played just before, shape ((BLOCKS + 1) * FRAME_SAMPLES,)."""
        for block in range(BLOCKS):
            end = len(frames) - block * FRAME_SAMPLES
            self._played[block] = np.fft.rfft(frames[end - 2 * FRAME_SAMPLES : end])
        self._before = frames[-FRAME_SAMPLES:]

    def _measure(self, heard: NDArray[np.float32], played: NDArray[np.float32]) -> NDArray[np.float32]:
        self._measured += 1
        self._heard += float(heard @ heard)
        self._sent += float(played @ played)
        if self._measured == MEASURING:
            self._variance *= np.float32(_FIRST_DOUBT * self._heard / (self._sent + 1e-9))
        self.doubt = np.full(BINS, np.float32(1e9))
        return heard

    def _learn(self, heard: NDArray[np.float32]) -> NDArray[np.float32]:
        power = self._played.real**2 + self._played.imag**2
        variance = surer = self._variance
        for again in range(_PASSES):
            left = _without(heard, self._newest())
            error = spectrum_of(left)
            smoothed = _SMOOTH * self._rest + (1 - _SMOOTH) * (error.real**2 + error.imag**2)
            self._rest = np.minimum(self._rest, smoothed) if again else smoothed
            step = _HALF * variance / (_HALF * (variance * power).sum(axis=0) + self._rest + _TINY)
            change = np.fft.irfft(step * np.conj(self._played) * error, axis=1)
            change[:, FRAME_SAMPLES:] = 0  # what a block of the impulse response cannot hold
            self._path += np.fft.rfft(change, axis=1)
            if not again:
                surer = variance * (1 - _HALF * step * power)
            variance = surer  # learning twice from one frame makes nobody twice as sure
        self.doubt = _HALF * (surer * power).sum(axis=0)
        known = self._path.real**2 + self._path.imag**2
        self._variance = _FORGET * variance + (1 - _FORGET) * (known + _TINY)
        echo = self._newest()
        self.echo = np.float32(_HALF) * (echo.real**2 + echo.imag**2)
        return _without(heard, echo)

    def _newest(self) -> NDArray[np.complex64]:
        """The spectrum, shape (BINS,), of the newest frame's echo behind the frame before."""
        return np.asarray((self._path * self._played).sum(axis=0))


def spectrum_of(frame: NDArray[np.float32]) -> NDArray[np.complex64]:
    """The spectrum, shape (BINS,), of a frame behind an empty one."""
    return np.fft.rfft(np.concatenate([np.zeros_like(frame), frame])).astype(np.complex64)


def _frame_of(spectrum: NDArray[np.complexfloating]) -> NDArray[np.floating]:
    """The frame, shape (FRAME_SAMPLES,), behind another one in a spectrum of both."""
    return np.asarray(np.fft.irfft(spectrum)[FRAME_SAMPLES:])


def _without(heard: NDArray[np.float32], echo: NDArray[np.complexfloating]) -> NDArray[np.float32]:
    return (heard - _frame_of(echo)).astype(np.float32)
