"""A real microphone: frames as they come, and an event when it goes and when it comes back."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from audio.errors import DeviceError
from audio.even_stream import EvenStream
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame, MicrophoneFound, MicrophoneLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from audio.sound_system import OpenStream, SoundSystem, Transfer

_SILENT_S = 10.0
_SUSPICIOUS_S = 1.0
_ASK_AGAIN_S = 4.0
"""After so many seconds of nothing but zeros, and then so often, the sound server is asked whether that is the mic."""
_RETRY_S = 2.0
_WATCHDOG_S = 2.0
_FIRST_SOUND_S = 4.0
"""A sound server may take up to 2 s to give the first samples."""

_Block = tuple["NDArray[np.float32]", float]


class _Inbox:
    """What PortAudio's thread leaves for the ears: blocks, each with the time of its first sample.

    Args:
        now: seconds.
        queue_s: what is kept when nobody takes it; the oldest goes first.
    """

    def __init__(self, now: Callable[[], float], queue_s: float) -> None:
        self._now = now
        self._queue_s = queue_s
        self._blocks: deque[_Block] = deque()
        self._news = threading.Condition()
        self.lost = 0

    def receive(self, samples: NDArray[np.float32], age_s: float) -> None:
        """Called by PortAudio's thread: copy, queue, return."""
        block = samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0].copy()
        at_s = self._now() - age_s
        with self._news:
            self._blocks.append((block, at_s))
            while at_s - self._blocks[0][1] > self._queue_s:
                self.lost += len(self._blocks.popleft()[0])
            self._news.notify()

    def wake(self) -> None:
        """The stream has stopped: let the ears look."""
        with self._news:
            self._news.notify()

    def take(self, timeout_s: float) -> _Block | None:
        """The next block; None if none came in time, or there was something else to wake up for."""
        with self._news:
            if not self._blocks and timeout_s > 0:
                self._news.wait(timeout_s)
            return self._blocks.popleft() if self._blocks else None

    def clear(self) -> None:
        """Forget what a stream before has left."""
        with self._news:
            self._blocks.clear()


