from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_samples import better, complaint

from assistant.figures import figures_of
from assistant.sample import Sample
from assistant.store import Episode, Store
from assistant.store.bulk import Lived, write_all
from assistant.trend import Mark, marks

LAST = date(2026, 3, 28)


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Episode:
    folder = tmp_path_factory.mktemp("log")
    write_all(folder, "x", [Lived(complaint(), (), better(120.0), {})])
    with Store.open(folder) as store:
        [episode] = store.episodes()
    return episode


def on(pattern: Episode, *back: int, **known: Any) -> list[Episode]:
    """Episodes so many nights before the last one."""
    kept = {name: getattr(pattern, name) for name in Episode.__dataclass_fields__}
    return [Episode(**(kept | known | {"night_of": LAST - timedelta(days=days)})) for days in back]


def test_a_period_is_told_in_medians_and_what_is_missing(pattern: Episode):
    episodes = [*on(pattern, 0, 0, pain_now=7), *on(pattern, 3, pain_now=2, relief=None, rounds=3), *on(pattern, 20)]
    figures = figures_of(episodes, LAST - timedelta(days=13), LAST)
    assert (len(figures.episodes), figures.nights_with(1), figures.nights_with(2)) == (3, 2, 1)
    pain = figures.numbers("pain_now")
    assert (pain.median, pain.least, pain.most, pain.missing) == (7, 2, 7, 0)
    assert figures.minutes.median == 2.0
    assert figures.eased == (2, 2)
    assert dict(figures.missing)["sleep_quality"] == 3
    assert [count for _, count in figures.weeks()] == [0, 3]
    assert [each.cramps for each in figures.cards()][-4:] == [1, 0, 0, 2]
    assert figures.hours[3] == 3


def test_nothing_is_said_of_a_trend_before_28_nights(pattern: Episode):
    assert marks(on(pattern, 0, 0, 0, 0, 1), LAST - timedelta(days=26), LAST) is None
    assert marks([], LAST - timedelta(days=27), LAST) == []


@pytest.mark.parametrize(
    ("late", "found"),
    [
        ((0, 2), []),
        ((0, 2, 4), [Mark("often", 3, 1.0)]),
        ((1, 1, 1, 1), [Mark("often", 4, 1.0), Mark("many", 4, 0, LAST - timedelta(days=1))]),
    ],
)
def test_more_often_is_three_in_a_week_and_half_as_many_again(
    pattern: Episode, late: tuple[int, ...], found: list[Mark]
):
    episodes = on(pattern, 8, 15, 22, *late)
    assert marks(episodes, LAST - timedelta(days=27), LAST) == found


def test_three_in_a_week_are_no_mark_for_who_has_as_many_each_week(pattern: Episode):
    usual = [week * 7 + day for week in range(4) for day in (0, 2, 4)]
    assert marks(on(pattern, *usual), LAST - timedelta(days=27), LAST) == []


@pytest.mark.parametrize(("number", "found"), [(4, []), (5, [Mark("longer", 3.0, 2.0)])])
def test_longer_needs_five_episodes_on_each_side(pattern: Episode, number: int, found: list[Mark]):
    before = on(pattern, *range(7, 27))
    late = on(pattern, *range(number), duration_s=180.0)
    assert marks(before + late, LAST - timedelta(days=27), LAST) == found


def test_made_up_nights_are_the_same_each_time_and_marked(tmp_path: Path):
    told = []
    for name in ("a", "b"):
        write_all(tmp_path / name, "sample", Sample(LAST, 40).all())
        with Store.open(tmp_path / name) as store:
            told.append([(e.night_of, e.onset, e.site, e.pain_now, e.relief) for e in store.episodes()])
            assert {each.origin for each in store.episodes()} == {"sample"}
            assert store.episodes_on_night(told[-1][-1][0]) == 0
            kept = [each for each in store.episodes() if each.heard is not None]
            assert {LAST - each.night_of < timedelta(days=14) for each in kept} == {True}
    assert told[0] == told[1]
    assert len(told[0]) > 8
