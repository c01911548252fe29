"""Whether it has got worse, by the log's own history: the trend rule, as the bedside asks it once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.store.records import night_of
from assistant.trend import marks

if TYPE_CHECKING:
    from datetime import date, datetime

    from assistant.store.records import JournalEntry
    from assistant.store.store import Store

WINDOW = timedelta(weeks=12)
"""Nights that the last seven are compared with, as on the page."""
AGAIN_AFTER = timedelta(days=28)
"""What was told is not told again before so many days."""
TOLD = "worsening_told"
MORNING, NOON = 7, 12


def last_over(wall: datetime) -> date:
    """The last night that is over: in the morning that is the one just past."""
    return night_of(wall) - timedelta(days=0 if MORNING <= wall.hour < NOON else 1)


def got_worse(store: Store, wall: datetime) -> bool:
    """Whether the trend rule fires for the first person's own nights, and nobody has been told lately."""
    last = last_over(wall)
    first = last - WINDOW + timedelta(days=1)
    reading = store.reading()
    since = reading.bounds(store.person_id)
    if since is None or _told_lately(reading.of_kind(TOLD, most=1), wall):
        return False
    begins = max(first, since[0])
    return bool(marks(reading.briefs(begins, last, store.person_id), begins, last))


def _told_lately(told: list[JournalEntry], wall: datetime) -> bool:
    return any(wall - entry.stamp.utc < AGAIN_AFTER for entry in told)
