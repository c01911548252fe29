"""PortAudio as the library `sounddevice` gives it: loaded late, its devices listed, one stream of it started."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from audio.chatter import hush_alsa, without_chatter
from audio.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

Kind: TypeAlias = Literal["input", "output"]
Transfer: TypeAlias = "Callable[[NDArray[np.float32], float], None]"
"""Called by PortAudio's thread with samples, shape (n, channels), to be read or filled in, and with seconds: how long
ago the first of them was captured, or how soon the first of them will be heard."""
Prepare: TypeAlias = "Callable[[int], Transfer]"
"""Called before a stream is started, with its rate in hertz; returns what PortAudio's thread will call."""

_BLOCK_S: dict[Kind, float] = {"input": 0.02, "output": 0.01}
_LATENCY_S: dict[Kind, float] = {"input": 0.05, "output": 0.04}
"""What PortAudio is asked for. Its own "low" is 9 ms and wakes Python 500 times a second."""
_RATES = (48_000, 44_100, 16_000)
_MOST_AGE_S = 2.0
"""Times further away are a driver's mistake."""
_WRONG_RATE, _WRONG_CHANNELS, _BUSY = -9997, -9998, -9985
"""PortAudio's numbers for them."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device as PortAudio lists it."""

    name: str
    rate: int
    """Hertz that it prefers."""
    channels: int
    """The most that it has."""
    is_default: bool


class OpenStream:
    """A stream that runs; SoundSystem makes and closes it.

    Attributes:
        name: of the device.
        rate: hertz.
        channels: of the samples that travel.
        was_refreshed: it was closed because the devices were listed anew, so its owner may open it again at once.
    """

    def __init__(self, kind: Kind, device: Device, prepare: Prepare, on_closed: Callable[[], None]) -> None:
        self.name = device.name
        self.rate = self.channels = 0
        self.was_refreshed = False
        self._kind: Kind = kind
        self._device = device
        self._prepare = prepare
        self._transfer: Transfer
        self._on_closed = on_closed
        self._stream: Any = None
        self._ended = False

    @property
    def alive(self) -> bool:
        """Whether sound still travels, as far as PortAudio says; a driver may have died unseen."""
        return self._stream is not None and not self._ended

    def start(self, library: Any, index: int) -> None:
        """Open the device of this index, by whatever rate and channels it takes.

        Raises:
            DeviceError: it is busy or refuses.
        """
        refused: Exception | None = None
        ways = {1, min(2, self._device.channels), self._device.channels}
        for rate, channels in product(dict.fromkeys((self._device.rate, *_RATES)), sorted(ways)):
            # Before it starts: the first samples may come before `start` returns.
            self.rate, self.channels, self._transfer = rate, channels, self._prepare(rate)
            try:
                with without_chatter():
                    self._try(library, index)
            except library.PortAudioError as error:
                refused = error
                if _number(error) not in {_WRONG_RATE, _WRONG_CHANNELS}:
                    break
            else:
                return
        raise _refusal(self.name, refused) from refused

    def close(self) -> None:
        """Stop it; what was not heard yet is lost. May be called twice."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with without_chatter():
                stream.abort()  # both ignore what a dead device answers
                stream.close()
            self._end()

    def _try(self, library: Any, index: int) -> None:
        make = library.InputStream if self._kind == "input" else library.OutputStream
        stream = make(
            device=index,
            samplerate=self.rate,
            channels=self.channels,
            dtype="float32",
            latency=_LATENCY_S[self._kind],
            blocksize=round(self.rate * _BLOCK_S[self._kind]),
            callback=self._hear if self._kind == "input" else self._speak,
            finished_callback=self._end,
        )
        try:
            stream.start()
        except library.PortAudioError:
            stream.close()
            raise
        self._stream, self._ended = stream, False

    def _hear(self, samples: NDArray[np.float32], count: int, times: Any, _: Any) -> None:
        self._transfer(samples, _sane(times.currentTime - times.inputBufferAdcTime, count / self.rate))

    def _speak(self, samples: NDArray[np.float32], _: int, times: Any, __: Any) -> None:
        self._transfer(samples, _sane(times.outputBufferDacTime - times.currentTime, _LATENCY_S["output"]))

    def _end(self) -> None:
        self._ended = True
        self._on_closed()


def load_portaudio() -> Any:
    """The library, initialised.

    Raises:
        DeviceError: it is missing or does not start.
    """
    try:
        with without_chatter():
            library = importlib.import_module("sounddevice")
    except ModuleNotFoundError as error:
        raise DeviceError("the package sounddevice is missing", "run ./bedside again to install it") from error
    except OSError as error:  # how sounddevice says that its library is not there
        remedy = "install it with sudo apt install libportaudio2"
        raise DeviceError("the library PortAudio is missing", remedy) from error
    except Exception as error:
        if type(error).__name__ != "PortAudioError":  # its class is in the module that could not be imported
            raise
        raise DeviceError("the sound system does not start", "restart the computer") from error
    hush_alsa()
    return library


def start_again(library: Any) -> None:
    """List the devices anew; every stream must be closed."""
    with without_chatter():
        for step in (library._terminate, library._initialize):  # noqa: SLF001 - there is no other way
            try:
                step()
            except library.PortAudioError:
                continue  # then there are no devices, which is told when one is asked for


def list_devices(library: Any, kind: Kind) -> Iterator[tuple[int, Device]]:
    """Index and device; an index is good until the devices are listed anew."""
    try:
        every = list(library.query_devices())
        default = library.default.device[0 if kind == "input" else 1]
    except library.PortAudioError:
        return
    for index, facts in enumerate(every):
        channels = int(facts[f"max_{kind}_channels"])
        if channels > 0:
            yield index, Device(facts["name"], int(facts["default_samplerate"]), channels, is_default=index == default)


def _sane(distance_s: float, otherwise_s: float) -> float:
    return distance_s if 0.0 <= distance_s <= _MOST_AGE_S else otherwise_s


def _number(error: Exception) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


def _refusal(name: str, error: Exception | None) -> DeviceError:
    if error is not None and _number(error) == _BUSY:
        return DeviceError(f"{name!r} is busy or gone", "close the program that uses it, or plug it in again")
    reason = str(error).splitlines()[0] if error is not None else "no way to open it"
    return DeviceError(f"{name!r} cannot be opened ({reason})", "unplug it, plug it in, and close what else uses it")
