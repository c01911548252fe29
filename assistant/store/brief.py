"""An episode as figures need it: what is counted and nothing else, so that years can be read at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.store import tables

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Brief:
    """The counted fields of `Episode`, under the same names."""

    episode_id: str
    night_of: date
    onset_utc: datetime
    onset_offset_minutes: int
    duration_s: float | None
    site: str
    side: str
    rounds: int | None
    relief: int | None
    pain_now: int | None
    pain_morning: int | None
    awakenings: int | None
    back_to_quiet_min: float | None
    sleep_disturbance: int | None
    sleep_quality: int | None
    bother: int | None
    knot: str | None
    urge_to_move: str | None
    class_: str | None
    triggers: list[str] | None
    grade: str | None
    origin: str | None

    @property
    def hour(self) -> int:
        """Of the local clock at its onset."""
        return (self.onset_utc + timedelta(minutes=self.onset_offset_minutes)).hour


COLUMNS = tuple(tables.episode.c[each.name] for each in fields(Brief))
"""In the order of the fields."""
