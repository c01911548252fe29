"""Noise for benchmarks, the same for the same seed: a fan, and other people's speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from audio.events import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TALKERS = 3
"""People who talk at once in babble."""
_LOWEST_HZ = 40.0
_FALL = 0.9
"""A fan's sound falls with the frequency to this power: nearly 3 dB an octave."""


def fan(length: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """So many samples of a fan."""
    spectrum = np.fft.rfft(draw.normal(size=length))
    spectrum /= np.maximum(np.fft.rfftfreq(length, 1 / SAMPLE_RATE), _LOWEST_HZ) ** _FALL
    return np.fft.irfft(spectrum, length)


def babble(length: int, draw: np.random.Generator, voices: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """So many samples of people who talk at once, each as loud as the others, begun anywhere and begun again."""
    mixed = np.zeros(length)
    for each in draw.choice(len(voices), size=TALKERS, replace=False):
        voice = np.roll(voices[each], int(draw.integers(len(voices[each]))))
        mixed += np.resize(voice, length) / (np.sqrt(np.square(voice).mean()) + 1e-9)
    return mixed


def added(sound: NDArray[np.floating], noise: NDArray[np.floating], snr_db: float) -> NDArray[np.float64]:
    """A sound with noise at so many decibels below it, both by their mean power."""
    power, other = float(np.square(sound).mean()), float(np.square(noise).mean())
    return np.asarray(sound + noise * np.sqrt(power / (other * 10 ** (snr_db / 10))), np.float64)


def mixed(sound: NDArray[np.float32], noise: NDArray[np.float64], snr_db: float) -> NDArray[np.float32]:
    """The same, turned down where it would clip."""
    together = added(sound, noise, snr_db)
    kept: NDArray[np.float32] = (together / max(1.0, float(np.abs(together).max()))).astype(np.float32)
    return kept
