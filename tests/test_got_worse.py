"""The trend rule at the bedside: from 28 nights of the log on, told once, by day, to whoever has just spoken to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from live_fakes import Room
from store_samples import better, complaint

from assistant.clock import SimulatedClock
from assistant.dialog.effects import Alert, NoteTold, Say
from assistant.dialog.events import Understood, Worsened
from assistant.dialog.machine import step
from assistant.dialog.script import load_script
from assistant.dialog.state import State
from assistant.got_worse import TOLD, got_worse
from assistant.store import JournalEntry, Stamp, night_of

if TYPE_CHECKING:
    from assistant.store.store import Store

SCRIPT = load_script()
NOW = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
LINE = "rf_more_frequent.trend"


def cramps(store: Store, *days_ago: int, origin: str = "live") -> None:
    for number, days in enumerate(days_ago):
        at = NOW.replace(hour=2) - timedelta(days=days) + timedelta(minutes=number)
        onset = Stamp(at, 0, "boot-1", number * 60.0, trusted=True)
        episode = replace(complaint(origin=origin), onset=onset, night_of=night_of(at))
        store.open_episode(episode)
        closing = replace(
            better(), end=Stamp(at + timedelta(minutes=2), 0, "boot-1", number * 60.0 + 120, trusted=True)
        )
        store.close_episode(episode.episode_id, closing)


WORSE = (30, 22, 15, 9, 3, 2, 2, 1, 1, 0)


def test_more_cramps_in_the_last_week_than_before_are_found(store: Store):
    cramps(store, *WORSE)
    assert got_worse(store, NOW)


def test_those_of_another_one_in_this_bed_do_not_count(store: Store):
    cramps(store, *WORSE)
    for each in [*store.episodes()][-4:]:
        store.give_episode(each.episode_id, "husband")
    assert not got_worse(store, NOW)


def test_as_many_as_always_are_not(store: Store):
    cramps(store, *range(0, 40, 3))
    assert not got_worse(store, NOW)


def test_less_than_28_nights_say_nothing(store: Store):
    cramps(store, 20, 3, 2, 2, 1, 1, 0)
    assert not got_worse(store, NOW)


def test_played_nights_do_not_count(store: Store):
    cramps(store, *WORSE, origin="script")
    assert not got_worse(store, NOW)


@pytest.mark.parametrize(("days", "again"), [(1, False), (27, False), (29, True)])
def test_what_was_told_is_not_told_again_for_four_weeks(store: Store, days: int, again: object):
    cramps(store, *WORSE)
    at = Stamp(NOW - timedelta(days=days), 0, "boot-1", 0.0, trusted=True)
    store.append(JournalEntry(TOLD, None, at, {}))
    assert got_worse(store, NOW) is again


def told(state: State, intent: str) -> list[str]:
    _, effects = step(state, Understood(intent), 0, SCRIPT)
    return [effect.line for effect in effects if isinstance(effect, Say)]


def test_it_is_told_once_and_an_alert_goes_with_it():
    state, effects = step(State(by_day=True), Worsened(), 0, SCRIPT)
    assert effects == ()
    state, effects = step(state, Understood("time"), 1, SCRIPT)
    assert {Alert("soon", "rf_more_frequent"), NoteTold(), Say(LINE)} <= set(effects)
    assert told(state, "time") == ["answer.time"]


@pytest.mark.parametrize("intent", ["cramp", "stop", "rf_dvt", "help", "good_night"])
def test_it_waits_for_a_better_moment(intent: str):
    assert LINE not in told(State(by_day=True, worsened=True), intent)


def test_at_night_it_is_not_told():
    assert told(State(worsened=True), "time") == ["answer.time"]


def test_the_bedside_asks_its_log_and_says_so_at_the_first_words_of_the_day(store: Store):
    cramps(store, *WORSE)
    room = Room(store)
    with room.live(clock=SimulatedClock(NOW.astimezone(ZoneInfo("Europe/London")))) as live:
        live._parts.daily()
        live._parts.bedside.settle()
        live._parts.bedside.pressed("time", {})
        while (due := live._parts.bedside.next_due()) is not None:
            live._parts.clock.wait_until(due)
            live._parts.bedside.tick()
        live._parts.bedside.settle()
    assert room.events.lines() == ["answer.time", LINE]
    assert [(e["level"], e["red_flag"]) for e in room.events.of("alert")] == [("soon", "rf_more_frequent")]
    assert TOLD in [entry.kind for entry in store.journal()]
