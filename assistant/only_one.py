"""One assistant for each log: two would talk over each other, and each would close the other's episodes."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.errors import BedsideError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "run.lock"


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the folder's lock; it is the kernel's, so that no dead process keeps it.

    Raises:
        BedsideError: another process holds it.
        OSError: the folder cannot be written.
    """
    data.mkdir(parents=True, exist_ok=True)
    with (data / LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BedsideError(
                f"Another assistant already listens for the log in {data}. End that one, or give another --data DIR."
            ) from error
        yield
