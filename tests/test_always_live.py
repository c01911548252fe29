"""Words that count in every state: stop, wait, worse, help, and each red flag."""

from __future__ import annotations

import pytest
from night_tables import play

from assistant.dialog.script import load_script

SCRIPT = load_script()
CHECK = 62.0
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
}
SORES = {"foot_sores": True}


def said_after(state: str, words: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """What is said and what is alerted once those words are understood in that state."""
    says = {at: text or words for at, text in STATES[state].items()}
    at = max(says)
    understood = at + len(words) / 12
    events = play(says, SORES)
    lines = [e for e in events.of("said") if float(str(e["t"])) >= round(understood, 2) - 0.005]
    return lines, events.of("alert")


@pytest.mark.parametrize("state", STATES)
def test_stop_silences(state: str):
    assert said_after(state, "stop")[0] == []


@pytest.mark.parametrize("state", STATES)
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


@pytest.mark.parametrize("flag", [name for name, flag in SCRIPT.red_flags.items() if not flag.goes_on])
@pytest.mark.parametrize("state", STATES)
def test_a_red_flag_is_the_next_thing_said_and_no_stretch_follows(state: str, flag: str):
    lines, alerts = said_after(state, flag)
    assert lines[0]["line"] == SCRIPT.red_flags[flag].lines[0]
    assert flag in {alert["red_flag"] for alert in alerts}
    assert {line["kind"] for line in lines} <= {"red_flag", "control", "check"}
