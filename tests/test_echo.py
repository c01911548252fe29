"""Our own voice is taken out of the microphone, and a person who speaks over it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import WordUnderstanding

from assistant.interruption import meaning_over_us
from audio.ears import Ears, EchoGate
from audio.echo import AHEAD, LATENCY_S, OPENS, Cleaned, EchoCanceller
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame, Heard, Reading, SpeechEnded, SpeechEvent, SpeechStarted

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOME_SECONDS = 7


def syllables(seed: int, seconds: float = SOME_SECONDS) -> NDArray[np.float32]:
    """Coloured noise that comes and goes four times a second, as speech does."""
    rng = np.random.default_rng(seed)
    n = round(seconds * SAMPLE_RATE)
    noise = np.convolve(rng.normal(0, 0.1, n), np.hanning(6) / 2.5, "same")
    return (noise * (0.5 - 0.5 * np.cos(8 * np.pi * np.arange(n) / SAMPLE_RATE))).astype(np.float32)


def echo_of(played: NDArray[np.float32], delay_s: float) -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    n = SAMPLE_RATE // 8
    walls = 0.1 * rng.normal(size=n) * np.exp(-6.9 * np.arange(n) / n)
    walls[0] = 1
    size = len(played) + n
    reflected = np.fft.irfft(np.fft.rfft(played, size) * np.fft.rfft(walls, size), size)[: len(played)]
    late = round(delay_s * SAMPLE_RATE)
    return np.concatenate([np.zeros(late), reflected])[: len(played)].astype(np.float32)


def cleaned(heard: NDArray[np.float32], played: NDArray[np.float32], canceller: EchoCanceller) -> list[Cleaned]:
    steps = range(0, len(heard), FRAME_SAMPLES)
    ahead = played[AHEAD:]
    return [
        canceller.clean(Frame(heard[at : at + FRAME_SAMPLES], at / SAMPLE_RATE), ahead[at : at + FRAME_SAMPLES])
        for at in steps
    ]


def level_db(sounds: list[Cleaned]) -> float:
    return float(10 * np.log10(np.mean([np.mean(each.frame.samples**2) for each in sounds]) + 1e-12))


@pytest.mark.parametrize(("delay_s", "volume"), [(0.02, 1.0), (0.1, 3.0), (0.3, 0.05)])
def test_our_own_voice_is_cancelled_at_any_level_and_delay(delay_s: float, volume: float):
    played = syllables(1)
    heard = volume * echo_of(played, delay_s)
    out = cleaned(heard, played, EchoCanceller())[-60:]
    before = 10 * np.log10(np.mean(heard[-60 * FRAME_SAMPLES :] ** 2))
    assert level_db(out) < before - 20


def test_an_echo_that_slips_as_two_devices_clocks_do_is_cancelled_too():
    played = syllables(1, 20)
    late = np.cumsum(np.full(len(played), 20e-6))  # 20 millionths, 0.3 samples a second
    heard = np.interp(np.arange(len(played)) - late, np.arange(len(played)), echo_of(played, 0.1)).astype(np.float32)
    out = cleaned(heard, played, EchoCanceller())[-60:]
    before = 10 * np.log10(np.mean(heard[-60 * FRAME_SAMPLES :] ** 2))
    assert level_db(out) < before - 15


def test_an_echo_that_leaps_as_where_a_stream_stutters_is_cancelled_again_within_a_second():
    played = syllables(1, 12)
    heard = echo_of(played, 0.1)
    leapt = np.concatenate([heard[: 9 * SAMPLE_RATE], heard[9 * SAMPLE_RATE - 90 : -90]])
    out = cleaned(leapt, played, EchoCanceller())[-60:]
    assert level_db(out) < 10 * np.log10(np.mean(leapt[-60 * FRAME_SAMPLES :] ** 2)) - 15


def test_an_echo_that_comes_before_the_time_that_the_driver_told_is_cancelled_too():
    played = syllables(1)
    early = np.concatenate([played[48:], np.zeros(48, np.float32)])
    out = cleaned(echo_of(early, 0.0), played, EchoCanceller())[-60:]
    assert level_db(out) < 10 * np.log10(np.mean(played[-60 * FRAME_SAMPLES :] ** 2)) - 20


@pytest.mark.parametrize(("delay_s", "volume"), [(0.02, 1.0), (0.1, 3.0), (0.3, 0.05)])
def test_our_own_voice_never_opens_the_gate_from_its_first_sample_on(delay_s: float, volume: float):
    played = np.concatenate([syllables(1, 3), np.zeros(SAMPLE_RATE, np.float32), syllables(2, 3)])
    quiet = np.random.default_rng(3).normal(0, 1e-4, len(played)).astype(np.float32)
    sounds = cleaned(volume * echo_of(played, delay_s) + quiet, played, EchoCanceller())
    loud = [np.mean(played[at : at + FRAME_SAMPLES] ** 2) > 1e-3 for at in range(0, len(played), FRAME_SAMPLES)]
    ours = [each.explained for each, sounding in zip(sounds[6:], loud, strict=False) if sounding]
    assert min(ours) > 1 - OPENS


def test_a_person_who_speaks_over_us_opens_the_gate_within_a_fifth_of_a_second():
    played = syllables(1)
    person = np.zeros_like(played)
    begin = 6 * SAMPLE_RATE
    person[begin : begin + SAMPLE_RATE // 2] = syllables(9, 0.5)
    sounds = cleaned(echo_of(played, 0.1) + person, played, EchoCanceller())
    opened = [number for number, each in enumerate(sounds) if each.explained <= 1 - OPENS and number > 150]
    assert begin // FRAME_SAMPLES <= opened[0] <= begin // FRAME_SAMPLES + 6


def test_where_nothing_is_played_the_sound_passes_as_it_is_one_frame_late():
    heard = syllables(4, 1.024)
    sounds = cleaned(heard, np.zeros_like(heard), EchoCanceller())
    together = np.concatenate([each.frame.samples for each in sounds])
    assert np.allclose(together[FRAME_SAMPLES:], heard[:-FRAME_SAMPLES], atol=1e-6)
    assert [each.explained for each in sounds] == [0.0] * len(sounds)
    assert sounds[1].frame.start_s == pytest.approx(FRAME_SAMPLES / SAMPLE_RATE - LATENCY_S)


def test_an_overdriven_microphone_counts_as_ours():
    played = syllables(1)
    sounds = cleaned(np.clip(40 * echo_of(played, 0.1), -1, 1), played, EchoCanceller())
    assert min(each.explained for each in sounds[60:]) > 1 - OPENS


def test_a_short_last_frame_is_filled_up():
    canceller = EchoCanceller()
    out = canceller.clean(Frame(np.ones(100, np.float32), 0.0), np.ones(7, np.float32))
    assert len(out.frame.samples) == FRAME_SAMPLES


class Always:
    """A detector that finds speech in everything."""

    def probability(self, frame: Frame) -> float:
        del frame
        return 0.9

    def reset(self) -> None:
        pass


class Told:
    """A recogniser that tells what it is told to tell."""

    name = "told"

    def __init__(self, *events: list[SpeechEvent]) -> None:
        self.events = [*events]
        self.frames: list[Frame] = []
        self.endpoint_s = 0.0

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        self.frames.append(frame)
        return self.events.pop(0)

    def finish(self) -> list[SpeechEvent]:
        return [SpeechEnded(9.0)]

    def expect(self, endpoint_s: float) -> None:
        self.endpoint_s = endpoint_s


class Explaining:
    """A canceller that explains as it is told, and notes what was played."""

    somebody_speaks = False

    def __init__(self, explained: float) -> None:
        self.explained = explained
        self.played: list[float] = []

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        self.played.append(float(played[0]))
        return Cleaned(Frame(frame.samples * 0, frame.start_s), self.explained)


def test_the_gate_finds_no_speech_in_what_our_voice_explains():
    gate = EchoGate(Always())
    frame = Frame(np.zeros(FRAME_SAMPLES, np.float32), 0.0)
    gate.explained = 0.9
    assert gate.probability(frame) == 0.0
    gate.explained = 0.2
    assert gate.probability(frame) == 0.9


def test_ears_give_the_recogniser_cleaned_frames_and_the_canceller_what_was_played_then():
    gate, made = EchoGate(Always()), []

    def another() -> Explaining:
        made.append(Explaining(0.6))
        return made[-1]

    inner = Told([], [SpeechStarted(0.0)], [])
    ears = Ears(inner, gate, another, lambda start_s, end_s: np.full(600, start_s + end_s, np.float32))
    loud = np.ones(FRAME_SAMPLES, np.float32)
    assert ears.accept(Frame(loud, 1.0)) == []
    [canceller] = made
    assert canceller.played == [pytest.approx(2.032 + 2 * AHEAD / SAMPLE_RATE)]
    assert not inner.frames[0].samples.any()
    assert gate.explained == 0.6
    assert ears.accept(Frame(loud, 1.032)) == [SpeechStarted(0.0)]
    assert canceller.somebody_speaks
    assert ears.finish() == [SpeechEnded(9.0)]
    assert not canceller.somebody_speaks
    assert len(made) == 2, "nothing learned of one microphone's echo may hold for the next"
    ears.expect(0.7)
    assert (inner.endpoint_s, ears.name) == (0.7, "told")


def heard(text: str, watched: str, odds: float) -> Heard:
    return Heard((Reading(text, -2.0),), 0.0, 1.0, "told", watched=Reading(watched, -2.0 + odds), watched_odds=odds)


@pytest.mark.parametrize(
    ("text", "watched", "odds", "meant"),
    [
        ("star", "stop", -2.7, "stop"),
        ("hell", "help", -1.0, "help"),
        ("star", "stop", -8.0, None),
        ("yesterday", "yes", -0.5, None),
        ("worse", "stop", -1.0, "stop"),
        ("stop", "yes", -0.1, "stop"),
    ],
)
def test_over_our_voice_what_is_watched_for_may_stop_us_but_tell_nothing_else(
    text: str, watched: str, odds: float, meant: str | None
):
    assert meaning_over_us(WordUnderstanding(), heard(text, watched, odds)).intent == meant