class DeviceMicrophone:
    """A microphone by name, at any rate and with any channels, as frames of SAMPLE_RATE. Of one thread, the ears'.

    Args:
        system: opens it.
        device: its name or a part of it; None is the system's default.
        now: the clock on which frames have their times, seconds.
        queue_s: seconds of sound that are kept while nobody calls `next`.
    """

    def __init__(
        self,
        system: SoundSystem,
        device: str | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        queue_s: float = 5.0,
    ) -> None:
        self._system = system
        self._device = device
        self._now = now
        self._inbox = _Inbox(now, queue_s)
        self._stream: OpenStream | None = None
        self._cutter = _Cutter(SAMPLE_RATE)
        self._is_lost = False
        self._tried_s = -1e9
        self._sound_s = 0.0
        self._sound_came = False
        self._zeros_since_s: float | None = None
        self._asked_s = -1e9

    @property
    def name(self) -> str | None:
        """The device that is heard, None while there is none."""
        return self._stream.name if self._stream is not None else None

    @property
    def overflowed(self) -> int:
        """Samples (at the device's rate) that were lost because nobody took them in time."""
        return self._inbox.lost

    @property
    def silent_since(self) -> float | None:
        """Since when, on the clock `now`, there have been exact zeros only, for 10 s at least: it is muted, or none."""
        since_s = self._zeros_since_s
        return since_s if since_s is not None and self._sound_s - since_s >= _SILENT_S else None

    def next(self, timeout_s: float) -> Frame | MicrophoneLost | MicrophoneFound | None:
        """Wait for what comes next, `timeout_s` seconds at most (opening a device may take longer); None: nothing yet.

        Frames of FRAME_SAMPLES come in order, without gaps but for what was lost; `start_s` is on the clock `now`.
        MicrophoneLost comes once, then no frame before MicrophoneFound. Never raises.
        """
        ends_s = self._now() + timeout_s
        while True:
            if (frame := self._cutter.pop()) is not None:
                return frame
            news: MicrophoneLost | MicrophoneFound | None = self._try_to_open() if self._stream is None else None
            if news is not None:
                return news
            block = self._inbox.take(min(ends_s - self._now(), _RETRY_S / 4))
            news = self._took(block) if block is not None else self._missed()
            if news is not None:
                return news
            if block is None and ends_s - self._now() <= 0:
                return None

    def close(self) -> None:
        """Stop listening."""
        if self._stream is not None:
            self._system.close(self._stream)
            self._stream = None

    def _try_to_open(self) -> MicrophoneLost | None:
        if self._now() - self._tried_s < _RETRY_S:
            return None
        try:
            if self._is_lost:
                self._system.refresh()
            self._inbox.clear()
            stream = self._system.open_input(self._device, self._prepare, on_closed=self._inbox.wake)
        except DeviceError as error:
            self._tried_s = self._now()
            return self._lost(error.fault, error.remedy)
        self._tried_s = self._sound_s = self._now()
        self._sound_came, self._zeros_since_s = False, None
        self._stream = stream
        return None

    def _prepare(self, rate: int) -> Transfer:
        self._cutter = _Cutter(rate)
        return self._inbox.receive

    def _took(self, block: _Block) -> MicrophoneLost | MicrophoneFound | None:
        if self._stream is None:
            return None
        samples, at_s = block
        self._sound_s = self._now()
        self._sound_came = True
        if samples.any():
            self._zeros_since_s = None
        elif self._zeros_since_s is None:
            self._zeros_since_s = at_s
        if self._is_only_an_echo():
            fault = "the microphone has gone; the system offers the loudspeaker's own sound instead"
            return self._lost(fault, "plug it in again")
        self._cutter.put(samples, at_s)
        if not self._is_lost:
            return None
        self._is_lost = False
        return MicrophoneFound(self._stream.name)

    def _missed(self) -> MicrophoneLost | None:
        """Nothing came: is the device still there?"""
        stream = self._stream
        if stream is None:
            return None
        if not stream.alive:
            self._system.close(stream)
            if stream.was_refreshed:
                self._stream, self._tried_s = None, -1e9  # not its fault: open it again at once
                return self._try_to_open()
            return self._lost(f"the microphone {stream.name!r} has gone", "plug it in again")
        if self._now() - self._sound_s > (_WATCHDOG_S if self._sound_came else _FIRST_SOUND_S):
            return self._lost(f"the microphone {stream.name!r} gives no sound", "unplug it and plug it in again")
        return None

    def _is_only_an_echo(self) -> bool:
        """Whether the sound server has quietly put the loudspeaker's own sound in the microphone's place."""
        if self._zeros_since_s is None or self._sound_s - self._zeros_since_s < _SUSPICIOUS_S:
            return False
        if self._sound_s - self._asked_s < _ASK_AGAIN_S:
            return False
        self._asked_s = self._sound_s
        return self._stream is not None and self._system.hears_only_itself(self._stream.name)

    def _lost(self, message: str, remedy: str) -> MicrophoneLost | None:
        """Give the device up for now; told once."""
        self.close()
        told, self._is_lost = self._is_lost, True
        return None if told else MicrophoneLost(message, remedy)


class _Cutter:
    """Cuts blocks of any rate and size into frames with times.

    Args:
        rate: of the blocks, hertz.
    """

    def __init__(self, rate: int) -> None:
        self._stream = EvenStream(rate)
        self._rest = np.zeros(0, np.float32)
        self._frames: deque[Frame] = deque()

    def put(self, samples: NDArray[np.float32], at_s: float) -> None:
        """Add a block, shape (n,), whose first sample was at `at_s`."""
        made = self._stream.put(np.nan_to_num(samples), at_s)
        self._rest = np.concatenate([self._rest, np.clip(made, -1.0, 1.0)])
        while len(self._rest) >= FRAME_SAMPLES:
            at_s = self._stream.end_s - len(self._rest) / SAMPLE_RATE
            self._frames.append(Frame(self._rest[:FRAME_SAMPLES].copy(), at_s))
            self._rest = self._rest[FRAME_SAMPLES:]

    def pop(self) -> Frame | None:
        """The oldest frame, or None."""
        return self._frames.popleft() if self._frames else None
