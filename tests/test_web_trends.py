"""The body map and the grades over time: drawn and counted from what is in the log."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml
from test_figures import pattern as pattern  # noqa: PLC0414 - a fixture

from assistant.dialog.script import load_script
from assistant.figures import figures_of
from assistant.web.bodymap import VIEWS, body_map
from assistant.web.render import HERE
from assistant.web.trends import Graded, grades_over_time

if TYPE_CHECKING:
    from assistant.store import Episode

LAST = date(2026, 3, 14)


def test_each_place_is_drawn_on_its_own_side_and_both_count_on_each():
    places = Counter({("calf", "left"): 8, ("calf", "both"): 1, ("shin", "left"): 2, ("toes", "unknown"): 3})
    drawn = body_map(places + Counter({("unknown", "left"): 1}))
    spots = {(each.site, each.side): each for view in drawn.views.values() for each in view}
    assert {key: each.count for key, each in spots.items()} == {
        ("calf", "left"): 9,
        ("calf", "right"): 1,
        ("shin", "left"): 2,
    }
    assert drawn.elsewhere == 4
    middle = drawn.width / 2
    # Seen from behind the left leg is on our left; seen from the front it is on our right.
    assert spots["calf", "left"].x < middle < spots["calf", "right"].x
    assert middle < spots["shin", "left"].x
    assert [spots[key].shade for key in (("calf", "left"), ("calf", "right"), ("shin", "left"))] == [4, 1, 1]
    assert body_map(Counter()).views == {view: [] for view in VIEWS}


def test_every_stretch_has_its_place_on_the_map_and_lies_inside_the_figure():
    shapes = yaml.safe_load((HERE / "bodymap.yaml").read_text(encoding="utf-8"))
    sites = set(load_script().stretches) - {"leg", "thigh", "unknown"}
    assert sites <= set(shapes["spots"])
    for name, each in shapes["spots"].items():
        x, y, rx, ry = each["at"]
        assert each["view"] in VIEWS, name
        assert shapes["width"] / 2 <= x - rx < x + rx <= shapes["width"], name
        assert 0 <= y - ry < y + ry <= shapes["height"], name


def test_grades_are_told_as_precision_and_recall_of_each_four_weeks(pattern: Episode):
    def graded(days_ago: int, *grades: str | None) -> list[Episode]:
        return [replace(pattern, night_of=LAST - timedelta(days=days_ago), grade=grade) for grade in grades]

    episodes = [
        *graded(60, "helped", "missed"),
        *graded(27, "helped", "wrong_muscle", "false_alarm", None),
        *graded(0, "helped"),
    ]
    found = grades_over_time(figures_of(episodes, LAST - timedelta(days=83), LAST))
    assert found == [
        Graded(LAST - timedelta(days=83), 2, (1, 1), (1, 2)),
        Graded(LAST - timedelta(days=27), 4, (3, 4), (3, 3)),
    ]


@pytest.mark.parametrize("days", [27, 83])
def test_without_a_grade_nothing_is_told(pattern: Episode, days: int):
    assert grades_over_time(figures_of([pattern], LAST - timedelta(days=days), LAST)) == []
