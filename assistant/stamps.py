"""The moment that a clock shows, as the log keeps it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from assistant.store import Stamp

if TYPE_CHECKING:
    from assistant.clock import Clock


def stamp_of(clock: Clock) -> Stamp:
    """The moment that a clock shows, as it is kept."""
    wall = clock.wall()
    offset = wall.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    return Stamp(wall.astimezone(UTC), minutes, clock.boot_id, round(clock.uptime(), 3), clock.trusted)
