"""Two people, one bed: an episode may be the other one's, of whom nobody has told anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from live_fakes import Room
from night_tables import play

from assistant.dialog.effects import GiveEpisode, Say
from assistant.dialog.events import Understood
from assistant.dialog.machine import step
from assistant.dialog.profile import Profile, suited
from assistant.dialog.script import load_script
from assistant.dialog.state import State
from assistant.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.store import Store

SCRIPT = load_script()
TOLD = {name: False for name in Profile.model_fields if name not in ("name", "helper", "pregnancy_weeks", "emergency")}
KNOWN = Profile.model_validate({name: value for name, value in TOLD.items() if name != "urgent_line"})


def test_the_episode_is_that_of_the_other_person(store: Store):
    room = Room(store)
    with room.night():
        room.microphone.speak("cramp", "for_other subject=husband", "stop")
        room.wait_for("episode_closed")
        room.microphone.speak("cramp", "stop")
        room.wait_for("episode_closed", 2)
    his, own = store.episodes()
    assert his.person_id != own.person_id
    assert his.helper_present is True


def test_a_person_gets_one_row_however_often_named(store: Store):
    room = Room(store)
    with room.night():
        for count in (1, 2):
            room.microphone.speak("cramp", "for_other subject=wife", "stop")
            room.wait_for("episode_closed", count)
    assert len({episode.person_id for episode in store.episodes()}) == 1


@pytest.mark.parametrize("site", SCRIPT.stretches)
def test_every_site_gets_the_careful_version(site: str):
    state, _ = step(State(profile=KNOWN), Understood("cramp", {"site": site}), 0, SCRIPT)
    state, effects = step(state, Understood("for_other", {"subject": "husband"}), 1, SCRIPT)
    assert GiveEpisode("husband") in effects
    assert state.sleeper == Profile()
    careful = suited(SCRIPT, site, Profile()).stretch
    assert {effect.line for effect in effects if isinstance(effect, Say)} <= {*careful.lines}


def test_what_is_told_of_the_other_one_changes_the_others_stretch_and_not_ones_own():
    fracture = Profile.model_validate({"recent_fracture": "yes"})
    begins = State(profile=KNOWN, other=fracture)
    state, _ = step(begins, Understood("cramp", {"site": "calf", "subject": "husband"}), 0, SCRIPT)
    _, effects = step(begins, Understood("cramp", {"site": "calf", "subject": "husband"}), 0, SCRIPT)
    assert [effect.line for effect in effects if isinstance(effect, Say)] == ["forbid.fracture"]
    state, _ = step(state, Understood("stop"), 5, SCRIPT)
    state, effects = step(state, Understood("cramp", {"site": "calf"}), 9, SCRIPT)
    assert [effect.line for effect in effects if isinstance(effect, Say)] == ["calf.first"]
    assert state.other == fracture


def test_the_settings_know_the_other_one(tmp_path: Path):
    (tmp_path / "bedside.toml").write_text('[other]\nrecent_fracture = "yes"\n', encoding="utf-8")
    settings = load_settings(tmp_path, {}).settings
    assert (settings.other.profile.has("recent_fracture"), settings.person.profile.has("recent_fracture")) == (
        True,
        None,
    )


def test_after_it_the_profile_is_that_of_the_person_who_sleeps_here():
    state, _ = step(State(profile=KNOWN), Understood("cramp", {"site": "calf", "subject": "wife"}), 0, SCRIPT)
    state, _ = step(state, Understood("stop"), 5, SCRIPT)
    assert (state.sleeper, state.tonight, state.last) == (KNOWN, 0, None)


def test_said_afterwards_it_changes_whose_the_last_episode_was():
    state, _ = step(State(), Understood("cramp", {"site": "calf"}), 0, SCRIPT)
    state, _ = step(state, Understood("stop"), 5, SCRIPT)
    state, effects = step(state, Understood("for_other", {"subject": "husband"}), 60, SCRIPT)
    assert effects == (GiveEpisode("husband"),)
    assert (state.tonight, state.last) == (0, None)


def test_numbers_to_call_stay_those_of_the_house():
    events = play({0: "cramp calf subject=husband", 10: "rf_dvt"}, {"urgent_line": "one one one"})
    assert "one one one" in str(next(e["text"] for e in events.of("said") if e["line"] == "rf_dvt.main"))
