"""*Doctor*: two weeks on a sheet of paper, or more; with what is missing, and what it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response

from assistant.figures import figures_of
from assistant.web.alerts import open_alerts
from assistant.web.charts import bars
from assistant.web.doctor_paper import TITLE, Sheet, foot_of, how, parts_of
from assistant.web.family import VALUE_COLUMNS, VALUES, told_by_family, values_of, worth_asking
from assistant.web.night import date_of
from assistant.web.trends import NIGHT_HOURS, last_over
from assistant.web.visit import Refused
from assistant.web.watch import bounds
from assistant.web.whose import whose

if TYPE_CHECKING:
    from assistant.figures import Figures
    from assistant.web.alerts import Alert
    from assistant.web.visit import Visit
    from assistant.web.whose import Whose

USUAL = timedelta(days=13)
MOST = timedelta(days=366)


def show_doctor(visit: Visit) -> Response:
    """The page; `?from=` and `?to=` choose the nights."""
    one = whose(visit)
    sheet = _sheet(visit, one)
    hours = sheet.figures.hours
    return visit.show(
        "doctor.html",
        one=one,
        sheet=sheet,
        figures=sheet.figures,
        family=[*told_by_family(sheet.profile, sheet.figures)],
        values=values_of(sheet.profile),
        value_columns=VALUE_COLUMNS,
        about_values=VALUES,
        hourly=bars([(f"{hour:02}", hours[hour]) for hour in NIGHT_HOURS], height=90),
        how=how(sheet.figures, visit.pages, visit.now),
    )


def as_pdf(visit: Visit) -> Response:
    """The same on paper: one page or two, black on white."""
    sheet = _sheet(visit, whose(visit))
    from assistant.sheet_pdf import pdf_of  # noqa: PLC0415 - its library costs a third of a second

    visit.house.editing.record("exported", None, by=visit.account.shown, form="pdf")
    made = pdf_of(parts_of(sheet, visit.pages, visit.now), title=TITLE, foot=foot_of(sheet, visit.pages))
    headers = {"content-disposition": 'attachment; filename="leg-cramps-at-night.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def _sheet(visit: Visit, one: Whose) -> Sheet:
    figures = _figures(visit, one)
    raised = _flags_raised(visit, figures)
    asking = worth_asking(visit.pages.words, one.profile, raised)
    return Sheet(figures, one.profile, _open_alerts(visit, one), asking, one.shown)


def _flags_raised(visit: Visit, figures: Figures) -> set[str]:
    begins, _ = bounds(figures.first, visit.now.offset_minutes)
    shown = {each.episode_id for each in figures.episodes}
    raised = visit.house.reading.alerts_since(begins)
    return {str(each.payload.get("red_flag")) for each in raised if each.episode_id in shown}


def _open_alerts(visit: Visit, one: Whose) -> list[Alert]:
    """Those of this person; a call for help of no episode may be anybody's."""
    alerts = open_alerts(visit.house)
    if not one.others:
        return alerts
    persons = visit.house.reading.persons_of(each.raised.episode_id for each in alerts if each.raised.episode_id)
    return [each for each in alerts if persons.get(each.raised.episode_id or "", one.person_id) == one.person_id]


def _figures(visit: Visit, one: Whose) -> Figures:
    last = date_of(visit.asked("to")) if visit.asked("to") else last_over(visit)
    first = date_of(visit.asked("from")) if visit.asked("from") else last - USUAL
    if not timedelta() <= last - first <= MOST:
        raise Refused("The first night must come before the last one, by a year at most. Choose them again.")
    return figures_of(visit.house.reading.briefs(first, last, one.person_id), first, last)
