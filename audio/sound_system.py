"""The owner of PortAudio: its device list is made once, and making it anew closes every stream of the process.

Devices go by name, never by index: an index is another device after the next unplugging.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from audio.errors import DeviceError
from audio.portaudio import Device, Kind, OpenStream, Prepare, Transfer, list_devices, load_portaudio, start_again
from audio.sound_server import devices_seen, hears_only_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["Device", "Kind", "OpenStream", "Prepare", "SoundSystem", "Transfer"]

NAMES: dict[Kind, str] = {"input": "microphone", "output": "loudspeaker"}
_OF_THE_SERVER = {"default", "pulse", "pipewire"}
"""Devices behind which a sound server chooses the real one."""

_REFRESH_GAP_S = 3.0
_PATIENCE_WITH_A_LINE_S = 6.0
_BLIND_GAP_S, _RARE_GAP_S = 8.0, 60.0
"""Seconds between two refreshes that close others' streams: where changes cannot be seen, and where none is seen."""


class SoundSystem:
    """Opens streams by the device's name, and lists the devices anew when that is worth its price. Thread-safe.

    Args:
        load: returns the library `sounddevice`, or raises DeviceError.
        now: seconds, only ever compared.
        seen: a value that differs when devices came or went, None where that is unknown.
        hears_itself: whether the default input is the loudspeaker's own sound.
    """

    def __init__(
        self,
        load: Callable[[], Any] = load_portaudio,
        *,
        now: Callable[[], float] = time.monotonic,
        seen: Callable[[], Hashable | None] = devices_seen,
        hears_itself: Callable[[], bool] = hears_only_itself,
    ) -> None:
        self._load = load
        self._now = now
        self._seen = seen
        self._hears_itself = hears_itself
        self._lock = threading.RLock()
        self._library: Any = None
        self._open: dict[OpenStream, Callable[[], bool]] = {}
        self._listed_s = -1e9
        self._known: Hashable | None = None
        self._wished_s: float | None = None

    def devices(self, kind: Kind) -> list[Device]:
        """The devices of a kind, as they were when last listed.

        Raises:
            DeviceError: the sound system is missing or does not start.
        """
        with self._lock:
            return [device for _, device in list_devices(self._portaudio(), kind)]

    def find(self, kind: Kind, name: str | None) -> Device:
        """The device of this name: the whole name, or else the first that contains it; None: the system's default.

        Raises:
            DeviceError: there is none.
        """
        with self._lock:
            return self._found(kind, name)[1]

    def open_input(self, name: str | None, prepare: Prepare, *, on_closed: Callable[[], None]) -> OpenStream:
        """Open a microphone and start it.

        Args:
            name: as in `find`.
            prepare: returns, for a rate, what is given the samples; they are valid during that call only.
            on_closed: is told, by any thread, that the stream has stopped, for whatever reason.

        Raises:
            DeviceError: there is no such device, or it is busy or refuses.
        """
        if self.hears_only_itself(name):
            fault = "there is no microphone; the system offers the loudspeaker's own sound instead"
            raise DeviceError(fault, "plug a microphone in")
        return self._opened("input", name, prepare, on_closed, lambda: False)

    def open_output(
        self, name: str | None, prepare: Prepare, *, on_closed: Callable[[], None], is_busy: Callable[[], bool]
    ) -> OpenStream:
        """Open a loudspeaker and start it; as `open_input`, but samples are written.

        Args:
            name: as in `find`.
            prepare: returns, for a rate, what writes every sample.
            on_closed: is told that the stream has stopped.
            is_busy: whether a line is being played, which a refresh should not cut.
        """
        return self._opened("output", name, prepare, on_closed, is_busy)

    def hears_only_itself(self, name: str | None) -> bool:
        """Whether the input of this name is the loudspeaker's own sound, for want of a microphone."""
        return (name is None or name.lower() in _OF_THE_SERVER) and self._hears_itself()

    def refresh(self) -> bool:
        """List the devices anew if that may show something new; every stream is closed by it, and its owner told.

        Not more often than every few seconds, and not during a line unless that lasts long. While others' streams are
        open only if devices came or went, and as a precaution once a minute.
        """
        with self._lock:
            if self._library is None or not self._is_worth_it():
                return False
            for stream in list(self._open):
                stream.was_refreshed = True
                self.close(stream)
            self._mark_listed()
            start_again(self._library)
        return True

    def close(self, stream: OpenStream) -> None:
        """Close a stream; may be called twice."""
        with self._lock:
            self._open.pop(stream, None)
            stream.close()

    def _is_worth_it(self) -> bool:
        waited_s = self._now() - self._listed_s
        if waited_s < _REFRESH_GAP_S:
            return False
        seen = self._seen()
        if self._open and seen == self._known and waited_s < (_BLIND_GAP_S if seen is None else _RARE_GAP_S):
            return False
        if not any(is_busy() for is_busy in self._open.values()):
            return True
        self._wished_s = self._now() if self._wished_s is None else self._wished_s
        return self._now() - self._wished_s >= _PATIENCE_WITH_A_LINE_S

    def _mark_listed(self) -> None:
        # Before listing: what comes meanwhile is rather looked for twice than missed.
        self._known, self._listed_s, self._wished_s = self._seen(), self._now(), None

    def _portaudio(self) -> Any:
        if self._library is None:
            self._mark_listed()
            self._library = self._load()
        return self._library

    def _found(self, kind: Kind, name: str | None) -> tuple[int, Device]:
        listed = list(list_devices(self._portaudio(), kind))
        if name is None:
            fits = [entry for entry in listed if entry[1].is_default] or listed
        else:
            fits = [entry for entry in listed if entry[1].name.lower() == name.lower()]
            fits = fits or [entry for entry in listed if name.lower() in entry[1].name.lower()]
        if not fits:
            raise _absent(kind, name)
        return fits[0]

    def _opened(
        self,
        kind: Kind,
        name: str | None,
        prepare: Prepare,
        on_closed: Callable[[], None],
        is_busy: Callable[[], bool],
    ) -> OpenStream:
        with self._lock:
            index, device = self._found(kind, name)
            stream = OpenStream(kind, device, prepare, on_closed)
            stream.start(self._library, index)
            self._open[stream] = is_busy
            return stream


def _absent(kind: Kind, name: str | None) -> DeviceError:
    what = NAMES[kind]
    if name is None:
        return DeviceError(f"there is no {what}", "plug one in, or choose one in the system's sound settings")
    return DeviceError(f"there is no {what} called {name!r}", f"plug it in, or correct [sound] {what} in the settings")
