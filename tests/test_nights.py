"""Whole nights, word for word: each site, flag, profile switch, command and silence."""

from __future__ import annotations

import pytest
from night_tables import IN_WORDS, TableNight, load_nights, outcome, play

from assistant.dialog.script import load_script
from intents import Understanding

NIGHTS = list(load_nights())
COMPLAINT = {0.0: "my calf is cramping"}
MOST_WORDS = 14
SCRIPT = load_script()


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.name)
def test_a_night_goes_line_by_line_as_its_table_says(night: TableNight):
    came = outcome(play(night.says, night.profile))
    assert came == {"said": night.said, "alerts": night.alerts, "closed": night.closed}


@pytest.fixture(scope="module")
def bedside() -> Understanding:
    return Understanding.load()


@pytest.mark.parametrize("night", list(load_nights(IN_WORDS)), ids=lambda night: night.name)
def test_a_night_in_a_persons_own_words_goes_line_by_line_as_well(night: TableNight, bedside: Understanding):
    came = outcome(play(night.says, night.profile, understanding=bedside))
    assert came == {"said": night.said, "alerts": night.alerts, "closed": night.closed}


def test_slower_is_a_slower_pace_and_no_pause(bedside: Understanding):
    usual, slow = (play(says, {}, understanding=bedside) for says in (COMPLAINT, {**COMPLAINT, 1.8: "slow down"}))
    times = [{e["line"]: e["t"] for e in events.of("said")} for events in (usual, slow)]
    paces = [said["reassure.passes"] - said["calf.knee_heel"] for said in times]
    assert paces[1] > 1.3 * paces[0]
    assert "control.paused" not in slow.lines()


def test_the_tables_hold_each_site_and_each_red_flag():
    words = " ".join(word for night in NIGHTS for word in night.says.values())
    assert [site for site in SCRIPT.stretches if f"cramp {site}" not in words] == []
    assert [flag for flag in SCRIPT.red_flags if flag not in words] == []
    assert len(NIGHTS) > 60


def test_every_night_says_reviewed_lines_only_and_ends_what_it_opened():
    for night in NIGHTS:
        events = play(night.says, night.profile)
        assert all(e["line"] in SCRIPT.lines for e in events.of("said"))
        assert events.names().count("episode_opened") == events.names().count("episode_closed"), night.name


def test_the_time_and_the_count_are_said_in_words():
    events = play({0: "time", 20: "cramp", 40: "stop", 100: "cramp", 120: "stop", 200: "how_many_tonight"}, {})
    texts = [e["text"] for e in events.of("said")]
    assert texts[0] == "It's ten past three."
    assert texts[-1] == "That's your second tonight."
