"""A room for benchmarks of the live loop: its microphone gives sound at its own speed, its loudspeaker takes times."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from assistant.app import App
from assistant.at_bedside import Senses
from assistant.dialog.script import NUMBERS, load_script
from assistant.hands import Hands
from assistant.keys import TerminalKeys, load_keys
from assistant.prompts import lines_ahead
from assistant.run import run_live
from audio import SAMPLE_RATE, Frame
from audio.events import FRAME_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.night_events import NightEvent
    from audio.events import LoudspeakerLost

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
AUDIBLE = 0.02
"""Share of the loudest sample from which a sample counts as sound."""
FAN_S, FAN_KNEE_HZ, FAN_HUM_HZ, FAN_LEVEL = 20, 80.0, 120.0, 0.03
"""Seconds after which the fan repeats itself, where its noise begins to fall, the hum of its blades, and its level."""
SETTLE_S = 3.0
"""Seconds after the start before anything is measured: lines are read into memory meanwhile."""


def audible(samples: NDArray[np.float32]) -> tuple[int, int]:
    """The first and the last sample of mono sound, shape (n,), that can be heard; (0, 0) in silence."""
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE * np.abs(samples).max(initial=0.0))
    return (int(loud[0]), int(loud[-1])) if len(loud) else (0, 0)


class PacedMicrophone:
    """Gives frames at the speed of sound: what is played into it, and the room's noise before, under and after that.

    Args:
        noise: makes so many samples of the room, shape (n,).
    """

    def __init__(self, noise: Callable[[int], NDArray[np.float32]]) -> None:
        self._noise = noise
        self._began_s = perf_counter()
        self._given = 0
        self._sound = np.zeros(0, np.float32)
        self._lock = threading.Lock()
        self.ended_s = 0.0
        """When the last audible sample of what was played was, on `perf_counter`."""

    def play(self, samples: NDArray[np.float32]) -> None:
        """Speak mono sound at SAMPLE_RATE, shape (n,), into the room from the next frame on."""
        with self._lock:
            self._sound = samples
            starts_s = self._began_s + self._given * FRAME_S
            self.ended_s = starts_s + audible(samples)[1] / SAMPLE_RATE

    def close(self) -> None:
        """Nothing is open."""

    def next(self, timeout_s: float) -> Frame | None:
        """The next frame, when its last sample has been spoken."""
        wait_s = self._began_s + (self._given + 1) * FRAME_S - perf_counter()
        if wait_s > 0:
            threading.Event().wait(min(wait_s, timeout_s))
        with self._lock:
            said, self._sound = self._sound[:FRAME_SAMPLES], self._sound[FRAME_SAMPLES:]
            start_s = self._given * FRAME_S
            self._given += 1
        samples = self._noise(FRAME_SAMPLES)
        samples[: len(said)] += said
        return Frame(samples, start_s)


class TimedLoudspeaker:
    """Takes the time at which the first audible sample of each line is played."""

    lost: LoudspeakerLost | None = None
    volume: float = 1.0

    def __init__(self) -> None:
        self.sounded_s = 0.0

    def played(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """Nothing of it reaches the microphone, shape (n,)."""
        return np.zeros(round((end_s - start_s) * SAMPLE_RATE), np.float32)

    def begin(self, samples: NDArray[np.float32], rate: int) -> float:
        """Take the time; the line's length in seconds."""
        self.sounded_s = perf_counter() + audible(samples)[0] / rate
        return len(samples) / rate

    def stop(self) -> None:
        """Nothing sounds."""


class BenchRoom:
    """A live night in a room of its own, with a driver beside it.

    Args:
        app: whose settings and models are measured.
        noise: of the room.
        tell: is told every event.
    """

    def __init__(
        self, app: App, noise: Callable[[int], NDArray[np.float32]], tell: Callable[[NightEvent], None]
    ) -> None:
        self.microphone = PacedMicrophone(noise)
        self.loudspeaker = TimedLoudspeaker()
        self._app = app
        self._tell = tell
        self._keys = os.pipe()

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._keys[1], key.encode())

    def run(self, drive: Callable[[], None]) -> None:
        """Live until `drive`, on a thread of its own, has ended."""
        numbers = NUMBERS | self._app.settings.numbers.model_dump()
        self._app.voice().warm(lines_ahead(load_script(), numbers))
        driver = threading.Thread(target=drive, name="driver", daemon=True)
        with tempfile.TemporaryDirectory(prefix="bedside-bench-") as folder:
            run_live(
                App(folder, engine=self._app.engines.engine, model=self._app.engines.model),
                self._tell,
                ending=lambda: driver.ident is not None and not driver.is_alive(),
                listening=driver.start,
                senses=lambda _: nullcontext(Senses(self.microphone, self.loudspeaker)),
                hands=self._hands(),
            )

    @contextmanager
    def _hands(self) -> Iterator[Hands]:
        yield Hands(load_keys(), lambda _: [TerminalKeys(self._keys[0])])
        for file in self._keys:
            os.close(file)


def quiet_room(seed: int = 1) -> Callable[[int], NDArray[np.float32]]:
    """The hiss of a microphone in a quiet room, 70 dB below full scale."""
    random = np.random.default_rng(seed)
    return lambda n: (random.standard_normal(n) * 3e-4).astype(np.float32)


def fan(seed: int = 1) -> Callable[[int], NDArray[np.float32]]:
    """A fan beside the bed, 30 dB below full scale: noise that falls by 6 dB an octave, and its hum."""
    random = np.random.default_rng(seed)
    white = random.standard_normal(FAN_S * SAMPLE_RATE)
    # Filtered around its own end, so that it can be repeated without a click.
    tone = np.fft.rfft(white) / (1 + 1j * np.fft.rfftfreq(len(white), 1 / SAMPLE_RATE) / FAN_KNEE_HZ)
    brown = np.fft.irfft(tone, len(white))
    hum = np.sin(2 * np.pi * FAN_HUM_HZ * np.arange(len(white)) / SAMPLE_RATE)
    made = (FAN_LEVEL * (brown / brown.std() + 0.2 * hum)).astype(np.float32)
    at = [0]

    def noise(n: int) -> NDArray[np.float32]:
        begin, at[0] = at[0], (at[0] + n) % len(made)
        return np.take(made, range(begin, begin + n), mode="wrap")

    return noise


def sound(app: App, path: Path) -> NDArray[np.float32]:
    """A sound file whole, shape (n,), at SAMPLE_RATE."""
    return np.concatenate([frame.samples for frame in app.microphone(path).frames()])
