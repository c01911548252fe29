"""*Doctor*: two weeks on a sheet of paper, or more; with what is missing, and what it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.figures import figures_of
from assistant.web.alerts import open_alerts
from assistant.web.charts import bars
from assistant.web.night import date_of
from assistant.web.trends import NIGHT_HOURS, last_over
from assistant.web.visit import Refused

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.web.visit import Visit

USUAL = timedelta(days=13)
MOST = timedelta(days=366)


def show_doctor(visit: Visit) -> Response:
    """The page; `?from=` and `?to=` choose the nights."""
    last = date_of(visit.asked("to")) if visit.asked("to") else last_over(visit)
    first = date_of(visit.asked("from")) if visit.asked("from") else last - USUAL
    if not timedelta() <= last - first <= MOST:
        raise Refused("The first night must come before the last one, by a year at most. Choose them again.")
    figures = figures_of(visit.house.reading.briefs(first, last), first, last)
    hours = figures.hours
    known = {each.episode_id for each in figures.episodes}
    return visit.show(
        "doctor.html",
        figures=figures,
        profile=visit.house.profile.read(),
        hourly=bars([(f"{hour:02}", hours[hour]) for hour in NIGHT_HOURS], height=90),
        flags=[each for each in open_alerts(visit.house) if each.raised.episode_id in known],
        written=visit.now,
    )
