"""A soft sound, and how it comes back: level, noise, clipping and delay from loudspeaker to microphone. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.events import SAMPLE_RATE

Samples = NDArray[np.float32]

_TONE_HZ, _TONE_S, _FADE_S = 440.0, 0.5, 0.1
_TONE_LEVEL, _SWEEP_LEVEL = 0.1, 0.15
"""Of full scale: as loud as a calm voice a room away, for it may be night."""
_SWEEP_HZ, _SWEEP_S, _SWEEP_FADE_S = (400.0, 4000.0), 0.25, 0.02
_LOUD = 0.99
_CLIPPED_SHARE = 0.0005
_DISTINCT = 10.0
"""The sweep was heard if its correlation is so many times that of everything else; chance comes to 5."""
_LEAST = 1e-3
"""And this much at least: less is rounding."""
_EARLY = SAMPLE_RATE // 20
"""Samples by which a driver's times may be wrong."""
_FLOOR_DB = -120.0


@dataclass(frozen=True, slots=True)
class Loopback:
    """How the sound came back."""

    heard: bool
    delay_s: float
    """From the loudspeaker to the microphone, seconds; 0 where nothing was heard."""
    level_db: float
    """Of the tone where it was heard, of everything where it was not: dB below full scale, root mean square."""
    noise_db: float
    """Of the room before the sound, likewise."""
    clipped: bool
    """Whether the sound was too loud for the microphone."""
    silent: bool
    """Whether there were exact zeros only, which no room has."""


def probe() -> Samples:
    """The sound: a tone that swells and fades, then a short sweep; about a second, shape (n,) at SAMPLE_RATE."""
    time_s = np.arange(round(_TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    tone = _TONE_LEVEL * _faded(np.sin(2 * np.pi * _TONE_HZ * time_s), _FADE_S)
    return np.concatenate([tone, np.zeros(SAMPLE_RATE // 10), _SWEEP_LEVEL * _sweep()]).astype(np.float32)


def measure(heard: Samples, sent: Samples) -> Loopback:
    """Find the sound of `probe` in what was heard.

    Args:
        heard: shape (n,) at SAMPLE_RATE: half a second and more of the room, then the sound, and a second after it.
        sent: what the loudspeaker gave in that same time, shape (n,).

    Returns:
        What was found; `delay_s` is as good as the times by which the two were cut.
    """
    sounding = np.flatnonzero(sent)
    begin = int(sounding[0]) if len(sounding) else len(sent)
    sweep = _sweep()
    crossed = _crossed(heard, sweep)
    at = int(np.argmax(crossed))
    elsewhere = np.concatenate([crossed[: max(0, at - len(sweep))], crossed[at + len(sweep) :]])
    usual = float(np.sqrt(np.mean(elsewhere**2))) if len(elsewhere) else 0.0
    delay = at - int(np.argmax(_crossed(sent, sweep)))
    found = bool(crossed[at] > max(_DISTINCT * usual, _LEAST)) and delay >= -_EARLY
    tone = heard[max(0, begin + delay) :][: round(_TONE_S * SAMPLE_RATE)] if found else heard
    return Loopback(
        heard=found,
        delay_s=max(0.0, delay / SAMPLE_RATE) if found else 0.0,
        level_db=level_db(tone),
        noise_db=level_db(heard[:begin]),
        clipped=bool(np.mean(np.abs(heard) >= _LOUD) > _CLIPPED_SHARE),
        silent=not heard.any(),
    )


def level_db(samples: Samples) -> float:
    """Root mean square in dB below full scale, -120 for nothing."""
    power = float(np.mean(samples.astype(np.float64) ** 2)) if len(samples) else 0.0
    return max(_FLOOR_DB, 10 * float(np.log10(power))) if power > 0 else _FLOOR_DB


def _crossed(sound: Samples, sweep: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the sound is like the sweep at each of its samples, shape (n,)."""
    size = 1 << (len(sound) + len(sweep)).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(sweep, size))
    return np.abs(np.fft.irfft(spectrum, size)[: len(sound)])


def _sweep() -> NDArray[np.float64]:
    time_s = np.arange(round(_SWEEP_S * SAMPLE_RATE)) / SAMPLE_RATE
    low, high = _SWEEP_HZ
    phase = 2 * np.pi * (low * time_s + (high - low) / (2 * _SWEEP_S) * time_s**2)
    return _faded(np.sin(phase), _SWEEP_FADE_S)


def _faded(sound: NDArray[np.float64], fade_s: float) -> NDArray[np.float64]:
    """Without a click at either end."""
    ramp = np.sin(np.linspace(0.0, np.pi / 2, round(fade_s * SAMPLE_RATE))) ** 2
    sound[: len(ramp)] *= ramp
    sound[-len(ramp) :] *= ramp[::-1]
    return sound
