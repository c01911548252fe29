"""What reaches the loop that decides, from every other thread, and the bounded queue in which it waits."""

from __future__ import annotations

import queue
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from audio import SpeechEvent

WAITING_AT_MOST = 256
"""Events that may wait: minutes of speech. More only come up when the loop hangs, and then the ears wait for it."""
PUT_SLICE_S = 0.5


@dataclass(frozen=True, slots=True)
class Spoke:
    """The recogniser tells what it heard."""

    event: SpeechEvent


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a key, which means this."""

    intent: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Faulted:
    """Something does not work."""

    part: str
    """`microphone`, `speaker`, `recogniser` or `keys`."""
    message: str
    remedy: str
    source: str = ""
    """What exactly of the part, where it has several that can fail; never shown."""


@dataclass(frozen=True, slots=True)
class Works:
    """Something does its work; told as `recovered` where it had not."""

    part: str
    message: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A line that was wanted and not there yet has been rendered."""

    text: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A channel has confirmed that it took the message of an alert to this one."""

    name: str


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody says on the page that they take care of an alert."""

    by: str


@dataclass(frozen=True, slots=True)
class Died:
    """A thread met an error that nobody foresaw, and is over."""

    thread: str
    where: str
    """The error's name and the place in the program; never its text, which may quote somebody."""


LiveEvent: TypeAlias = Spoke | Pressed | Faulted | Works | Rendered | Reached | Answered | Died


class Inbox:
    """A bounded queue with many writers and one reader."""

    def __init__(self, most: int = WAITING_AT_MOST) -> None:
        self._queue: queue.Queue[LiveEvent] = queue.Queue(most)
        self._closed = False

    def put(self, event: LiveEvent) -> None:
        """Leave an event that must not be lost; waits while the inbox is full, until it is closed."""
        while not self._closed:
            try:
                self._queue.put(event, timeout=PUT_SLICE_S)
            except queue.Full:
                continue
            return

    def offer(self, event: LiveEvent) -> bool:
        """Leave an event if there is room; False where it was dropped. Never waits."""
        try:
            self._queue.put_nowait(event)
        except queue.Full:
            return False
        return True

    def take(self, timeout_s: float) -> LiveEvent | None:
        """The next event, or None after `timeout_s` seconds without one."""
        try:
            return self._queue.get(timeout=timeout_s) if timeout_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Nobody reads any more: whoever waits for room goes on, and what they bring is dropped."""
        self._closed = True
