"""A stand-in for the library `sounddevice`: devices that come and go, and streams that the test drives by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

WRONG_RATE, WRONG_CHANNELS, BUSY = -9997, -9998, -9985


class PortAudioError(Exception):
    """As sounddevice's own: a message and a number."""


@dataclass
class Card:
    """A device that is plugged in."""

    name: str
    inputs: int = 0
    outputs: int = 0
    rate: int = 48_000
    rates: tuple[int, ...] = ()
    """Those it takes; none: all."""
    channels: tuple[int, ...] = ()
    busy: bool = False


class Stream:
    """A stream in the test's hands."""

    def __init__(self, library: FakePortAudio, card: Card, settings: dict[str, Any]) -> None:
        self.library, self.card = library, card
        self.rate, self.channels = settings["samplerate"], settings["channels"]
        self.block = settings["blocksize"]
        self._callback, self._finished = settings["callback"], settings["finished_callback"]
        self.open = True

    def start(self) -> None:
        if self.card.busy:
            raise PortAudioError("Device unavailable", BUSY)
        self.library.running.append(self)

    def hear(self, samples: np.ndarray, age_s: float = 0.02) -> None:
        """The device captured these, shape (n,) or (n, channels)."""
        wide = samples if samples.ndim == 2 else np.repeat(samples[:, None], self.channels, axis=1)
        times = SimpleNamespace(currentTime=100.0, inputBufferAdcTime=100.0 - age_s)
        self._callback(wide.astype(np.float32), len(wide), times, None)

    def speak(self, count: int, ahead_s: float = 0.04) -> np.ndarray:
        """The device wants so many; returns them, shape (count, channels)."""
        wanted = np.full((count, self.channels), np.nan, np.float32)
        times = SimpleNamespace(currentTime=100.0, outputBufferDacTime=100.0 + ahead_s)
        self._callback(wanted, count, times, None)
        return wanted

    def die(self) -> None:
        """The device was unplugged."""
        self._finished()

    def abort(self) -> None:
        """Nothing is left to play."""

    def close(self) -> None:
        self.open = False
        if self in self.library.running:
            self.library.running.remove(self)


@dataclass
class FakePortAudio:
    """The library. `plugged` is the truth; `listed` what PortAudio knows since it was last started."""

    plugged: list[Card] = field(default_factory=list)
    listed: list[Card] = field(default_factory=list)
    running: list[Stream] = field(default_factory=list)
    starts: int = 1
    PortAudioError = PortAudioError

    def __post_init__(self) -> None:
        self.listed = list(self.plugged)

    @property
    def default(self) -> SimpleNamespace:
        """Index of the first input and of the first output, -1 for none."""
        first = [
            next((i for i, card in enumerate(self.listed) if getattr(card, kind)), -1) for kind in ("inputs", "outputs")
        ]
        return SimpleNamespace(device=first)

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {
                "name": card.name,
                "max_input_channels": card.inputs,
                "max_output_channels": card.outputs,
                "default_samplerate": float(card.rate),
            }
            for card in self.listed
        ]

    def InputStream(self, **settings: Any) -> Stream:  # noqa: N802 - the library's name
        return self._stream(settings)

    def OutputStream(self, **settings: Any) -> Stream:  # noqa: N802 - the library's name
        return self._stream(settings)

    def _terminate(self) -> None:
        assert self.running == [], "streams must be closed before"

    def _initialize(self) -> None:
        self.starts += 1
        self.listed = list(self.plugged)

    def _stream(self, settings: dict[str, Any]) -> Stream:
        card = self.listed[settings["device"]]
        if card not in self.plugged:
            raise PortAudioError("Invalid device", -9996)
        if card.rates and settings["samplerate"] not in card.rates:
            raise PortAudioError("Invalid sample rate", WRONG_RATE)
        if card.channels and settings["channels"] not in card.channels:
            raise PortAudioError("Invalid number of channels", WRONG_CHANNELS)
        return Stream(self, card, settings)
