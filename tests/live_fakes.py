"""A bedside without devices: a microphone that says what it is told, and a loudspeaker that remembers."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from fakes import EventList, WordUnderstanding

from assistant.at_bedside import Mind, Senses, at_the_bedside
from assistant.clock import RealClock
from assistant.dialog.script import load_script
from assistant.settings import Settings
from audio import SAMPLE_RATE, Final, Frame, Heard, Reading, SpeechEnded, SpeechEvent, SpeechStarted, VoiceError
from audio.events import LoudspeakerLost, MicrophoneFound, MicrophoneLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from assistant.clock import Clock
    from assistant.hands import Hands
    from assistant.live import Live, Service
    from assistant.store.store import Store

RATE = 22_050
ENOUGH_S = 20.0
"""A night of a test that takes longer hangs."""

Sound: TypeAlias = "str | BaseException | MicrophoneLost | MicrophoneFound"


def started() -> list[SpeechEvent]:
    return [SpeechStarted(0.0)]


def said(words: str) -> list[SpeechEvent]:
    heard = Heard((Reading(words, 0.0),), 0.0, 0.0, "fake")
    return [SpeechStarted(0.0), Final(heard, 0.0), SpeechEnded(0.0)]


class FakeMicrophone:
    """Hands out what was spoken into it: words, events, errors to be raised, or losses; then quiet."""

    def __init__(self) -> None:
        self.sounds: deque[Sound | list[SpeechEvent]] = deque()
        self.spoken: dict[int, list[SpeechEvent] | BaseException] = {}
        self.frames = 0
        self.quiet = threading.Event()

    def speak(self, *sounds: Sound | list[SpeechEvent]) -> None:
        """What the recogniser will hear, one after another. An error is raised in it, or here for a loss."""
        self.quiet.clear()
        self.sounds.extend(sounds)

    def close(self) -> None:
        self.sounds.clear()

    def next(self, timeout_s: float) -> Frame | MicrophoneLost | MicrophoneFound | None:
        if not self.sounds:
            self.quiet.set()
            threading.Event().wait(min(timeout_s, 0.01))
            return None
        sound = self.sounds.popleft()
        if isinstance(sound, MicrophoneLost | MicrophoneFound):
            return sound
        self.frames += 1
        self.spoken[self.frames] = said(sound) if isinstance(sound, str) else sound
        return Frame(np.full(1, self.frames, dtype=np.float32), 0.0)


class FakeRecogniser:
    """Hears what was spoken into the microphone."""

    name = "fake"

    def __init__(self, microphone: FakeMicrophone) -> None:
        self._microphone = microphone
        self.endpoints: list[float] = []
        self.streams = 0

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        told = self._microphone.spoken[int(frame.samples[0])]
        if isinstance(told, BaseException):
            raise told
        return told

    def finish(self) -> list[SpeechEvent]:
        self.streams += 1
        return []

    def expect(self, endpoint_s: float) -> None:
        self.endpoints = [*self.endpoints, endpoint_s][-3:]


class FakeLoudspeaker:
    """Plays nothing, and remembers what it was given."""

    def __init__(self) -> None:
        self.played: list[int] = []
        self.stops = 0
        self.volume = 0.5
        self.lost: LoudspeakerLost | None = None

    def played(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        return np.zeros(round((end_s - start_s) * SAMPLE_RATE), np.float32)

    def begin(self, samples: NDArray[np.float32], rate: int) -> float:
        self.played.append(len(samples))
        return len(samples) / rate

    def stop(self) -> None:
        self.stops += 1


class FakeVoice:
    """A line lasts a hundredth of a second for each word, where no test wants to talk over it."""

    name = "fake"

    def __init__(self) -> None:
        self.may = threading.Event()
        self.may.set()
        self.broken = False
        self.seconds_a_word = 0.01
        self.rendered: list[str] = []

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        self.may.wait(ENOUGH_S)
        if self.broken:
            raise VoiceError("the voice is gone: install it")
        self.rendered.append(text)
        return np.zeros(round(RATE * self.seconds_a_word) * len(text.split()), dtype=np.float32), RATE


class QuickVoice(FakeVoice):
    """Can be heard, and has nothing to render ahead: two hundred lines of the real one take a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds_a_word = 0.2

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        samples, rate = super().render(text)
        return samples + np.float32(0.5), rate

    def warm(self, texts: list[str]) -> None:
        """There is nothing to keep."""


class FastClock(RealClock):
    """The conversation's time passes ten times as fast; the stamps of the log do not."""

    def now(self) -> float:
        return 10 * super().now()


@dataclass
class Room:
    """One bedside of fakes, with a real loop, dialog and log."""

    store: Store
    microphone: FakeMicrophone = field(default_factory=FakeMicrophone)
    loudspeaker: FakeLoudspeaker = field(default_factory=FakeLoudspeaker)
    voice: FakeVoice = field(default_factory=FakeVoice)
    events: EventList = field(default_factory=EventList)
    over: bool = False
    recognisers: list[FakeRecogniser] = field(default_factory=list)

    def recogniser(self) -> FakeRecogniser:
        self.recognisers.append(FakeRecogniser(self.microphone))
        return self.recognisers[-1]

    @contextmanager
    def live(
        self, *, hands: Hands | None = None, service: Service | None = None, clock: Clock | None = None
    ) -> Iterator[Live]:
        mind = Mind(Settings(), load_script(), WordUnderstanding(), self.recogniser, self.voice)
        senses = Senses(self.microphone, self.loudspeaker)
        with at_the_bedside(
            senses,
            mind,
            self.store,
            self.events.append,
            ending=lambda: self.over,
            hands=hands,
            service=service,
            clock=clock,
        ) as live:
            yield live

    @contextmanager
    def night(self, *, hands: Hands | None = None, clock: Clock | None = None) -> Iterator[None]:
        """A night that runs beside the test, on a thread of its own, until the block is over."""
        with self.live(hands=hands, clock=clock) as live:
            thread = threading.Thread(target=live.run)
            thread.start()
            try:
                yield
            finally:
                self.over = True
                thread.join(ENOUGH_S)
        assert not thread.is_alive()

    def wait_for(self, event: str, count: int = 1, **fields: object) -> dict[str, object]:
        """Wait until something has happened so many times; its fields."""
        found: list[dict[str, object]] = []

        def happened() -> bool:
            nonlocal found
            found = [e for e in EventList(self.events).of(event) if fields.items() <= e.items()]
            return len(found) >= count

        wait_until(happened, f"{event} {fields}: {EventList(self.events).names()}")
        return found[count - 1]


def wait_until(true: Callable[[], bool], what: str = "") -> None:
    pause = threading.Event()
    for _ in range(round(ENOUGH_S / 0.01)):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError(f"waited {ENOUGH_S} s in vain for {what}")
