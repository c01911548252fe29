"""*Trends*: is it getting worse, when does it come, what helps; and what is not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.figures import Figures, figures_of
from assistant.store.records import night_of
from assistant.trend import NIGHTS_NEEDED, marks
from assistant.web.bodymap import body_map
from assistant.web.charts import bars, share
from assistant.web.family import begun
from assistant.web.whose import whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from assistant.web.visit import Visit

WEEKS = {"4": 4, "12": 12, "26": 26, "52": 52}
FOUR_WEEKS = 28
BREAKFAST, NOON = 7, 12
NIGHT_HOURS = [*range(18, 24), *range(12)]
"""From the evening to noon; what comes by day is told in words."""


def show_trends(visit: Visit) -> Response:
    """The page; `?weeks=` chooses how far back."""
    weeks = WEEKS.get(visit.asked("weeks"), 12)
    last = last_over(visit)
    first = last - timedelta(weeks=weeks) + timedelta(days=1)
    one = whose(visit)
    since = visit.house.reading.bounds(one.person_id)
    begins = first if since is None else max(first, since[0])
    # The rules compare with twelve weeks, however few are shown.
    known = min(first, last - timedelta(weeks=12))
    episodes = visit.house.reading.briefs(known, last, one.person_id)
    figures = figures_of(episodes, first, last)
    compared, hours = max(known, since[0]) if since else last, figures.hours
    counted = [(begin, count) for begin, count in figures.weeks() if _known(begin, since)]
    return visit.show(
        "trends.html",
        one=one,
        figures=figures,
        weeks=weeks,
        choices=WEEKS,
        begins=begins,
        marks=marks(episodes, compared, last) if since else None,
        needed=NIGHTS_NEEDED,
        weekly=bars([(f"{begin.day} {begin:%b}", count) for begin, count in counted]),
        begun=begun_in([begin for begin, _ in counted], begun(one.profile)),
        dozing=one.profile.get("dozing"),
        hourly=bars([(f"{hour:02}", hours[hour]) for hour in NIGHT_HOURS]),
        by_day=sum(count for hour, count in enumerate(hours) if hour not in NIGHT_HOURS),
        places=[(place, count, share(count, len(figures.episodes))) for place, count in figures.places.most_common()],
        body=body_map(figures.places),
        precision=precision(figures),
        over_time=grades_over_time(figures),
    )


@dataclass(frozen=True, slots=True)
class Begun:
    """A medicine that began in one of the weeks that are shown."""

    week: int
    """Which of them, from 0 on."""
    day: date
    what: str


def begun_in(weeks: Sequence[date], began: Sequence[tuple[date, str]]) -> list[Begun]:
    """The medicines that began in these weeks; each week is named by its first night."""
    return [
        Begun(n, when, what)
        for when, what in began
        for n, first in enumerate(weeks)
        if timedelta() <= when - first < timedelta(weeks=1)
    ]


def _known(begin: date, since: tuple[date, date] | None) -> bool:
    return since is not None and begin + timedelta(days=6) >= since[0]


def last_over(visit: Visit) -> date:
    """The last night that is over: at breakfast that is the one just past."""
    local = visit.now.local
    return night_of(local) - timedelta(days=0 if BREAKFAST <= local.hour < NOON else 1)


@dataclass(frozen=True, slots=True)
class Graded:
    """What the grades of four weeks come to."""

    first: date
    graded: int
    precision: tuple[int, int]
    recall: tuple[int, int]


def grades_over_time(figures: Figures) -> list[Graded]:
    """Precision and recall of each four weeks that have a grade, the last ones ending with the period."""
    windows: dict[int, Counter[str | None]] = {}
    for each in figures.episodes:
        if each.grade is not None:
            windows.setdefault((figures.last - each.night_of).days // FOUR_WEEKS, Counter())[each.grade] += 1
    found = []
    for back, grades in sorted(windows.items(), reverse=True):
        first = figures.last - timedelta(days=(back + 1) * FOUR_WEEKS - 1)
        right = _right(grades)
        found.append(Graded(max(first, figures.first), grades.total(), right["precision"], right["recall"]))
    return found


def precision(figures: Figures) -> dict[str, tuple[int, int]]:
    """How right the device was, by the carers' grades: name to (right, of so many that were graded)."""
    return _right(figures.count("grade"))


def _right(grades: Counter[str | None]) -> dict[str, tuple[int, int]]:
    right, wrong, missed = (
        grades["helped"] + grades["wrong_muscle"],
        grades["false_alarm"],
        grades["missed"],
    )
    return {"precision": (right, right + wrong), "recall": (right, right + missed)}
