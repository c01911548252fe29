"""*Doctor*: two weeks on a sheet of paper, or more; with what is missing, and what it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response

from assistant.figures import figures_of
from assistant.web.alerts import open_alerts
from assistant.web.charts import bars
from assistant.web.doctor_paper import TITLE, foot_of, how, parts_of, told_of
from assistant.web.night import date_of
from assistant.web.trends import NIGHT_HOURS, last_over
from assistant.web.visit import Refused

if TYPE_CHECKING:
    from assistant.figures import Figures
    from assistant.web.visit import Visit

USUAL = timedelta(days=13)
MOST = timedelta(days=366)


def show_doctor(visit: Visit) -> Response:
    """The page; `?from=` and `?to=` choose the nights."""
    figures = _figures(visit)
    hours, flags = figures.hours, open_alerts(visit.house)
    return visit.show(
        "doctor.html",
        figures=figures,
        told=told_of(figures, len(flags)),
        profile=visit.house.profile.read(),
        hourly=bars([(f"{hour:02}", hours[hour]) for hour in NIGHT_HOURS], height=90),
        flags=flags,
        how=how(figures, visit.pages, visit.now),
    )


def as_pdf(visit: Visit) -> Response:
    """The same on paper: one page or two, black on white."""
    figures = _figures(visit)
    profile = visit.house.profile.read()
    parts = parts_of(figures, profile, open_alerts(visit.house), visit.pages, visit.now)
    from assistant.sheet_pdf import pdf_of  # noqa: PLC0415 - its library costs a third of a second

    visit.house.editing.record("exported", None, by=visit.account.shown, form="pdf")
    made = pdf_of(parts, title=TITLE, foot=foot_of(figures, profile, visit.pages))
    headers = {"content-disposition": 'attachment; filename="leg-cramps-at-night.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _figures(visit: Visit) -> Figures:
    last = date_of(visit.asked("to")) if visit.asked("to") else last_over(visit)
    first = date_of(visit.asked("from")) if visit.asked("from") else last - USUAL
    if not timedelta() <= last - first <= MOST:
        raise Refused("The first night must come before the last one, by a year at most. Choose them again.")
    return figures_of(visit.house.reading.briefs(first, last), first, last)
