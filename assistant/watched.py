"""Threads that do not die unseen: their death is told, and they are begun again, ever later."""

from __future__ import annotations

import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.inbox import Died

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

WAITS_S = (0.1, 1.0, 5.0, 15.0)
"""Seconds before a thread is begun again, after its first death, its second and so on."""
PROVEN_S = 3.0
"""Who lived so long since its death works again."""
LIVED_WELL_S = 60.0
"""Who lived so long has not died in succession: counting begins anew."""


def where_of(error: BaseException) -> str:
    """The error's name and the line at which it was raised, without its text: that may quote somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"


class Watched:
    """A thread that is begun again after its death.

    All methods are called by one thread, the loop's; the body runs in the watched one.

    Args:
        name: of the thread, as it is told.
        part: what fails with it, see `Faulted`.
        body: what it does; an ordinary return is no death.
        died: is told of a death, in the dying thread.
        vital: without it nothing works, so that one day it is given up.
    """

    def __init__(
        self, name: str, part: str, body: Callable[[], None], died: Callable[[Died], None], *, vital: bool = False
    ) -> None:
        self.name = name
        self.part = part
        self.due_s: float | None = None
        """When it is begun again; None where it lives, or is over."""
        self._body = body
        self._died = died
        self._vital = vital
        self._deaths = 0
        self._doubted = False
        self._begun_s = 0.0
        self._thread: threading.Thread | None = None

    def begin(self, now: float) -> None:
        """Let it live."""
        self.due_s = None
        self._begun_s = now
        self._thread = threading.Thread(target=self._live, name=self.name, daemon=True)
        self._thread.start()

    def fell(self, now: float) -> bool:
        """It died: set when it is begun again. False: a vital one died too often, and is given up."""
        self._deaths = self._deaths + 1 if now - self._begun_s < LIVED_WELL_S else 1
        if self._vital and self._deaths > len(WAITS_S):
            return False
        self._doubted = True
        self.due_s = now + WAITS_S[min(self._deaths, len(WAITS_S)) - 1]
        return True

    def tick(self, now: float) -> bool:
        """Begin it again if that is due; True once, when it has lived for a while since."""
        if self.due_s is not None and now >= self.due_s:
            self.begin(now)
        if self._doubted and self.due_s is None and now - self._begun_s >= PROVEN_S:
            self._doubted = False
            return True
        return False

    def join(self, timeout_s: float) -> bool:
        """Wait for its end; False where it has not ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _live(self) -> None:
        with _TellingDeath(self.name, self._died):
            self._body()


class _TellingDeath:
    """Whatever error is met inside is told, and ends there."""

    def __init__(self, name: str, died: Callable[[Died], None]) -> None:
        self._name = name
        self._died = died

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if error is not None:
            self._died(Died(self._name, where_of(error)))
        return True
