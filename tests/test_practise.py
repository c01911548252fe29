"""The rehearsal by day: one round, heard and hearing from the pillow, the volume set, and no episode in the log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from live_fakes import Room
from night_tables import BEGINS, outcome, play

from assistant.clock import SimulatedClock
from assistant.dialog.script import load_script

if TYPE_CHECKING:
    from fakes import EventList

    from assistant.store.store import Store

SCRIPT = load_script()
AT_NOON = BEGINS + timedelta(hours=9)
BEGUN = {0: "practise", 6: "yes"}
IN_THE_ROUND = {**BEGUN, 12: "cramp calf"}


class AwakeClock(SimulatedClock):
    """A clock that the log takes for a machine's own."""

    boot_id = "boot-1"


def by_day(says: dict[float, str]) -> EventList:
    return play(says, {}, AT_NOON)


def test_it_walks_through_one_round_in_real_time_and_logs_nothing():
    events = by_day({**IN_THE_ROUND, 75: "better"})
    round_of_calf = [*SCRIPT.stretches["calf"].first_round, *SCRIPT.stretches["calf"].marks.values(), "calf.rest"]
    told = [
        "practise.begins",
        "practise.general",
        "practise.hear",
        "practise.say",
        *round_of_calf,
        "check.how",
        "practise.done",
    ]
    assert outcome(events) == {"said": told, "alerts": [], "closed": []}
    at = {str(e["line"]): float(str(e["t"])) for e in events.of("said")}
    assert at["hold.thirty"] - at["hold.ten"] == pytest.approx(20, abs=0.2)
    assert "episode_opened" not in events.names()


@pytest.mark.parametrize("words", ["still_hurts", "no", "better gone"])
def test_whatever_the_answer_one_round_is_all(words: str):
    assert by_day({**IN_THE_ROUND, 75: words}).lines()[-2:] == ["check.how", "practise.done"]


def test_who_does_not_hear_well_makes_it_louder_for_the_nights_to_come():
    events = by_day({0: "practise", 11: "no", 15: "no", 21: "yes", 31: "stop", 45: "time"})
    assert [e["level_db"] for e in events.of("volume_set")] == [10]
    levels = [e["level_db"] for e in events.of("said") if e["line"] in ("practise.hear", "answer.time")]
    day_db = SCRIPT.timing.volume.day_db
    assert levels == [day_db, day_db + 5, day_db + 10, day_db + 10]


def test_louder_and_quieter_set_the_volume_too():
    assert [e["level_db"] for e in by_day({0: "practise", 6: "quieter", 12: "yes", 20: "stop"}).of("volume_set")] == [
        -5
    ]


def test_where_louder_does_not_help_it_says_so():
    says = {0: "practise", 6: "no", 10: "no", 14: "no", 18: "no"}
    assert by_day(says).lines()[-1] == "practise.loudest"


@pytest.mark.parametrize(("until", "last"), [({0: "practise"}, "practise.not_heard"), (BEGUN, "practise.not_heard")])
def test_who_is_not_heard_from_the_pillow_is_told_to_move_it(until: dict[float, str], last: str):
    lines = by_day(until).lines()
    assert lines[-1] == last
    assert lines.count("practise.unheard") == 1


def test_who_falls_silent_in_the_round_ends_it():
    assert by_day(IN_THE_ROUND).lines()[-1] == "practise.not_heard"


@pytest.mark.parametrize("says", [{0: "practise"}, BEGUN, IN_THE_ROUND], ids=["asked", "heard", "in the round"])
def test_stop_ends_it_at_once(says: dict[float, str]):
    at = max(says) + 6
    events = by_day({**says, at: "stop"})
    assert [e for e in events.of("said") if float(str(e["t"])) > at + 0.35] == []
    assert "episode_closed" not in events.names()


@pytest.mark.parametrize("says", [{0: "practise"}, BEGUN, IN_THE_ROUND], ids=["asked", "heard", "in the round"])
@pytest.mark.parametrize("flag", SCRIPT.red_flags)
def test_a_red_flag_in_it_is_meant_and_logged(says: dict[float, str], flag: str):
    came = outcome(by_day({**says, max(says) + 6: flag}))
    assert came["closed"] == ["unknown red_flag"]
    assert f"{SCRIPT.red_flags[flag].level} {flag} raised" in came["alerts"]


def test_worse_lets_go_and_a_sign_then_is_a_flag_of_its_own():
    came = outcome(by_day({**IN_THE_ROUND, 30: "worse", 38: "yes", 60: "okay"}))
    assert "control.let_go" in came["said"]
    assert came["alerts"] == ["urgent rf_dvt raised"]


def test_help_ends_it():
    came = outcome(by_day({**IN_THE_ROUND, 20: "help"}))
    assert (came["said"][-1], came["alerts"]) == ("control.cannot_phone", ["emergency help raised"])


def test_resting_legs_in_it_are_meant():
    came = outcome(by_day({**IN_THE_ROUND, 20: "rls", 40: "stop"}))
    assert came["closed"] == ["unknown stop"]


def test_it_does_not_begin_in_an_episode_or_beside_a_flag():
    assert "practise.begins" not in by_day({0: "cramp", 20: "practise", 40: "stop"}).lines()
    assert "practise.begins" not in by_day({0: "rf_chest_breath", 20: "practise"}).lines()


def test_the_night_after_does_not_count_it_and_is_counted_as_usual():
    lines = by_day({**IN_THE_ROUND, 75: "better", 100: "cramp", 120: "stop", 150: "how_many_tonight"})
    assert [e["text"] for e in lines.of("said")][-1] == "That's your first tonight."


def test_the_volume_that_was_found_holds_for_the_next_start(store: Store):
    for _ in range(2):
        room = Room(store)
        with room.live(clock=AwakeClock(AT_NOON)) as live:
            bedside = live._parts.bedside
            before = bedside.state.usual_db
            for intent in ("practise", "louder", "yes"):
                bedside.pressed(intent, {})
            after = bedside.state.usual_db
            bedside.interrupt()
            bedside.settle()
    assert (before, after) == (5, 10)


def test_no_line_of_it_sounds_like_a_complaint():
    assert [line for line in SCRIPT.practise.lines if "cramp" in SCRIPT.lines[line].say] == []
