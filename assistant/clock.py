"""The only place where time is read. `now` never goes back; `wall` is what a clock on the wall shows."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


class Clock(Protocol):
    """Time for the conversation."""

    @property
    def boot_id(self) -> str:
        """Which run of the machine this is."""
        ...

    def uptime(self) -> float:
        """Seconds since this run of the machine began, the same for every process; never goes back."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether the wall clock is known to be right: a Pi has no clock of its own and wakes with a stale time."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether time jumps instead of passing."""
        ...

    def now(self) -> float:
        """Seconds since this clock was made; never goes back."""
        ...

    def wall(self) -> datetime:
        """Local time with its offset."""
        ...

    def wait_until(self, now: float) -> None:
        """Return when `now()` has reached this; at once where it is past."""
        ...


class RealClock:
    """The machine's own time."""

    simulated = False

    def __init__(self) -> None:
        self._began = time.monotonic()
        # Where the machine does not say, no other process may take these seconds for its own.
        self.boot_id = BOOT_ID.read_text().strip() if BOOT_ID.exists() else str(uuid4())

    @property
    def trusted(self) -> bool:
        """Whether the kernel says that the clock is synchronised."""
        adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
        # The kernel's struct timex is 208 bytes; zeros ask for nothing to be changed.
        return adjtimex is not None and 0 <= adjtimex(ctypes.create_string_buffer(256)) < _TIME_ERROR

    def now(self) -> float:
        """Seconds since this clock was made."""
        return time.monotonic() - self._began

    def uptime(self) -> float:
        """Seconds since the machine started, those that it slept included where it counts them."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    def wall(self) -> datetime:
        """Local time with its offset."""
        return datetime.now(UTC).astimezone()

    def wait_until(self, now: float) -> None:
        """Sleep until then."""
        time.sleep(max(0.0, now - self.now()))


class SimulatedClock:
    """A night's clock that jumps from event to event."""

    boot_id = "simulated"
    trusted = True
    simulated = True

    def __init__(self, begins: datetime) -> None:
        self._begins = begins
        self._now = 0.0

    def now(self) -> float:
        """Seconds since the night began."""
        return self._now

    def uptime(self) -> float:
        """Seconds since the night began."""
        return self._now

    def wall(self) -> datetime:
        """The night's beginning plus what has passed."""
        return self._begins + timedelta(seconds=self._now)

    def wait_until(self, now: float) -> None:
        """Jump there; never back."""
        self._now = max(self._now, now)
