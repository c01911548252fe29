"""Times and counts as they are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assistant.dialog.patience import Spoken

STEP_MIN = 5
HALF_MIN = 30
HOUR_MIN = 60


def spoken_time(wall: datetime, spoken: Spoken) -> str:
    """The local time to the nearest five minutes, as "ten past three"."""
    total = STEP_MIN * round((wall.hour * HOUR_MIN + wall.minute + wall.second / 60) / STEP_MIN)
    hour, minute = divmod(total, HOUR_MIN)
    if minute == 0:
        return spoken.on_the_hour.format(hour=_hour(hour, spoken))
    if minute <= HALF_MIN:
        return spoken.past.format(minutes=spoken.minutes[minute], hour=_hour(hour, spoken))
    return spoken.to.format(minutes=spoken.minutes[HOUR_MIN - minute], hour=_hour(hour + 1, spoken))


def _hour(hour: int, spoken: Spoken) -> str:
    return spoken.hours[hour % len(spoken.hours)]


def ordinal(count: int, spoken: Spoken) -> str:
    """Which one it is: 1 is "first"."""
    return spoken.ordinals[max(count, 1) - 1] if count <= len(spoken.ordinals) else spoken.more
