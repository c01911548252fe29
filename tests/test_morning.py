"""The morning after: asked only by whoever was spoken to, three questions at most, and kept with the night."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from live_fakes import Room
from night_tables import play

from assistant.dialog.classes import Signs
from assistant.dialog.effects import Alert, NoteLast
from assistant.dialog.events import Understood
from assistant.dialog.machine import step
from assistant.dialog.script import load_script
from assistant.dialog.state import State

if TYPE_CHECKING:
    from assistant.dialog.script import Script
    from assistant.store.store import Store

SCRIPT = load_script()
AT_SIX = datetime(2026, 1, 15, 6, 0, tzinfo=ZoneInfo("Europe/London"))
LATER = 3700.0  # after seven
NIGHT = {0: "cramp calf", 62: "better gone"}


def asked(says: dict[float, str], begins: datetime = AT_SIX, **profile: int) -> list[str]:
    return [line for line in play(says, profile, begins).lines() if line.startswith("morning.")]


def test_nothing_is_asked_before_somebody_speaks_to_us():
    assert asked({**NIGHT, LATER: "the news"}) == []


def test_whoever_sleeps_longer_is_asked_later_and_whose_night_begins_early_gets_short_answers():
    at = NIGHT | {LATER: "time"}
    assert asked(at, wake_hour=9) == []
    assert asked(at, wake_hour=6) == asked(at) != []
    evening = AT_SIX.replace(hour=19)
    says = {0: "cramp", 20: "stop", 60: "why"}
    full, short = (play(says, profile, evening).lines() for profile in ({}, {"bed_hour": 18}))
    assert len(full) > len(short)


def test_three_questions_at_most_follow_the_first_words():
    says = {**NIGHT, LATER: "time", LATER + 6: "number number=7", LATER + 12: "yes", LATER + 18: "no"}
    assert asked({**says, LATER + 60: "time"}) == ["morning.pain", "morning.sore", "morning.knot"]


def test_a_cramp_that_did_not_ease_is_asked_about_swelling_first():
    says = {0: "cramp calf", 62: "still_hurts", 67: "no", 80: "stop", LATER: "time", LATER + 6: "no"}
    assert asked(says)[0] == "morning.swollen"
    flagged = play({**says, LATER + 6: "yes"}, {}, AT_SIX)
    assert [e["red_flag"] for e in flagged.of("alert")] == ["rf_dvt"]


@pytest.mark.parametrize("words", ["stop", "cancel", "later", "no later=yes"])
def test_they_end_when_nobody_wants_them(words: str):
    assert asked({**NIGHT, LATER: "time", LATER + 6: words, LATER + 12: "yes"}) == ["morning.pain"]


def test_silence_is_asked_once_more_where_a_number_is_wanted_and_then_let_be():
    assert asked({**NIGHT, LATER: "time", LATER + 6: "the news"}) == ["morning.pain", "morning.pain"]


@pytest.mark.parametrize("words", ["next", "no", "yes"])
def test_a_question_is_passed_over_by_what_is_no_number(words: str):
    assert asked({**NIGHT, LATER: "time", LATER + 6: words, LATER + 12: "later"}) == ["morning.pain", "morning.sore"]


def test_a_number_that_cannot_be_is_asked_for_once_more():
    says = {**NIGHT, LATER: "time", LATER + 6: "number number=11", LATER + 12: "number number=11"}
    assert asked({**says, LATER + 18: "later"}) == ["morning.pain", "morning.pain", "morning.sore"]


def test_a_number_means_nothing_where_none_was_asked_for():
    assert play({**NIGHT, 200: "number number=7"}, {}).lines() == play(NIGHT, {}).lines()


def test_only_what_is_missing_is_asked():
    last = Signs(pain=7, knot=True, sore_next_day=False, urge_to_move=True, duration_s=120)
    state, _ = step(State(morning=True, last=last, last_relief=3), Understood("time"), 0, SCRIPT)
    assert state.questions == ("morning.walking", "morning.both", "morning.swollen")


KNOWN = Signs(
    pain=7, knot=True, sore_next_day=False, urge_to_move=True, relief_by_moving=True, both_legs=False, duration_s=120
)


def test_where_all_else_is_known_it_asks_for_swelling_then_sleep_then_what_set_it_off():
    asks = SCRIPT.morning.asks
    assert asks[6:] == ("morning.swollen", "morning.sleep", "morning.busy", "morning.tablets")
    state, _ = step(State(morning=True, last=KNOWN, last_relief=3), Understood("time"), 0, SCRIPT)
    assert state.questions == ("morning.swollen", "morning.sleep", "morning.busy")


def test_what_may_have_set_it_off_is_kept_with_the_night_and_a_no_is_not():
    plan = replace_asks("morning.busy", "morning.tablets")
    state, _ = step(State(morning=True, last=KNOWN, last_relief=3), Understood("time"), 0, plan)
    busy, effects = step(state, Understood("yes"), 5, plan)
    assert [effect.fields for effect in effects if isinstance(effect, NoteLast)] == [{"triggers": ("busy day",)}]
    _, both = step(busy, Understood("yes"), 9, plan)
    told = [effect.fields["triggers"] for effect in both if isinstance(effect, NoteLast)]
    assert told == [("busy day", "new medicine")]
    _, none = step(state, Understood("no"), 5, plan)
    assert [effect for effect in none if isinstance(effect, NoteLast)] == []


def replace_asks(*asks: str) -> Script:
    """The plan with these questions of the morning only."""
    return SCRIPT.model_copy(update={"morning": SCRIPT.morning.model_copy(update={"asks": asks})})


def test_once_a_week_it_asks_whether_walking_hurts():
    state = State(morning=True, last=Signs(), last_relief=3, weekday=SCRIPT.morning.weekly[0])
    state, _ = step(state, Understood("time"), 0, SCRIPT)
    assert state.question == "morning.walk_rest"
    _, effects = step(state, Understood("yes"), 5, SCRIPT)
    assert Alert("soon", "rf_more_frequent") in effects


def test_the_pain_and_the_sleep_are_kept_as_numbers_with_the_night(store: Store):
    room = Room(store)
    with room.live() as live:
        bedside = live._parts.bedside
        for intent, slots in (("cramp", {"site": "calf"}), ("stop", {})):
            bedside.pressed(intent, slots)
        bedside._wording._morning = True  # the hour of this test's own clock shall not matter
        bedside.state = replace(bedside.state, morning=True, weekday=2)
        for intent, slots in (("time", {}), ("number", {"number": "8"}), ("yes", {}), ("yes", {})):
            bedside.pressed(intent, slots)
        bedside.settle()
    (episode,) = store.episodes()
    assert (episode.pain_morning, episode.pain_band, episode.sore_next_day, episode.knot) == (8, "severe", 1, "yes")
    assert (episode.class_, episode.cramp_score) == ("cramp_like", 5)


def test_nothing_is_asked_at_night_nor_in_the_afternoon_nor_after_a_quiet_night():
    assert asked({**NIGHT, 200: "time"}) == []
    assert asked({**NIGHT, LATER: "time"}, AT_SIX + timedelta(hours=7)) == []
    assert asked({LATER: "time"}) == []


def test_an_answer_is_kept_with_the_episode_and_changes_its_class():
    state = State(morning=True, last=Signs(relief_by_stretching=True, duration_s=120), last_relief=3)
    state, _ = step(state, Understood("time"), 0, SCRIPT)
    state, effects = step(state, Understood("number", {"number": "8"}), 5, SCRIPT)
    (pain,) = [effect for effect in effects if isinstance(effect, NoteLast)]
    assert (pain.fields["pain_morning"], pain.fields["cramp_score"]) == (8, 4)
    state, effects = step(state, Understood("yes"), 5, SCRIPT)
    (note,) = [effect for effect in effects if isinstance(effect, NoteLast)]
    assert note.fields["sore_next_day"] == 1
    assert (note.fields["class"], note.fields["cramp_score"]) == ("cramp_like", 5)


@pytest.mark.parametrize(
    ("signs", "class_", "cramp_score", "rls_score"),
    [
        (Signs(knot=True, relief_by_stretching=True, pain=8, duration_s=180), "cramp_like", 6, 0),
        (Signs(urge_to_move=True, relief_by_moving=True, both_legs=True, evening_only=True), "rls_like", 0, 7),
        (Signs(knot=True, urge_to_move=True), "mixed", 2, 3),
        (Signs(pain=3), "unclear", 0, 0),
        (Signs(urge_to_move=True, relief_by_stretching=True, pain=6, duration_s=60), "mixed", 4, 3),
        (Signs(urge_to_move=True, relief_by_moving=True), "unclear", 0, 5),
    ],
)
def test_the_class_follows_the_rule_of_the_log(signs: Signs, class_: str, cramp_score: int, rls_score: int):
    assert (signs.class_, signs.cramp_score, signs.rls_score) == (class_, cramp_score, rls_score)


def test_by_day_a_question_is_answered_in_full_and_at_night_in_short():
    says = {0: "cramp", 20: "stop", 60: "why", 120: "prevention"}
    at_noon, at_six = (play(says, {}, begins).lines() for begins in (AT_SIX + timedelta(hours=6), AT_SIX))
    full = (*SCRIPT.answers["why"].by_day, *SCRIPT.answers["prevention"].by_day)
    assert tuple(at_noon[-len(full) :]) == full
    assert at_six[-3:] == ["answer.why", "answer.why_more", "answer.prevention"]


def test_a_full_answer_is_never_longer_than_the_person_wants():
    says = {0: "cramp", 20: "stop", 60: "why", 66: "stop"}
    assert play(says, {}, AT_SIX + timedelta(hours=6)).lines()[-1] != SCRIPT.answers["why"].by_day[-1]
