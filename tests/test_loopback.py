"""A soft sound and its echo: found at any delay, in noise, clipped or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from audio.events import SAMPLE_RATE
from audio.loopback import level_db, measure, probe

ROOM = SAMPLE_RATE // 2


def sent() -> np.ndarray:
    """What the loudspeaker gave: half a second of nothing, the sound, a second of nothing."""
    return np.concatenate([np.zeros(ROOM), probe(), np.zeros(SAMPLE_RATE)]).astype(np.float32)


def noise(level: float, seed: int = 0) -> np.ndarray:
    """A room's own sound, with its root mean square."""
    return np.random.default_rng(seed).normal(0.0, level, len(sent()))


def echo(gain: float, delay: int) -> np.ndarray:
    return gain * np.concatenate([np.zeros(delay), sent()])[: len(sent())]


def room(*sounds: np.ndarray) -> np.ndarray:
    return np.clip(np.sum(sounds, axis=0), -1.0, 1.0).astype(np.float32)


def test_the_sound_is_soft_and_has_no_click():
    assert np.abs(probe()).max() < 0.16
    for edge in (probe()[:50], probe()[-50:]):
        assert np.abs(edge).max() < 0.01
    assert 0.5 < len(probe()) / SAMPLE_RATE < 1.5


@pytest.mark.parametrize("delay", [0, 7, 800, 8000])
def test_the_delay_is_found_to_a_sample(delay: int):
    found = measure(room(echo(0.1, delay), noise(0.001)), sent())
    assert found.heard
    assert round(found.delay_s * SAMPLE_RATE) == delay


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.02])
def test_level_and_noise_are_those_of_the_room(gain: float):
    found = measure(room(echo(gain, 400), noise(0.0005)), sent())
    tone = gain * probe()[: SAMPLE_RATE // 2]
    assert found.level_db == pytest.approx(level_db(tone.astype(np.float32)), abs=1.0)
    assert found.noise_db == pytest.approx(-66.0, abs=1.0)
    assert not found.clipped
    assert not found.silent


def test_a_tone_in_loud_noise_is_still_found():
    assert all(measure(room(echo(0.2, 400), noise(0.03, seed)), sent()).heard for seed in range(10))


def test_noise_alone_is_never_taken_for_the_tone():
    assert not any(measure(room(noise(0.03, seed)), sent()).heard for seed in range(30))


def test_exact_zeros_are_told_from_a_quiet_room():
    nothing = measure(np.zeros(len(sent()), np.float32), sent())
    assert (nothing.heard, nothing.silent, nothing.level_db) == (False, True, -120.0)
    assert not measure(room(noise(1e-5)), sent()).silent


def test_a_sound_that_overdrives_the_microphone_is_told():
    found = measure(room(echo(20.0, 400), noise(0.001)), sent())
    assert found.heard
    assert found.clipped
