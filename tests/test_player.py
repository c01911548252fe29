"""The player: lines begin and fade, are known by the time they are heard, and need no loudspeaker; a fake PortAudio."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_portaudio import Card, FakePortAudio, Stream

from audio.events import SAMPLE_RATE, LoudspeakerLost
from audio.mixer import FADE_S, Mixer
from audio.played import Played
from audio.player import Player
from audio.sound_system import SoundSystem

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 10.0
RATE = 48_000
BLOCK = RATE // 100


def machine(*cards: Card) -> tuple[FakePortAudio, SoundSystem]:
    library = FakePortAudio(list(cards))
    seen = lambda: tuple(card.name for card in library.plugged)  # noqa: E731 - short
    return library, SoundSystem(lambda: library, seen=seen, hears_itself=lambda: False)


def box(**more: object) -> Card:
    return Card("Box", outputs=2, rate=RATE, **more)  # type: ignore[arg-type]


def pull(stream: Stream, seconds: float) -> np.ndarray:
    """What the device gets in so many seconds, shape (n, channels)."""
    return np.concatenate([stream.speak(BLOCK) for _ in range(round(seconds * 100))])


def soon(true: Callable[[], bool]) -> bool:
    """Whether it becomes true in time."""
    ends = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < ends:
        time.sleep(0.01)
    return true()


def steady(seconds: float, value: float = 0.5, rate: int = RATE) -> np.ndarray:
    return np.full(round(seconds * rate), value, np.float32)


def test_zeros_are_played_until_a_line_begins_and_after_it():
    library, system = machine(box())
    with closing(Player(system)) as player:
        [stream] = library.running
        assert not pull(stream, 0.1).any()
        assert player.begin(steady(0.1), RATE) == pytest.approx(0.1)
        assert player.busy
        sound = pull(stream, 0.2)
        assert not player.busy
    assert np.flatnonzero(sound[:, 0]).tolist() == list(range(RATE // 10))


@pytest.mark.parametrize("channels", [(1,), (2,)])
def test_every_channel_gets_the_sound(channels: tuple[int, ...]):
    library, system = machine(box(channels=channels))
    with closing(Player(system)) as player:
        [stream] = library.running
        player.begin(steady(0.05), RATE)
        sound = pull(stream, 0.05)
    assert sound.shape[1] == channels[0]
    assert np.array_equal(sound, np.full_like(sound, 0.5))


def test_a_line_of_another_rate_lasts_as_long():
    library, system = machine(box())
    with closing(Player(system)) as player:
        [stream] = library.running
        for _ in range(2):
            assert player.begin(steady(1.0, rate=22_050), 22_050) == pytest.approx(1.0)
            sound = pull(stream, 1.2)[:, 0]
            assert np.flatnonzero(np.abs(sound) > 0.1)[-1] / RATE == pytest.approx(1.0, abs=0.01)


def test_a_stopped_line_fades_within_30_ms_and_does_not_click():
    library, system = machine(box())
    with closing(Player(system)) as player:
        [stream] = library.running
        player.begin(steady(5.0), RATE)
        pull(stream, 0.5)
        player.stop()
        assert not player.busy
        sound = pull(stream, 0.2)[:, 0]
    assert np.flatnonzero(sound)[-1] / RATE < 0.03
    assert np.abs(np.diff(np.concatenate([[0.5], sound]))).max() < 0.01


def test_a_new_line_takes_the_place_of_the_old_one_without_a_click():
    library, system = machine(box())
    with closing(Player(system)) as player:
        [stream] = library.running
        player.begin(steady(5.0, 0.4), RATE)
        pull(stream, 0.5)
        player.begin(steady(1.0, 0.0), RATE)
        sound = pull(stream, 1.2)[:, 0]
    assert np.flatnonzero(sound)[-1] / RATE <= FADE_S
    assert not player.busy


def test_the_volume_is_ramped_and_stays_between_nothing_and_full():
    library, system = machine(box())
    with closing(Player(system, volume=0.5)) as player:
        [stream] = library.running
        player.begin(steady(5.0, 1.0), RATE)
        assert pull(stream, 0.1)[-1, 0] == pytest.approx(0.5)
        player.volume = 7.0
        assert player.volume == 1.0
        louder = pull(stream, 0.1)[:, 0]
        assert np.abs(np.diff(louder)).max() < 0.01
        assert louder[-1] == pytest.approx(1.0)
        player.volume = -1.0
        assert pull(stream, 0.1)[-1, 0] == 0.0


def test_what_was_played_is_known_by_the_time_at_which_it_was_heard():
    library, system = machine(box())
    now = [100.0]
    with closing(Player(system, now=lambda: now[0])) as player:
        [stream] = library.running
        player.begin(steady(0.5), RATE)
        for _ in range(100):
            stream.speak(BLOCK, ahead_s=0.05)
            now[0] += 0.01
        known = player.played(100.0, 100.9)
    assert known.shape == (round(0.9 * SAMPLE_RATE),)
    assert known.dtype == np.float32
    loud = np.flatnonzero(known > 0.25) / SAMPLE_RATE
    assert loud[[0, -1]] == pytest.approx([0.05, 0.55], abs=0.001)


def test_the_record_of_what_was_played_is_even_bounded_and_keeps_gaps():
    record = Played(SAMPLE_RATE, keep_s=2.0)
    random = np.random.default_rng(0)
    tone = np.sin(np.arange(10 * SAMPLE_RATE) / 20).astype(np.float32)
    for i in range(1000):
        record.add(tone[i * 160 : (i + 1) * 160], 50.0 + i / 100 + random.uniform(-0.002, 0.002))
        if i % 100 == 0:
            record.between(0.0, 1.0)
    assert record.between(58.5, 59.5).std() == pytest.approx(0.7, abs=0.02)
    assert np.abs(np.diff(record.between(58.5, 59.5))).max() < 0.06
    assert not record.between(55.0, 57.9).any()
    assert not record.between(60.1, 61.0).any()
    record.add(np.ones(160, np.float32), 60.5)
    assert record.between(60.1, 60.4).any() == np.False_
    assert record.between(60.502, 60.508).mean() == pytest.approx(1.0, abs=0.05)


def test_one_block_that_is_told_late_shifts_nothing():
    record = Played(SAMPLE_RATE)
    tone = np.sin(np.arange(2 * SAMPLE_RATE) / 20).astype(np.float32)
    for i in range(200):
        record.add(tone[i * 160 : (i + 1) * 160], i / 100 + (0.035 if i == 150 else 0.0))
    assert record.between(1.0, 1.9) == pytest.approx(tone[SAMPLE_RATE : round(1.9 * SAMPLE_RATE)], abs=0.01)


def test_what_was_played_between_two_samples_is_known_too():
    record = Played(SAMPLE_RATE)
    tone = np.sin(np.arange(2 * SAMPLE_RATE) / 10).astype(np.float32)
    record.add(tone, 0.0)
    at = np.arange(1600) + 0.5 + SAMPLE_RATE
    assert record.between(1.0 + 0.5 / SAMPLE_RATE, 1.1 + 0.5 / SAMPLE_RATE) == pytest.approx(np.sin(at / 10), abs=1e-3)


def test_a_missing_loudspeaker_is_a_fault_and_the_night_goes_on():
    library, system = machine()
    with closing(Player(system)) as player:
        assert player.lost == LoudspeakerLost(
            "there is no loudspeaker", "plug one in, or choose one in the system's sound settings"
        )
        assert player.fault == f"{player.lost.message}: {player.lost.remedy}"
        assert player.begin(steady(1.5), RATE) == pytest.approx(1.5)
        assert not player.busy
        player.stop()
        assert not player.played(0.0, 1.0).any()
    assert library.running == []


def test_a_loudspeaker_that_is_unplugged_is_found_again_and_says_nothing_late():
    library, system = machine(box())
    with closing(Player(system)) as player:
        [stream] = library.running
        player.begin(steady(60.0), RATE)
        pull(stream, 0.1)
        library.plugged.clear()
        stream.die()
        assert soon(lambda: player.fault is not None)
        assert player.fault == "the loudspeaker 'Box' has gone: plug it in again"
        assert not stream.open
        library.plugged.extend([Card("Lamp", inputs=1), box()])
        assert soon(lambda: player.fault is None and player.name == "Box")
        [stream] = library.running
        assert not pull(stream, 0.5).any()
        player.begin(steady(0.1), RATE)
        assert pull(stream, 0.2).any()


def test_a_line_goes_on_after_a_refresh_for_the_microphones_sake():
    library, system = machine(box())
    now = [0.0]
    system = SoundSystem(lambda: library, now=lambda: now[0], seen=lambda: len(library.plugged))
    with closing(Player(system)) as player:
        [stream] = library.running
        player.begin(steady(1.0), RATE)
        pull(stream, 0.5)
        library.plugged.append(Card("Mic", inputs=1))
        now[0] += 10.0
        assert not system.refresh()
        now[0] += 10.0
        assert system.refresh()
        assert soon(lambda: bool(library.running))
        [again] = library.running
        assert again is not stream
        assert player.fault is None
        sound = pull(again, 1.0)[:, 0]
    assert len(np.flatnonzero(sound)) == RATE // 2


def test_a_mixer_never_leaves_the_range():
    mixer = Mixer(RATE, 1.0)
    mixer.begin(steady(1.0, 0.9))
    mixer.mix(BLOCK)
    mixer.begin(steady(1.0, 0.9))
    assert mixer.mix(BLOCK).max() == 1.0
    mixer.forget()
    assert not mixer.mix(BLOCK).any()
