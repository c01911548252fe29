"""The conversation of a calf cramp, as whole nights."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from assistant.dialog.effects import SetTimer
from assistant.dialog.events import Doubted, Spoken, Understood
from assistant.dialog.machine import step
from assistant.dialog.profile import Profile
from assistant.dialog.script import load_script
from assistant.dialog.state import State

if TYPE_CHECKING:
    from conftest import PlayNight

    from assistant.store.store import Store

FIRST_ROUND = ["calf.first", "calf.knee_heel", "reassure.passes", "calf.hold"]
HOLD = ["hold.ten", "hold.twenty", "hold.thirty"]
CHECK = 59.7  # when "Easier, the same, or worse?" has been said after a complaint at 0
BETTER = ["check.easier", "control.stay_lying", "control.good_night"]


def test_a_complaint_is_answered_at_once_with_the_action_itself(play_night: PlayNight):
    events = play_night((0, "cramp left"), (4, "stop"))
    understood = events.of("understood")[0]
    said = events.of("said")[0]
    assert said["text"] == "Toes up, toward your nose."
    assert said["t"] == understood["t"]


def test_the_first_round_is_told_step_by_step_three_to_four_seconds_apart(play_night: PlayNight):
    events = play_night((0, "cramp"), (20, "stop"))
    told = [e for e in events.of("said") if e["line"] in FIRST_ROUND]
    assert [e["line"] for e in told] == FIRST_ROUND
    gaps = [b["t"] - a["t"] for a, b in pairwise(told)]
    assert all(3 <= gap <= 4.1 for gap in gaps), gaps


def test_a_hold_is_counted_at_ten_twenty_and_thirty_seconds(play_night: PlayNight):
    events = play_night((0, "cramp"), (58, "stop"))
    hold = next(e for e in events.of("said") if e["line"] == "calf.hold")
    began = hold["t"] + len(hold["text"]) / 14
    marks = {e["line"]: e["t"] - began for e in events.of("said") if e["kind"] == "hold"}
    assert list(marks) == HOLD
    assert list(marks.values()) == pytest.approx([10, 20, 30], abs=0.2)


def test_after_the_hold_comes_a_silent_rest_and_then_the_question(play_night: PlayNight):
    lines = play_night((0, "cramp"), (61, "stop")).of("said")
    rest, check = lines[-2:]
    assert (rest["line"], check["line"]) == ("calf.rest", "check.how")
    assert check["t"] - (rest["t"] + len(rest["text"]) / 14) == pytest.approx(10, abs=0.05)


def test_better_ends_the_episode_before_the_closing_words(play_night: PlayNight, store: Store):
    events = play_night((0, "cramp left"), (62, "better gone"))
    closed = events.names().index("episode_closed")
    assert events.lines()[-3:] == BETTER
    assert events.names()[closed + 1 :] == ["said", "said", "said"]
    (episode,) = store.episodes()
    assert (episode.site, episode.side, episode.ended_by, episode.relief, episode.rounds) == (
        "calf",
        "left",
        "better",
        3,
        1,
    )
    assert episode.hold_s == pytest.approx(30, abs=0.2)
    assert (episode.class_, episode.cramp_score, episode.rls_score) == ("unclear", 3, 0)


def test_the_same_asks_for_a_helper_once_and_goes_on(play_night: PlayNight):
    events = play_night((0, "cramp"), (62, "still_hurts"), (67, "no"), (125, "still_hurts"), (135, "stop"))
    assert events.lines().count("ask.helper") == 1
    assert events.lines().count("calf.toes_up") == 2


def test_a_helper_is_told_what_to_do(play_night: PlayNight, store: Store):
    events = play_night((0, "cramp"), (62, "still_hurts"), (67, "yes"), (80, "better"))
    after = events.lines()[events.lines().index("ask.helper") + 1 :]
    assert after == ["calf.helper", "calf.helper_knee", "calf.hold", *BETTER]
    assert next(store.episodes()).helper_present is True


def test_nobody_answering_for_the_helper_means_going_on_alone(play_night: PlayNight):
    events = play_night((0, "cramp"), (62, "still_hurts"), (90, "stop"))
    after = events.lines()[events.lines().index("ask.helper") + 1 :]
    assert after[:2] == ["calf.toes_up", "calf.knee_heel"]
    assert {"waited_s": 8.0} in [{"waited_s": e["waited_s"]} for e in events.of("silence")]


def test_worse_lets_go_in_mid_word_and_asks_for_swelling(play_night: PlayNight):
    events = play_night((0, "cramp"), (2, "worse"), (12, "stop"))
    assert (
        events.of("interrupted")[0]["line"] == "calf.knee_heel" or events.of("interrupted")[0]["line"] == "calf.first"
    )
    assert events.lines()[-2:] == ["control.let_go", "check.swollen"]


def test_a_swollen_leg_is_a_red_flag_said_twice_and_never_stretched(play_night: PlayNight, store: Store):
    events = play_night((0, "cramp left"), (20, "worse"), (28, "yes"))
    alert = events.of("alert")[0]
    assert (alert["level"], alert["red_flag"], alert["state"]) == ("urgent", "rf_dvt", "raised")
    after = events.lines()[events.lines().index("check.swollen") + 1 :]
    assert after == ["rf_dvt.main", "rf_dvt.then"] * 2
    (episode,) = store.episodes()
    assert (episode.ended_by, episode.red_flag, episode.level) == ("red_flag", ("rf_dvt",), "urgent")


def test_unset_numbers_are_spoken_as_words(play_night: PlayNight):
    said = play_night((0, "cramp"), (20, "worse"), (28, "yes")).of("said")
    texts = [e["text"] for e in said if e["kind"] == "red_flag"]
    assert texts[0].endswith("Call your doctor's line now.")
    assert texts[1].endswith("Call an ambulance.")


def test_a_complaint_after_a_red_flag_gets_the_flag_again_and_no_stretch(play_night: PlayNight):
    events = play_night((0, "cramp"), (20, "worse"), (28, "yes"), (120, "cramp left"))
    after = [e for e in events.of("said") if e["t"] > 120]
    assert [e["kind"] for e in after] == ["red_flag", "red_flag"]


def test_no_sign_after_worse_means_rest_and_one_more_question(play_night: PlayNight):
    events = play_night((0, "cramp"), (20, "worse"), (28, "no"), (100, "better"))
    after = events.of("said")[events.lines().index("check.swollen") + 1 :]
    assert [e["line"] for e in after] == ["check.how", *BETTER]
    assert after[0]["t"] == pytest.approx(28 + 2 / 12 + 60, abs=0.1)


def test_three_rounds_without_relief_ask_for_the_signs(play_night: PlayNight):
    said = [(0, "cramp"), (62, "still_hurts"), (66, "no"), (125, "still_hurts"), (184, "still_hurts"), (191, "no")]
    events = play_night(*said, (197, "no"), (300, "better"))
    assert events.lines().count("hold.thirty") == 3
    signs = [line for line in events.lines() if line in ("check.swollen", "check.cold")]
    assert signs == ["check.swollen", "check.cold"]


def test_a_cold_foot_is_an_emergency_that_is_repeated_until_stop(play_night: PlayNight):
    said = [(0, "cramp"), (62, "still_hurts"), (66, "no"), (125, "still_hurts"), (184, "still_hurts"), (191, "no")]
    events = play_night(*said, (197, "yes"), (236, "stop"))
    main = [e["t"] for e in events.of("said") if e["line"] == "rf_limb_ischaemia.main"]
    assert [b - a for a, b in pairwise(main)] == pytest.approx([15, 15], abs=0.1)
    assert events.lines().count("control.cannot_phone") == 1
    assert max(main) < 236


def test_an_unanswered_emergency_slows_down_and_ends_after_half_an_hour(play_night: PlayNight):
    said = [(0, "cramp"), (62, "still_hurts"), (66, "no"), (125, "still_hurts"), (184, "still_hurts"), (191, "no")]
    events = play_night(*said, (197, "yes"))
    main = [e["t"] for e in events.of("said") if e["line"] == "rf_limb_ischaemia.main"]
    gaps = [round(b - a) for a, b in pairwise(main)]
    assert gaps[:8] == [15] * 8
    assert set(gaps[9:]) == {60}
    assert main[-1] - main[0] <= 1800 + 60


def test_silence_is_answered_once_asked_again_and_then_let_be(play_night: PlayNight, store: Store):
    events = play_night((0, "cramp"))
    asked = [e["t"] for e in events.of("said") if e["line"] == "check.how"]
    here = [e["t"] for e in events.of("said") if e["line"] == "control.still_here"]
    question_s = len("Easier, the same, or worse?") / 14
    assert here == [pytest.approx(asked[0] + question_s + 15, abs=0.1)]
    assert asked[1:] == [pytest.approx(asked[0] + question_s + 60, abs=0.1)]
    (episode,) = store.episodes()
    assert (episode.ended_by, episode.end_inferred, episode.no_response) == ("silence", True, True)


def test_a_person_who_fell_asleep_is_not_woken_at_ten_minutes(play_night: PlayNight):
    assert play_night((0, "cramp")).of("alert") == []


def test_a_cramp_that_still_hurts_after_ten_minutes_is_a_red_flag(play_night: PlayNight):
    events = play_night((0, "cramp"), *((62 + 60 * n, "still_hurts") for n in range(10)))
    alert = events.of("alert")[0]
    assert alert["red_flag"] == "rf_over_10_min"
    assert alert["t"] == pytest.approx(600, abs=2)
    after = [e["kind"] for e in events.of("said") if e["t"] > alert["t"]]
    assert set(after) == {"red_flag"}


def test_help_alerts_and_says_what_the_device_cannot_do(play_night: PlayNight):
    events = play_night((0, "cramp"), (20, "help"))
    alert = events.of("alert")[0]
    assert (alert["level"], alert["red_flag"]) == ("emergency", "help")
    after = [e["line"] for e in events.of("said") if e["t"] >= alert["t"]]
    assert after == ["control.cannot_phone"]


def test_help_needs_no_episode(play_night: PlayNight, store: Store):
    events = play_night((0, "help"))
    assert events.lines() == ["control.cannot_phone"]
    assert list(store.episodes()) == []
    assert [entry.kind for entry in store.journal()] == ["alert"]


def test_repeat_says_the_last_line_again_word_for_word(play_night: PlayNight):
    events = play_night((0, "cramp"), (62, "repeat"), (72, "stop"))
    assert events.lines()[-2:] == ["check.how", "check.how"]


def test_repeat_means_the_line_that_was_heard_and_not_the_one_that_waits(play_night: PlayNight):
    said = play_night((0, "cramp"), (2.6, "repeat"), (16, "stop")).lines()
    assert said[:4] == ["calf.first", "calf.first", "calf.knee_heel", "reassure.passes"]


def test_a_question_that_somebody_being_told_is_said_after_still_has_its_patience():
    asked, _ = step(State(), Doubted("rf_chest_breath", 0.6), 0.0, load_script())
    _, effects = step(asked, Spoken("control.told"), 2.0, load_script())
    assert SetTimer("answer", load_script().timing.answer_s) in effects


def test_repeat_in_a_hold_does_not_disturb_the_count(play_night: PlayNight):
    plain = play_night((0, "cramp"), (58, "stop")).of("said")
    again = play_night((0, "cramp"), (18, "repeat"), (58, "stop")).of("said")
    assert [e for e in plain if e["kind"] == "hold"] == [e for e in again if e["kind"] == "hold"]


def test_television_changes_nothing_and_the_line_is_said_again_after_a_short_quiet(play_night: PlayNight):
    events = play_night((0, "cramp"), (1, "the news at ten"), (30, "stop"))
    first = [e["t"] for e in events.of("said") if e["line"] == "calf.first"]
    ended = 1 + len("the news at ten") / 12
    assert events.of("interrupted")[0]["by"] == "voice"
    assert first[1:] == [pytest.approx(ended + 0.5, abs=0.01)]
    assert events.lines()[:5] == ["calf.first", *FIRST_ROUND]


def test_a_line_is_said_again_twice_at_most_and_the_stretch_goes_on(play_night: PlayNight):
    chatter = [(1 + 2.2 * n, "the news at ten") for n in range(3)]
    lines = play_night((0, "cramp"), *chatter, (30, "stop")).lines()
    assert lines[:4] == ["calf.first", "calf.first", "calf.first", "calf.knee_heel"]


def test_talk_that_never_means_us_cuts_two_lines_off_and_then_no_more(play_night: PlayNight):
    chatter = [(1.0 + 2.2 * n, "the news at ten") for n in range(20)]
    night = play_night((0, "cramp"), *chatter, (58, "stop"))
    assert len(night.of("interrupted")) == 2
    assert night.of("said")[2]["line"] == night.of("interrupted")[0]["line"]


def test_a_line_that_talk_no_longer_cuts_off_is_still_ended_by_stop(play_night: PlayNight):
    chatter = [(1.0 + 2.2 * n, "the news at ten") for n in range(4)]
    night = play_night((0, "cramp"), *chatter, (9.3, "stop"))
    assert [e["t"] for e in night.of("said")][-1] < 11
    assert night.of("episode_closed")[0]["ended_by"] == "stop"


def test_no_line_begins_while_somebody_speaks_and_a_mark_is_skipped(play_night: PlayNight):
    talk = "and now the weather for the whole of the country and the sea"
    events = play_night((0, "cramp"), (23, talk), (58, "stop"))
    spoken_to = (23, 23 + len(talk) / 12)
    assert not [e for e in events.of("said") if spoken_to[0] < e["t"] < spoken_to[1]]
    assert [line for line in events.lines() if line.startswith("hold.")] == ["hold.twenty", "hold.thirty"]


def test_talk_that_is_not_for_us_leaves_a_sleeping_room_silent(play_night: PlayNight, store: Store):
    events = play_night((0, "the news"), (10, "better"), (20, "yes"), (30, "stop"))
    assert events.lines() == []
    assert list(store.journal()) == []


@pytest.mark.parametrize("at", [1, 8, 20, 52, 57, 62, 80, 130])
def test_stop_silences_everything_at_once(play_night: PlayNight, store: Store, at: float):
    events = play_night((0, "cramp"), (at, "stop"))
    ended = at + 4 / 12
    assert not [e for e in events.of("said") if e["t"] > ended]
    assert events.of("episode_closed")[0]["ended_by"] == "stop"
    assert [e.ended_by for e in store.episodes()] == ["stop"]


def test_every_line_is_written_down_before_the_next_word_of_it(play_night: PlayNight):
    names = play_night((0, "cramp")).names()
    assert names.index("episode_opened") < names.index("said")


def test_two_nights_of_one_script_differ_only_in_their_ids(play_night: PlayNight):
    said = [(0, "cramp"), (5, "the news"), (20, "worse"), (30, "no"), (95, "still_hurts"), (140, "better")]
    one, two = play_night(*said), play_night(*said)
    assert [(e.t, e.event, e.fields) for e in one] == [(e.t, e.event, e.fields) for e in two]


def test_too_many_is_noted_with_the_episode_that_goes_on(play_night: PlayNight, store: Store):
    events = play_night((0, "cramp"), (20, "rf_more_frequent"), (80, "better"))
    assert events.of("fault") == []
    (episode,) = store.episodes()
    assert (episode.ended_by, episode.red_flag, episode.level) == ("better", ("rf_more_frequent",), "soon")


def test_restless_legs_are_logged_as_an_urge_to_move(play_night: PlayNight, store: Store):
    play_night((0, "rls both"), (20, "stop"))
    (episode,) = store.episodes()
    assert (episode.intent, episode.urge_to_move, episode.class_, episode.rls_score) == ("rls", "yes", "unclear", 4)


def test_a_wrong_site_is_corrected_in_the_log(play_night: PlayNight, store: Store):
    play_night((0, "cramp calf"), (6, "cramp shin"), (70, "better"))
    (episode,) = store.episodes()
    assert (episode.site, episode.stretch_site) == ("shin", "shin")


def test_an_alerts_answer_stands_in_the_journal_with_its_delay(play_night: PlayNight, store: Store):
    play_night((0, "rf_stroke"), (20, "yes"))
    raised, answered = (entry.payload for entry in store.journal() if entry.kind == "alert")
    assert (raised["state"], answered["state"], answered["by"]) == ("raised", "acknowledged", "person")
    assert answered["ack_s"] == pytest.approx(20, abs=0.5)


def test_louder_and_quieter_change_the_volume_and_hearing_and_a_partner_where_it_begins():
    volume = load_script().timing.volume
    wishes = [step(State(), Understood(intent), 0, load_script())[0].wish_db for intent in ("louder", "quieter")]
    assert wishes == [5, -5]
    assert [Profile.model_validate(told).volume_db(volume) for told in ({}, {"hearing": True}, {"partner": True})] == [
        0,
        10,
        -5,
    ]
