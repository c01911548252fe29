"""The signals that end a night: they only leave a mark, and the loop ends when it sees it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def ended_by_signals() -> Iterator[Callable[[], bool]]:
    """Yield whether a signal to end has come. A second Ctrl-C ends at once, where the first one hangs.

    To be entered by the main thread: no other one is given signals.
    """
    came: list[int] = []

    def mark(number: int, _: Any) -> None:
        if came and number == signal.SIGINT:
            signal.default_int_handler(number, None)
        came.append(number)

    before = {number: signal.signal(number, mark) for number in ENDING}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
