"""Microphone and player on a real PortAudio and a real sound server; only the air is missing."""

from __future__ import annotations

import io
import time
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from command_line import COMPLAINT
from live_fakes import QuickVoice
from pulse import MONITOR
from rich.console import Console

from assistant import bench_player
from assistant.app import App
from audio.echo import AHEAD, OPENS, EchoCanceller
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame, MicrophoneFound, MicrophoneLost
from audio.microphone import DeviceMicrophone
from audio.player import Player, has_loudspeaker, play
from audio.sound_system import SoundSystem
from audio.voice_pyttsx3 import Pyttsx3Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulse import Pulse

PATIENCE_S = 20.0
LOUD = 0.02
SOME_LINES = (
    "Toes up toward your nose.",
    "Keep your knee straight, and push your heel away from you.",
    "It will pass. Hold it there, and breathe slowly.",
    "Do not point your toes.",
)


@pytest.fixture(scope="module")
def here(air: Pulse) -> Iterator[None]:
    """This process's PortAudio on the air of the tests."""
    with air.here():
        yield


@pytest.fixture
def system(here: None) -> SoundSystem:
    """One that knows of nothing yet."""
    del here
    return SoundSystem()


def listen(microphone: DeviceMicrophone, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    """Frames until there are enough."""
    heard: list[Frame] = []
    ends = time.monotonic() + PATIENCE_S
    while not enough(heard):
        assert time.monotonic() < ends, f"only {len(heard)} frames"
        event = microphone.next(0.5)
        assert event is None or isinstance(event, Frame), event
        heard += [event] if isinstance(event, Frame) else []
    return heard


def wait_for(microphone: DeviceMicrophone, kind: type) -> MicrophoneLost | MicrophoneFound:
    """The next event that is no frame."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        event = microphone.next(0.5)
        if event is not None and not isinstance(event, Frame):
            assert isinstance(event, kind), event
            return event
    raise AssertionError(f"no {kind.__name__}")


def until(second: float) -> Callable[[list[Frame]], bool]:
    return lambda heard: bool(heard) and heard[-1].start_s >= second


def joined(heard: list[Frame]) -> np.ndarray:
    """The frames as one sound."""
    return np.concatenate([frame.samples for frame in heard])


def loud(sound: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.abs(sound) > LOUD)


def loudness(sound: np.ndarray) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def buzz(seconds: float, rate: int = 22_050) -> np.ndarray:
    """A sound without a pause that is like itself at one shift only."""
    noise = np.random.default_rng(0).normal(0.0, 1.0, round(seconds * rate))
    smooth = np.convolve(noise, np.ones(12) / 12, "same")
    return (0.3 * smooth / np.abs(smooth).max() + 0.1 * np.sign(smooth)).astype(np.float32)


def likeness(one: np.ndarray, other: np.ndarray, most: int) -> tuple[float, int]:
    """The correlation of two sounds at the best shift of at most so many samples, and that shift."""
    size = len(one) + len(other)
    crossed = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)))
    near = np.concatenate([crossed[-most:], crossed[: most + 1]])
    best = int(np.argmax(near))
    return float(near[best] / np.sqrt((one**2).sum() * (other**2).sum())), best - most


def test_the_microphone_hears_a_recording_at_its_speed_and_level(pulse: Pulse, system: SoundSystem):
    said, rate = soundfile.read(COMPLAINT, dtype="float32")
    with closing(DeviceMicrophone(system)) as microphone:
        listen(microphone, bool)
        with pulse.speaking(COMPLAINT):
            began = time.monotonic()
            heard = joined(listen(microphone, until(began + len(said) / rate + 1.0)))
    assert system.find("input", None).rate != SAMPLE_RATE
    expected = np.interp(np.arange(0, len(said) / rate, 1 / SAMPLE_RATE), np.arange(len(said)) / rate, said)
    alike, _ = likeness(heard, expected.astype(np.float32), len(heard))
    assert alike > 0.8
    assert np.abs(heard).max() == pytest.approx(np.abs(expected).max(), rel=0.2)


def test_a_microphone_that_vanishes_is_told_and_heard_again_when_it_is_back(pulse: Pulse, system: SoundSystem):
    with closing(DeviceMicrophone(system)) as microphone:
        listen(microphone, bool)
        pulse.unload_microphone()
        lost = wait_for(microphone, MicrophoneLost)
        assert "loudspeaker's own sound" in lost.message
        pulse.load_microphone()
        back = time.monotonic()
        wait_for(microphone, MicrophoneFound)
        with pulse.speaking(COMPLAINT):
            listen(microphone, lambda heard: bool(heard) and len(loud(heard[-1].samples)) > 0)
        assert time.monotonic() - back < 10.0


def test_a_sound_server_that_dies_takes_nobody_with_it(pulse: Pulse, system: SoundSystem):
    with closing(DeviceMicrophone(system)) as microphone, closing(Player(system)) as player:
        listen(microphone, bool)
        pulse.stop()
        assert "has gone" in wait_for(microphone, MicrophoneLost).message
        ends = time.monotonic() + PATIENCE_S
        while player.fault is None and time.monotonic() < ends:
            time.sleep(0.05)
        assert player.fault is not None
        assert player.begin(buzz(1.0), 22_050) == pytest.approx(1.0)
        assert not player.busy
        pulse.start()
        wait_for(microphone, MicrophoneFound)
        while player.fault is not None and time.monotonic() < ends:
            time.sleep(0.05)
        assert player.fault is None
        with pulse.recording_loudspeaker() as recorded:
            time.sleep(0.3)
            assert len(loud(recorded.samples)) == 0, "what could not be played in its time is played late"
            player.begin(buzz(0.5), 22_050)
            time.sleep(1.0)
        assert len(loud(recorded.samples)) > 0.2 * SAMPLE_RATE


def test_what_is_played_is_what_the_loudspeaker_gives(pulse: Pulse, system: SoundSystem):
    sound = buzz(1.0)
    with closing(Player(system)) as player, pulse.recording_loudspeaker() as recorded:
        assert player.fault is None
        assert player.begin(sound, 22_050) == pytest.approx(1.0)
        assert player.busy
        time.sleep(1.5)
        assert not player.busy
    expected = np.interp(np.arange(0, 1, 1 / SAMPLE_RATE), np.arange(len(sound)) / 22_050, sound).astype(np.float32)
    alike, _ = likeness(recorded.samples, expected, len(recorded.samples))
    assert alike > 0.5
    assert np.abs(recorded.samples).max() == pytest.approx(np.abs(sound).max(), rel=0.3)


def test_half_the_volume_is_half_as_loud(pulse: Pulse, system: SoundSystem):
    with closing(Player(system, volume=0.5)) as player, pulse.recording_loudspeaker() as recorded:
        player.begin(np.full(22_050, 0.8, np.float32), 22_050)
        time.sleep(0.5)
        middle = np.abs(recorded.samples).max()
        player.volume = 0.25
        time.sleep(0.3)
        end = np.abs(recorded.samples[-800:]).max()
    assert middle == pytest.approx(0.4, abs=0.05)
    assert end == pytest.approx(0.2, abs=0.03)


def test_a_line_starts_at_once_stops_at_once_and_its_echo_is_known(pulse: Pulse, system: SoundSystem):
    del pulse
    with closing(DeviceMicrophone(system, MONITOR)) as ear, closing(Player(system)) as player:
        # In its first second, the server still finds out how late the monitor's samples come.
        listen(ear, until(time.monotonic() + 2.0))
        began = time.monotonic()
        player.begin(buzz(5.0), 22_050)
        heard = listen(ear, until(began + 1.0))
        stopped = time.monotonic()
        player.stop()
        heard += listen(ear, until(stopped + 0.6))
        sound = joined(heard)
        start_s = heard[-1].start_s + (FRAME_SAMPLES - len(sound)) / SAMPLE_RATE
        known = player.played(start_s, start_s + len(sound) / SAMPLE_RATE)
    # Nominal: within 0.05 s and 0.08 s; the bounds allow for a machine that has other things to do.
    audible = start_s + loud(sound) / SAMPLE_RATE
    assert began < audible[0] < began + 0.3
    assert stopped < audible[-1] < stopped + 0.3
    pieces = [slice(at, at + 4000) for at in range(loud(sound)[0], loud(sound)[-1] - 4000, 2000)]
    likes = [likeness(sound[piece], known[piece], 1600) for piece in pieces]
    alike, shift = max(likes)
    assert alike > 0.8
    assert abs(shift) < 0.05 * SAMPLE_RATE


def test_a_sound_is_played_to_its_end_before_play_returns(pulse: Pulse, system: SoundSystem):
    del system
    assert has_loudspeaker()
    with pulse.recording_loudspeaker() as recorded:
        began = time.monotonic()
        play(buzz(0.5), 22_050, volume=0.9)
        assert time.monotonic() - began >= 0.5
    assert len(loud(recorded.samples)) > 0.2 * SAMPLE_RATE


def test_the_recorder_and_the_air_carry_a_file_to_the_microphone_only(pulse: Pulse, tmp_path: Path):
    soundfile.write(tmp_path / "buzz.wav", buzz(0.3), 22_050)
    with pulse.recording_loudspeaker() as recorded:
        pulse.say_into_microphone(tmp_path / "buzz.wav")
    assert len(recorded.samples) > 0.2 * SAMPLE_RATE
    assert len(loud(recorded.samples)) == 0
    assert len(pulse.record_loudspeaker(0.2)) > 0.1 * SAMPLE_RATE


def test_the_benchmark_of_the_player_hears_each_line_on_all_its_ways(
    pulse: Pulse, here: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    del pulse, here
    monkeypatch.setattr(App, "voice", lambda _: QuickVoice())
    taken = bench_player.run(App(str(tmp_path)), None, every=bench_player.TRIALS // 2)
    assert taken["trials"] == 2
    found = [taken[name] for name in ("handed_s", "driver_s", "monitor_s")]
    assert all(0 < each["median"] <= each["most"] for each in found)
    assert found[0]["median"] < found[1]["median"]
    bench_player.show(taken, Console(file=(page := io.StringIO())))
    assert "2 kept lines" in page.getvalue()


def test_our_voice_that_the_room_leads_back_is_told_from_a_person_whatever_the_devices_clocks_do(
    system: SoundSystem, air: Pulse
):
    # The two sinks' clocks differ by hundreds of millionths, and what leads one to the other follows them unevenly.
    talk = np.concatenate([Pyttsx3Voice().render(line)[0] for line in SOME_LINES])
    rate = Pyttsx3Voice().render("One.")[1]
    canceller, ours = EchoCanceller(), []
    with (
        closing(DeviceMicrophone(system)) as microphone,
        closing(Player(system)) as player,
        air.carried_to_microphone(),
    ):
        [first] = listen(microphone, bool)
        ends_s = first.start_s + player.begin(talk, rate)
        for frame in iter(lambda: listen(microphone, bool)[0], None):
            if frame.start_s > ends_s:
                break
            at_s = frame.start_s + AHEAD / SAMPLE_RATE
            played = player.played(at_s, at_s + FRAME_SAMPLES / SAMPLE_RATE)
            cleaned = canceller.clean(frame, played)
            if np.abs(played).max() > LOUD:
                ours.append(cleaned.explained > 1 - OPENS)
    assert len(ours) > 100
    assert np.mean(ours[60:]) > 0.5
