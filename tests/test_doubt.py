"""A red flag that was not heard clearly is asked about, also where it stands behind a surer complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.dialog.script import load_script
from assistant.doubt import doubt_of
from intents import Match

if TYPE_CHECKING:
    from conftest import PlayNight

SCRIPT = load_script()
ASK_FROM = SCRIPT.timing.doubt.ask_from
CRAMP = {"site": "abdomen", "side": "unknown", "who": "self"}


def heard(intent: str | None, best: str, score: float, runner_up: tuple[str, float] | None = None) -> Match:
    slots = CRAMP if intent == "cramp" else {}
    return Match("words", intent, score, slots, best, runner_up)


def test_a_flag_behind_a_cramp_is_asked_about_before_any_stretch():
    doubt = doubt_of(heard("cramp", "cramp", 0.85, ("rf_pregnancy", ASK_FROM + 0.01)), SCRIPT)
    assert doubt is not None
    assert doubt.red_flag == "rf_pregnancy"


@pytest.mark.parametrize(
    "match",
    [
        heard("cramp", "cramp", 0.9, ("rf_pregnancy", ASK_FROM - 0.01)),
        heard("cramp", "cramp", 0.9, ("rls", 0.6)),
        heard("cramp", "cramp", 0.9),
        heard("stop", "stop", 0.9, ("rf_stroke", 0.6)),
        heard("rf_dvt", "rf_dvt", 0.9, ("rf_stroke", 0.6)),
        heard(None, "rf_stroke", ASK_FROM - 0.01),
        heard(None, "cramp", 0.6, ("rf_stroke", 0.55)),
    ],
)
def test_nothing_else_is_held_up_by_a_doubt(match: Match):
    assert doubt_of(match, SCRIPT) is None


def test_a_cramp_with_a_flag_behind_it_gets_the_question_and_no_stretch(play_night: PlayNight):
    said = play_night((1.0, "cramp behind=rf_pregnancy")).of("said")
    assert said[0]["line"] == SCRIPT.red_flags["rf_pregnancy"].confirm
    assert [line for line in said if line["kind"] in ("step", "hold")] == []


def test_the_question_answered_with_yes_raises_the_flag(play_night: PlayNight):
    events = play_night((1.0, "cramp behind=rf_pregnancy"), (8.0, "yes"))
    assert events.of("alert")[0]["red_flag"] == "rf_pregnancy"
