"""Writes to the store on a thread of its own, so that a slow disk never keeps help waiting."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from assistant.store.errors import StoreBusy

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from assistant.store.store import Store

    Job = Callable[[Store], Any]

WAITING_AT_MOST = 1000
"""Writes that may wait for a hung disk; further ones are refused, so that memory stays bounded."""


class Scribe:
    """Does writes one after another, in the order in which they were asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: queue.Queue[tuple[Job, Future[Any]] | None] = queue.Queue(WAITING_AT_MOST)
        self._thread = threading.Thread(target=self._work, name="scribe", daemon=True)
        self._thread.start()

    def write(self, job: Job) -> Future[Any]:
        """Ask for a write; the future holds its result, or whatever error it met."""
        future: Future[Any] = Future()
        try:
            self._jobs.put_nowait((job, future))
        except queue.Full:
            future.set_exception(StoreBusy("The log's disk has not answered for a long time. Check the SD card."))
        return future

    def close(self, timeout_s: float = 5.0) -> None:
        """Finish what was asked for, and end."""
        self._jobs.put(None)
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while (asked := self._jobs.get()) is not None:
            job, future = asked
            if not future.set_running_or_notify_cancel():
                continue
            with _Answering(future):
                future.set_result(job(self._store))


class _Answering:
    """Whatever error is met inside answers the future: nobody waits for ever, and the next write is still done."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if error is not None:
            self._future.set_exception(error)
        return True
