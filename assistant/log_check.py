"""Whether the log works: a write that is asked for on purpose, and what a failed one means in words."""

from __future__ import annotations

import re
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

from assistant.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from assistant.clock import Clock
    from assistant.scribe import Scribe
    from assistant.store import JournalEntry

CHECK_S = 1.0
"""Whoever asks whether all is well waits no longer for the disk."""
SIMULATED_S = 60.0
"""A simulated night does not pass while the disk works."""


class LogCheck:
    """One look at a time; the newest counts."""

    def __init__(self, scribe: Scribe, clock: Clock) -> None:
        self._scribe = scribe
        self._clock = clock
        self._asked: tuple[Future[Any], float, Callable[[bool], None]] | None = None

    @property
    def waits(self) -> bool:
        """Whether an answer is still awaited."""
        return self._asked is not None

    def ask(self, entry: JournalEntry, done: Callable[[bool], None]) -> None:
        """Write an event, and tell soon whether it is on the disk."""
        future = self._scribe.write(lambda store: store.append(entry))
        self._asked = (future, self._clock.now() + CHECK_S, done)
        if self._clock.simulated:
            wait([future], SIMULATED_S)
            self.poll()

    def poll(self) -> None:
        """Tell what is known by now."""
        if self._asked is None:
            return
        future, until_s, done = self._asked
        if future.done() or self._clock.now() >= until_s:
            self._asked = None
            done(future.done() and future.exception() is None)


def told_of(error: BaseException) -> tuple[str, str]:
    """What happened, and what to do about it."""
    if not isinstance(error, StoreError):
        # Its own text may quote the record, and so somebody's words; its name never does.
        return f"The log could not be written ({type(error).__name__})", "Run ./bedside doctor, then start again."
    message, *remedy = re.split(r"; |\. ", str(error), maxsplit=1)
    return message, remedy[0] if remedy else message
