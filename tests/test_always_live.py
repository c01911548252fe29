"""Words that count in every state: stop, wait, worse, help, and each red flag."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from night_tables import BEGINS, play, prepared

from assistant.dialog.script import load_script
from assistant.dialog.state import Phase

SCRIPT = load_script()
CHECK = 62.0
DAY = "by day, "
"""States that only the day has begin so."""
AT_NOON = BEGINS + timedelta(hours=9)
STATES: dict[str, dict[float, str]] = {
    "a step is being said": {0: "cramp", 4: ""},
    "a step is awaited": {0: "cramp", 3: ""},
    "the hold is on": {0: "cramp", 33: ""},
    "a mark is being said": {0: "cramp", 23.2: ""},
    "the muscle rests": {0: "cramp", 55: ""},
    "asked how it is": {0: "cramp", CHECK: ""},
    "nobody answered": {0: "cramp", 90: ""},
    "asked for a helper": {0: "cramp", CHECK: "still_hurts", 66: ""},
    "asked for a sign": {0: "cramp", 20: "worse", 28: ""},
    "asked for the site": {0: "cramp leg", 7: ""},
    "asked before the stretch": {0: "cramp neck", 5: ""},
    "a stretch is forbidden": {0: "cramp toes", 20: ""},
    "paused": {0: "cramp", 6: "pause", 12: ""},
    "resting legs": {0: "rls", 20: ""},
    "numb": {0: "numbness", 20: ""},
    "a red flag in doubt": {0: "cramp", 20: "perhaps rf_stroke 0.6", 25: ""},
    "the stretch is another person's": {0: "cramp subject=husband", 12: ""},
    "told that we are well": {0: "cramp", CHECK: "listening", 65: ""},
}
AT_REST: dict[str, dict[float, str]] = {
    "nothing is going on": {0: ""},
    "just after an episode": {0: "cramp", 20: "stop", 30: ""},
    "a red flag in doubt, nothing going on": {0: "perhaps rf_stroke 0.6", 5: ""},
    "asked whether to practise": {0: "practise", 5: ""},
    "asked in the morning": {0: "cramp", 20: "stop", 14_400: "time", 14_404: ""},
    DAY + "asked whether they hear us": {0: "practise", 7: ""},
    DAY + "asked to tell what hurts": {0: "practise", 6: "yes", 12: ""},
    DAY + "a rehearsed step": {0: "practise", 6: "yes", 12: "cramp", 18: ""},
    DAY + "a rehearsed hold": {0: "practise", 6: "yes", 12: "cramp", 45: ""},
    DAY + "asked how it is in the rehearsal": {0: "practise", 6: "yes", 12: "cramp", 76: ""},
}
"""Where no episode is open."""
ALARMS: dict[str, dict[float, str]] = {
    "an emergency is said": {0: "cramp", 10: "rf_chest_breath", 14: ""},
    "an emergency is repeated": {0: "rf_chest_breath", 200: ""},
    "an urgent flag is said": {0: "cramp", 10: "rf_dvt", 13: ""},
    "an urgent flag may be answered": {0: "rf_dvt", 40: ""},
    "asked after a flag": {0: "rf_over_10_min", 16: ""},
    "help was called": {0: "help", 10: ""},
}
"""Where a flag stands or help was called."""
ALL = STATES | AT_REST | ALARMS
SORES = {"foot_sores": True}


def phase_in(state: str) -> Phase:
    """The phase in which that state finds the conversation."""
    says = {at: text for at, text in ALL[state].items() if text}
    bedside, night, scene, _ = prepared(says, SORES, begins_of(state))
    for item in scene.items:
        night._run_until(item.at)
        night._type(item.say or "")
    night._run_until(max(ALL[state]))
    return bedside.state.phase


def begins_of(state: str) -> datetime:
    return AT_NOON if state.startswith(DAY) else BEGINS


def said_after(state: str, words: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """What is said and what is alerted once those words are understood in that state."""
    says = {at: text or words for at, text in ALL[state].items()}
    at = max(says)
    understood = at + len(words) / 12
    events = play(says, SORES, begins_of(state))
    lines = [e for e in events.of("said") if float(str(e["t"])) >= round(understood, 2) - 0.005]
    return lines, events.of("alert")


@pytest.mark.parametrize("state", ALL)
def test_stop_silences(state: str):
    assert said_after(state, "stop")[0] == []


@pytest.mark.parametrize("state", ALL)
def test_help_alerts_and_ends_the_stretch(state: str):
    lines, alerts = said_after(state, "help")
    assert lines[0]["line"] == "control.cannot_phone"
    assert ("emergency", "help") in {(a["level"], a["red_flag"]) for a in alerts}
    assert {line["kind"] for line in lines} & {"step", "hold"} == set()


@pytest.mark.parametrize("state", STATES)
def test_wait_ends_the_line_and_the_count(state: str):
    lines, _ = said_after(state, "pause")
    assert lines[0]["line"] == "control.paused"
    assert {line["kind"] for line in lines} & {"step", "hold"} == set()


@pytest.mark.parametrize("state", STATES)
def test_worse_lets_go_and_looks_for_something_graver(state: str):
    lines, _ = said_after(state, "worse")
    assert lines[0]["line"] == "control.let_go"
    assert lines[1]["kind"] == "check"
    assert {line["kind"] for line in lines} & {"step", "hold"} == set()


REHEARSED = [state for state in AT_REST if "rehears" in state]


@pytest.mark.parametrize("state", REHEARSED)
def test_worse_and_wait_work_in_a_rehearsal(state: str):
    for words, line in (("worse", "control.let_go"), ("pause", "control.paused")):
        lines, _ = said_after(state, words)
        assert lines[0]["line"] == line
        assert {told["kind"] for told in lines} & {"step", "hold"} == set()


@pytest.mark.parametrize("words", ["pause", "worse"])
@pytest.mark.parametrize("state", [state for state in AT_REST | ALARMS if state not in REHEARSED])
def test_without_an_episode_wait_and_worse_begin_nothing(state: str, words: str):
    lines, _ = said_after(state, words)
    assert {line["kind"] for line in lines} & {"step", "hold"} == set()


@pytest.mark.parametrize("flag", [name for name, flag in SCRIPT.red_flags.items() if not flag.goes_on])
@pytest.mark.parametrize("state", ALARMS)
def test_a_second_red_flag_is_alerted_and_the_graver_one_is_said(state: str, flag: str):
    lines, alerts = said_after(state, flag)
    assert lines[0]["kind"] in ("red_flag", "control")
    assert {line["kind"] for line in lines} <= {"red_flag", "control", "check"}
    assert flag in {alert["red_flag"] for alert in alerts}


def test_the_states_are_all_that_there_are():
    phases = {state: phase_in(state) for state in ALL}
    assert set(phases.values()) == set(Phase)


@pytest.mark.parametrize("flag", [name for name, flag in SCRIPT.red_flags.items() if not flag.goes_on])
@pytest.mark.parametrize("state", STATES | AT_REST)
def test_a_red_flag_is_the_next_thing_said_and_no_stretch_follows(state: str, flag: str):
    lines, alerts = said_after(state, flag)
    assert lines[0]["line"] == SCRIPT.red_flags[flag].lines[0]
    assert flag in {alert["red_flag"] for alert in alerts}
    assert {line["kind"] for line in lines} <= {"red_flag", "control", "check"}
