"""*Last night*: one plain sentence first, then what happened, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.store.records import night_of
from assistant.web.alerts import open_alerts
from assistant.web.visit import Refused
from assistant.web.watch import bounds, watch_of
from assistant.web.whose import others_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from assistant.store.episode import Episode
    from assistant.store.records import JournalEntry
    from assistant.web.visit import Visit

SHOWN = ("heard", "understood", "said", "silence", "interrupted", "alert", "fault", "recovered")
"""Kinds of event that the timeline tells; what only machines read is left out."""

MOST = 2000


@dataclass(frozen=True, slots=True)
class Told:
    """An episode with what was heard and said in it."""

    episode: Episode
    events: tuple[JournalEntry, ...]


def last_night(visit: Visit) -> Response:
    """The night that is going on, or the last one that is over; `?night=` chooses another."""
    tonight = night_of(visit.now.local)
    wanted = visit.asked("night")
    night = date_of(wanted) if wanted else _latest(visit, tonight)
    begins, ends = bounds(night, visit.now.offset_minutes)
    events = visit.house.reading.events(begins, ends, MOST)
    episodes = visit.house.reading.episodes(night, night)
    return visit.show(
        "night.html",
        night=night,
        tonight=tonight,
        before=night - timedelta(days=1),
        after=night + timedelta(days=1) if night < tonight else None,
        others=others_in(visit),
        told=[_told(each, events) for each in episodes],
        watch=watch_of(events),
        waiting=open_alerts(visit.house),
        cut=len(events) == MOST,
        chosen=bool(wanted),
    )


NOON, EVENING = 12, 20
"""Between them the night that is over is the last one, unless something happened already."""


def _latest(visit: Visit, tonight: date) -> date:
    over = NOON <= visit.now.local.hour < EVENING and not visit.house.reading.counts(tonight, tonight)
    return tonight - timedelta(days=1) if over else tonight


def date_of(text: str) -> date:
    """Read a date.

    Raises:
        Refused: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("That is no date. Write it like 2026-01-31.") from None


def _told(episode: Episode, events: Sequence[JournalEntry]) -> Told:
    own = (each for each in events if each.episode_id == episode.episode_id and each.kind in SHOWN)
    return Told(episode, tuple(own))
