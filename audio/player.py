"""The loudspeaker: one stream, kept open, that plays zeros between the lines and can be cut off in mid-word."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np
import soxr

from audio.errors import DeviceError
from audio.events import SAMPLE_RATE, LoudspeakerLost
from audio.mixer import Mixer
from audio.played import Played
from audio.sound_system import SoundSystem

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from audio.sound_system import OpenStream, Transfer

_RETRY_S = 2.0
_WATCHDOG_S = 2.0
_GLANCE_S = 0.5
"""How often the stream is looked after."""
_MOST_KEPT = 32
"""Resampled clips that are kept: the lines of one stretch."""


class Player:
    """Plays clips through a loudspeaker by name. `begin` and `stop` never wait for the device and never raise.

    A thread of its own opens the device, looks after it, and opens it again when it has gone.

    Args:
        system: opens it.
        device: its name or a part of it; None is the system's default.
        now: the clock of `played`, seconds.
        volume: 0..1.
    """

    def __init__(
        self,
        system: SoundSystem,
        device: str | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        volume: float = 1.0,
    ) -> None:
        self._system = system
        self._device = device
        self._now = now
        self._mixer = Mixer(SAMPLE_RATE, volume)
        self._record = Played(SAMPLE_RATE)
        self._stream: OpenStream | None = None
        self._called_s = self._latency_s = 0.0
        self._resampled: OrderedDict[tuple[bytes, int, int], NDArray[np.float32]] = OrderedDict()
        self.lost: LoudspeakerLost | None = None
        """Why nothing is audible now, None while all is well."""
        self._look = threading.Event()
        self._closing = False
        self._open()
        self._keeper = threading.Thread(target=self._keep, name="loudspeaker", daemon=True)
        self._keeper.start()

    @property
    def name(self) -> str | None:
        """The device that plays, None while there is none."""
        stream = self._stream
        return stream.name if stream is not None else None

    @property
    def fault(self) -> str | None:
        """Why nothing is audible now and what to do about it, one line; None while all is well."""
        lost = self.lost
        return f"{lost.message}: {lost.remedy}" if lost is not None else None

    @property
    def busy(self) -> bool:
        """Whether a clip is on its way to the device; the last of it is heard `latency_s` later."""
        return self._stream is not None and self._mixer.busy

    @property
    def latency_s(self) -> float:
        """Seconds from here to the ear, as the driver tells them."""
        return self._latency_s

    @property
    def volume(self) -> float:
        """0..1; a change is ramped within a hundredth of a second."""
        return self._mixer.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._mixer.volume = min(1.0, max(0.0, volume))

    def begin(self, samples: NDArray[np.float32], rate: int) -> float:
        """Play mono samples in -1..1, shape (n,), at `rate` hertz from now on, instead of what plays.

        Returns:
            Their length in seconds: also where there is no loudspeaker, so that the night goes on.
        """
        mixer = self._mixer
        clip = self._at_rate(samples, rate, mixer.rate)
        if self._stream is not None:
            mixer.begin(clip)
        return len(samples) / rate

    def stop(self) -> None:
        """Fade out at once what plays."""
        self._mixer.stop()

    def played(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """What the loudspeaker gave between two moments of the clock `now`, shape (n,) at SAMPLE_RATE.

        The last 10 s are known, by the times at which the driver says that they were heard; all else is zeros.
        """
        return self._record.between(start_s, end_s)

    def close(self) -> None:
        """Fall silent and let the device go."""
        self._closing = True
        self._look.set()
        self._keeper.join()
        if self._stream is not None:
            self._system.close(self._stream)
            self._stream = None

    def _prepare(self, rate: int) -> Transfer:
        """Mixer and record for a stream of this rate; what plays goes on after a refresh, if it can."""
        if rate != self._mixer.rate:
            self._mixer = Mixer(rate, self._mixer.volume)
        mixer, record = self._mixer, Played(rate)
        self._record = record
        self._called_s = self._now()

        def fill(block: NDArray[np.float32], ahead_s: float) -> None:
            now = self._now()
            sound = mixer.mix(len(block))
            block[:] = sound[:, np.newaxis]
            record.add(sound, now + ahead_s)
            self._called_s, self._latency_s = now, ahead_s

        return fill

    def _at_rate(self, samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
        if rate == wanted:
            return samples
        key = (hashlib.blake2b(np.ascontiguousarray(samples).data, digest_size=16).digest(), rate, wanted)
        if key not in self._resampled:
            self._resampled[key] = soxr.resample(samples, rate, wanted)
        self._resampled.move_to_end(key)
        while len(self._resampled) > _MOST_KEPT:
            self._resampled.popitem(last=False)
        return self._resampled[key]

    def _keep(self) -> None:
        tried_s = self._now()
        while not self._closing:
            self._look.wait(_GLANCE_S)
            self._look.clear()
            if self._stream is not None:
                self._check(self._stream)
            if self._stream is not None or self._closing:
                continue
            if self.lost is not None:
                if self._now() - tried_s < _RETRY_S:
                    continue
                self._system.refresh()
            tried_s = self._now()
            self._open()

    def _check(self, stream: OpenStream) -> None:
        if not stream.alive:
            fault, remedy = f"the loudspeaker {stream.name!r} has gone", "plug it in again"
        elif self._now() - self._called_s > _WATCHDOG_S:
            fault, remedy = f"the loudspeaker {stream.name!r} takes no sound", "unplug it and plug it in again"
        else:
            return
        self._stream = None
        self._system.close(stream)
        if not stream.was_refreshed:
            self._give_up(fault, remedy)

    def _open(self) -> None:
        try:
            self._stream = self._system.open_output(
                self._device, self._prepare, on_closed=self._look.set, is_busy=lambda: self._mixer.busy
            )
        except DeviceError as error:
            self._give_up(error.fault, error.remedy)
        else:
            self.lost = None

    def _give_up(self, fault: str, remedy: str) -> None:
        self._mixer.forget()
        self.lost = LoudspeakerLost(fault, remedy)


def why_silent() -> str | None:
    """Why nothing can be heard and what to do about it, one line; None where there is a loudspeaker."""
    try:
        SoundSystem().find("output", None)
    except DeviceError as error:
        return str(error)
    return None


def has_loudspeaker() -> bool:
    """Whether sound can be heard here."""
    return why_silent() is None


def play(samples: NDArray[np.float32], rate: int, *, device: str | None = None, volume: float = 1.0) -> None:
    """Play mono samples in -1..1, shape (n,), at `rate` hertz, and return when they were heard.

    Raises:
        AudioError: there is no loudspeaker, or it is busy, gone, or refuses the sound.
    """
    player = Player(SoundSystem(), device, volume=volume)
    try:
        player.begin(samples, rate)
        while player.busy:
            time.sleep(_GLANCE_S / 10)
        if player.lost is not None:
            raise DeviceError(player.lost.message, player.lost.remedy)
        time.sleep(player.latency_s)
    finally:
        player.close()
