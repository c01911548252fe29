"""The microphone: any rate and channels, lost and found again, a queue with a bound; by a fake PortAudio."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from fake_portaudio import Card, FakePortAudio, Stream

from audio.errors import DeviceError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame, MicrophoneFound, MicrophoneLost
from audio.microphone import DeviceMicrophone
from audio.sound_system import SoundSystem

USB = Card("USB Audio: Mic (hw:1,0)", inputs=1, rate=44_100)
WEBCAM = Card("HD Webcam", inputs=2)
SPEAKER = Card("Speaker", outputs=2)


@dataclass
class Room:
    """A machine with devices, a clock in the test's hands, and what the sound server would say."""

    cards: list[Card]
    t: float = 1000.0
    is_echo: bool = False
    library: FakePortAudio = field(init=False)
    system: SoundSystem = field(init=False)

    def __post_init__(self) -> None:
        self.library = FakePortAudio(list(self.cards))
        self.system = SoundSystem(
            lambda: self.library,
            now=self.now,
            seen=lambda: tuple(card.name for card in self.library.plugged),
            hears_itself=lambda: self.is_echo,
        )

    def now(self) -> float:
        return self.t

    def microphone(self, device: str | None = None, queue_s: float = 5.0) -> DeviceMicrophone:
        return DeviceMicrophone(self.system, device, now=self.now, queue_s=queue_s)

    @property
    def stream(self) -> Stream:
        """The one stream that runs."""
        [stream] = self.library.running
        return stream

    def hear(self, seconds: float, value: float = 0.1, channels: int = 1) -> None:
        """Time passes, and the running stream captures a steady value, 20 ms at a time."""
        rate = self.stream.rate
        for _ in range(round(seconds / 0.02)):
            self.t += 0.02
            self.stream.hear(np.full((rate // 50, channels), value))


def told(microphone: DeviceMicrophone) -> list[Frame | MicrophoneLost | MicrophoneFound]:
    """Everything that there is to tell now."""
    return list(iter(lambda: microphone.next(0.0), None))


def frames(microphone: DeviceMicrophone) -> list[Frame]:
    every = told(microphone)
    assert all(isinstance(each, Frame) for each in every), every
    return every  # type: ignore[return-value]


def tone(hertz: float, rate: int, seconds: float) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (44_100, 1), (44_100, 2), (48_000, 2), (8_000, 1)])
def test_any_rate_and_channels_become_frames_of_one_kind(rate: int, channels: int):
    room = Room([Card("Odd", inputs=channels, rate=rate, rates=(rate,), channels=(channels,))])
    microphone = room.microphone()
    assert told(microphone) == []
    assert (room.stream.rate, room.stream.channels) == (rate, channels)
    for block in np.split(tone(440, rate, 1.0), 50):
        room.t += 0.02
        room.stream.hear(block)
    heard = frames(microphone)
    sound = np.concatenate([frame.samples for frame in heard])
    assert all(frame.samples.shape == (FRAME_SAMPLES,) and frame.samples.dtype == np.float32 for frame in heard)
    assert 0.9 * SAMPLE_RATE < len(sound) <= SAMPLE_RATE
    inner = slice(1000, len(sound) - 1000)
    assert np.abs(sound[inner] - tone(440, SAMPLE_RATE, 1.0)[: len(sound)][inner]).max() < 0.01


def test_a_frame_knows_when_its_first_sample_was_captured():
    room = Room([Card("Exact", inputs=1, rate=16_000)])
    microphone = room.microphone()
    told(microphone)
    began = room.t
    room.hear(1.0)
    times = [frame.start_s for frame in frames(microphone)]
    assert times == pytest.approx([began + i * 0.032 for i in range(len(times))], abs=1e-6)


def test_times_that_jitter_are_evened_and_a_gap_is_kept():
    room = Room([Card("Jitter", inputs=1, rate=16_000)])
    microphone = room.microphone()
    told(microphone)
    random = np.random.default_rng(1)
    for _ in range(100):
        room.t += 0.02
        room.stream.hear(np.ones(320), age_s=0.03 + random.uniform(-0.01, 0.01))
    before = [frame.start_s for frame in frames(microphone)]
    assert np.diff(before) == pytest.approx([0.032] * (len(before) - 1), abs=0.002)
    room.t += 1.0
    room.hear(0.2)
    after = [frame.start_s for frame in frames(microphone)]
    assert after[-1] - before[-1] == pytest.approx(1.2, abs=0.05)


def test_a_time_that_cannot_be_is_replaced_by_the_time_of_arrival():
    room = Room([Card("Liar", inputs=1, rate=16_000)])
    microphone = room.microphone()
    told(microphone)
    for _ in range(2):
        room.t += 0.02
        room.stream.hear(np.ones(320), age_s=-4e8)
    assert frames(microphone)[0].start_s == pytest.approx(1000.0)


def test_what_nobody_takes_is_lost_from_the_oldest_on_and_counted():
    room = Room([Card("Patient", inputs=1, rate=16_000)])
    microphone = room.microphone(queue_s=1.0)
    told(microphone)
    room.hear(3.0)
    assert microphone.overflowed == pytest.approx(2 * 16_000, abs=640)
    kept = frames(microphone)
    assert kept[0].start_s == pytest.approx(room.t - 1.0, abs=0.05)
    assert microphone.overflowed == pytest.approx(2 * 16_000, abs=640)


def test_a_missing_microphone_is_told_once_and_found_when_it_comes():
    room = Room([SPEAKER])
    microphone = room.microphone()
    assert told(microphone) == [
        MicrophoneLost("there is no microphone", "plug one in, or choose one in the system's sound settings")
    ]
    for _ in range(20):
        room.t += 1.0
        assert told(microphone) == []
    room.library.plugged.append(USB)
    room.t += 5.0
    assert told(microphone) == []
    room.hear(0.1)
    found, *rest = told(microphone)
    assert found == MicrophoneFound(USB.name)
    assert [type(each) for each in rest] == [Frame] * len(rest)
    assert rest


def test_a_busy_microphone_is_told_with_what_to_do():
    room = Room([Card("Taken", inputs=1, busy=True)])
    [lost] = told(room.microphone())
    assert lost == MicrophoneLost("'Taken' is busy or gone", "close the program that uses it, or plug it in again")
    assert room.library.running == []


def test_a_missing_library_is_told_like_a_missing_microphone():
    def load() -> None:
        raise DeviceError("the library PortAudio is missing", "install it")

    assert told(DeviceMicrophone(SoundSystem(load))) == [
        MicrophoneLost("the library PortAudio is missing", "install it")
    ]


def test_a_microphone_that_is_unplugged_is_found_under_another_index():
    room = Room([USB, SPEAKER])
    microphone = room.microphone("usb audio")
    told(microphone)
    room.hear(0.2)
    assert len(frames(microphone)) > 3
    room.library.plugged.remove(USB)
    room.stream.die()
    assert told(microphone) == [MicrophoneLost(f"the microphone {USB.name!r} has gone", "plug it in again")]
    room.t += 5.0
    assert told(microphone) == []
    room.library.plugged[:] = [WEBCAM, SPEAKER, USB]
    room.t += 5.0
    assert told(microphone) == []
    assert room.stream.card is USB
    room.hear(0.1)
    assert told(microphone)[0] == MicrophoneFound(USB.name)
    assert microphone.name == USB.name


def test_a_driver_that_dies_without_a_word_is_noticed_after_two_seconds():
    room = Room([USB])
    microphone = room.microphone()
    told(microphone)
    room.hear(0.2)
    frames(microphone)
    dead = room.stream
    room.t += 1.9
    assert told(microphone) == []
    room.t += 0.2
    [lost] = told(microphone)
    assert lost == MicrophoneLost(f"the microphone {USB.name!r} gives no sound", "unplug it and plug it in again")
    assert not dead.open


def test_a_refresh_for_the_loudspeakers_sake_is_no_loss_of_the_microphone():
    room = Room([USB])
    microphone = room.microphone()
    told(microphone)
    room.hear(0.2)
    frames(microphone)
    room.library.plugged.append(SPEAKER)
    room.t += 4.0
    assert room.system.refresh()
    room.t += 0.02
    assert told(microphone) == []
    room.hear(0.2)
    assert len(frames(microphone)) > 3


def test_nothing_but_zeros_is_suspicious_after_ten_seconds():
    room = Room([USB])
    microphone = room.microphone()
    told(microphone)
    room.hear(1.0)
    frames(microphone)
    began = room.t
    room.hear(4.0, value=0.0)
    frames(microphone)
    assert microphone.silent_since is None
    for _ in range(2):
        room.hear(4.0, value=0.0)
        frames(microphone)
    assert microphone.silent_since == pytest.approx(began, abs=0.05)
    room.hear(0.1)
    frames(microphone)
    assert microphone.silent_since is None


def test_the_loudspeakers_own_sound_is_no_microphone():
    room = Room([Card("default", inputs=2, outputs=2)])
    microphone = room.microphone()
    told(microphone)
    room.hear(0.5)
    frames(microphone)
    room.is_echo = True
    for _ in range(3):
        room.hear(1.0, value=0.0)
    lost = told(microphone)[-1]
    assert isinstance(lost, MicrophoneLost)
    assert "loudspeaker's own sound" in lost.message
    room.t += 5.0
    assert told(microphone) == []
    assert room.library.running == []
    room.is_echo = False
    room.t += 5.0
    assert told(microphone) == []
    room.hear(0.1)
    assert told(microphone)[0] == MicrophoneFound("default")


def test_names_are_found_whole_before_in_part_and_in_any_case():
    room = Room([Card("Mic Array", inputs=2), Card("mic", inputs=1), SPEAKER, WEBCAM])
    find = room.system.find
    assert find("input", "MIC").name == "mic"
    assert find("input", "array").name == "Mic Array"
    assert find("input", None).name == "Mic Array"
    with pytest.raises(DeviceError, match=r"no microphone called 'speaker'.*\[sound\] microphone"):
        find("input", "speaker")
    assert [(device.name, device.is_default) for device in room.system.devices("output")] == [("Speaker", True)]
    assert room.system.devices("input")[0].channels == 2


def test_the_devices_are_listed_anew_only_when_some_came_or_went():
    room = Room([USB, SPEAKER])
    microphone = room.microphone()
    told(microphone)
    room.t += 10.0
    assert not room.system.refresh()
    room.library.plugged.append(WEBCAM)
    assert room.system.refresh()
    assert not room.system.refresh()
    room.t += 59.0
    told(microphone)
    assert not room.system.refresh()
    room.t += 2.0
    assert room.system.refresh()


def test_a_line_is_not_cut_by_a_refresh_unless_it_lasts_long():
    room = Room([SPEAKER])
    stream = room.system.open_output(
        None, lambda _: lambda block, _: block.fill(0), on_closed=lambda: None, is_busy=lambda: True
    )
    room.library.plugged.append(USB)
    room.t += 10.0
    assert not room.system.refresh()
    room.t += 5.0
    assert not room.system.refresh()
    assert stream.alive
    room.t += 1.5
    assert room.system.refresh()
    assert not stream.alive
    assert stream.was_refreshed
