"""The sounds of one loudspeaker, mixed: pure samples in, pure samples out; no sound may begin or end with a click."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

FADE_S = 0.02
"""Seconds from full to nothing: shorter clicks, longer is heard as speaking on."""


class Mixer:
    """Mixes the clip that plays with those that fade. `mix` is called by the sound thread, all else by any other.

    Args:
        rate: of all samples, hertz.
        volume: 0..1.
    """

    def __init__(self, rate: int, volume: float) -> None:
        self.rate = rate
        self.volume = volume
        self._gain = volume
        self._fade = max(1, round(FADE_S * rate))
        self._clip: _Clip | None = None
        self._fading: list[_Clip] = []
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether a clip plays that nobody has stopped."""
        return self._clip is not None

    def begin(self, clip: Samples) -> None:
        """Play this from the next block on, instead of what plays."""
        with self._lock:
            self._fade_out()
            self._clip = _Clip(clip)

    def stop(self) -> None:
        """Fade out what plays."""
        with self._lock:
            self._fade_out()

    def forget(self) -> None:
        """Drop all: what could not be played in its time is not played later."""
        with self._lock:
            self._clip, self._fading = None, []

    def mix(self, count: int) -> Samples:
        """The next `count` samples, shape (count,), in -1..1."""
        with self._lock:
            sound = np.zeros(count, np.float32)
            for clip in [*self._fading, *([self._clip] if self._clip is not None else [])]:
                clip.add_to(sound, self._fade)
            self._fading = [clip for clip in self._fading if not clip.over]
            if self._clip is not None and self._clip.over:
                self._clip = None
            if self._gain != self.volume:
                sound *= np.linspace(self._gain, self.volume, count, dtype=np.float32)
                self._gain = self.volume
            else:
                sound *= np.float32(self._gain)
        return np.clip(sound, -1.0, 1.0, out=sound)

    def _fade_out(self) -> None:
        if self._clip is not None:
            self._clip.shorten(self._fade)
            self._fading.append(self._clip)
            self._clip = None


class _Clip:
    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._at = 0
        self._faded_from: int | None = None

    @property
    def over(self) -> bool:
        return self._at >= len(self._samples)

    def shorten(self, fade: int) -> None:
        """End after `fade` more samples."""
        self._faded_from = self._at
        self._samples = self._samples[: self._at + fade]

    def add_to(self, sound: Samples, fade: int) -> None:
        piece = self._samples[self._at : self._at + len(sound)]
        if self._faded_from is not None:
            into = np.arange(self._at - self._faded_from, self._at - self._faded_from + len(piece), dtype=np.float32)
            piece = piece * (1 - into / np.float32(fade))
        sound[: len(piece)] += piece
        self._at += len(piece)
