"""*Nights*: a calendar of weeks, one square a night, and the episodes of a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.store.records import night_of
from assistant.web.night import date_of
from assistant.web.whose import others_in

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.web.visit import Visit

WEEKS = 53
LISTED = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Square:
    """One night of the calendar."""

    night: date
    count: int
    before_log: bool
    """Older than the first episode: nothing is known of it."""


def show_nights(visit: Visit) -> Response:
    """The page; `?until=` chooses the last night that is listed."""
    tonight = night_of(visit.now.local)
    wanted = visit.asked("until")
    until = min(date_of(wanted), tonight) if wanted else tonight
    first = until - timedelta(days=until.weekday(), weeks=WEEKS - 1)
    counts = visit.house.reading.counts(first, until)
    bounds = visit.house.reading.bounds()
    since = bounds[0] if bounds else tonight
    nights = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    squares = [Square(night, counts.get(night, 0), night < since) for night in nights]
    listed = visit.house.reading.episodes(until - LISTED + timedelta(days=1), until)
    return visit.show(
        "nights.html",
        weeks=[squares[n : n + 7] for n in range(0, len(squares), 7)],
        episodes=listed[::-1],
        until=until,
        since=until - LISTED + timedelta(days=1),
        earlier=until - LISTED,
        later=until + LISTED if until < tonight else None,
        others=others_in(visit),
        put_away=visit.house.reading.put_away(),
    )
