"""Every switch of the profile, crossed with every site; and what nobody has told yet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from night_tables import play
from pydantic import ValidationError

from assistant.dialog.profile import SWITCHES, Profile, suited
from assistant.dialog.script import load_script
from assistant.errors import ScriptError
from assistant.scene import Scene, load_scene
from assistant.settings import PersonSettings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = load_script()
SITES = list(SCRIPT.stretches)
NOTHING = dict.fromkeys(
    (name for name in SWITCHES if name in Profile.model_fields and name not in ("standing", "pregnancy")), False
)
HEALTHY = Profile.model_validate({**NOTHING, "pregnancy": False})

# What clinical guidance takes away: switch, site -> lines that must not be said.
TAKEN = {
    ("hip_replacement", "hamstring"): {"hamstring.lift", "hamstring.helper"},
    ("hip_replacement", "quad"): {"quad.roll", "quad.ankle", "quad.helper"},
    ("hip_replacement", "adductor"): {"adductor.outward", "adductor.pillow", "adductor.helper"},
    ("hip_replacement", "back"): {"back.knee_up"},
    ("knee_replacement", "quad"): {"quad.roll", "quad.ankle", "quad.helper"},
    ("sore_knee", "quad"): {"quad.roll", "quad.ankle", "quad.helper"},
    ("back_pain", "hamstring"): {"hamstring.lift", "hamstring.helper"},
    ("thin_bones", "back"): {"back.rock"},
    ("blood_thinners", "calf"): {"calf.rest"},
    ("numb_feet", "foot_arch"): {"foot_arch.reach"},
    ("numb_feet", "toes"): {"toes.hold_them"},
    ("foot_sores", "foot_arch"): {"foot_arch.reach", "foot_arch.bed_end"},
    ("late_pregnancy", "glute"): {"glute.bend"},
    ("late_pregnancy", "back"): {"back.knees", "back.rock", "back.knee_up"},
}
FORBIDDEN = {
    ("hip_replacement", "glute"): "glute.position",
    ("foot_sores", "toes"): "toes.leave",
    ("pregnancy", "shin"): "shin.no_pointing",
    ("late_pregnancy", "shin"): "shin.no_pointing",
    ("fistula", "forearm"): "forearm.leave",
    ("fistula", "hand"): "forearm.leave",
    **{("recent_fracture", site): "forbid.fracture" for site in SITES},
}
CAREFUL = {switch for rule in SCRIPT.rules if rule.careful for switch in [rule.when]}


def person(switch: str) -> Profile:
    """Somebody of whom everything is known, and only this is so."""
    if switch == "late_pregnancy":
        return HEALTHY.model_copy(update={"pregnancy": "late"})
    return HEALTHY.model_copy(update={switch: "early" if switch == "pregnancy" else True})


def steps(site: str, profile: Profile) -> set[str]:
    """Every line of a stretch that is a part of it, whoever moves the leg."""
    found = suited(SCRIPT, site, profile)
    if found.forbidden:
        return set()
    s = found.stretch
    return {*s.first_round, *s.next_rounds, *s.with_helper, *s.standing, *((s.rest_line,) if s.rest_line else ())}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("switch", SWITCHES)
def test_a_switch_changes_what_it_must_and_nothing_else(switch: str, site: str):
    found, plain = suited(SCRIPT, site, person(switch)), steps(site, HEALTHY)
    if (switch, site) in FORBIDDEN:
        assert found.forbidden
        assert FORBIDDEN[switch, site] in found.stretch.instead
    elif (switch, site) in {("pregnancy", "abdomen"), ("late_pregnancy", "abdomen")}:
        assert found.flag == "rf_pregnancy"
    else:
        assert plain - steps(site, person(switch)) >= TAKEN.get((switch, site), set())
        unchanged = (switch, site) not in TAKEN and not {"prep.side", "foot.careful"} & steps(site, person(switch))
        expected = plain - {"calf.rest"} if switch == "blood_thinners" else plain
        assert not unchanged or expected <= steps(site, person(switch))


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("switch", sorted(CAREFUL))
def test_what_nobody_has_told_is_treated_with_care(switch: str, site: str):
    unknown = HEALTHY.model_copy(update={switch: None})
    assert steps(site, unknown) & TAKEN.get((switch, site), set()) == set()


@pytest.mark.parametrize("site", SITES)
def test_whatever_is_taken_away_something_is_left_to_say(site: str):
    everything = Profile.model_validate({**dict.fromkeys(NOTHING, True), "pregnancy": "late", "recent_fracture": False})
    for profile in (everything, HEALTHY, Profile()):
        found = suited(SCRIPT, site, profile)
        assert found.flag or (found.stretch.instead if found.forbidden else found.stretch.next_rounds)
        assert found.forbidden or found.stretch.marks


@pytest.mark.parametrize("site", SITES)
def test_a_fracture_is_never_stretched_whatever_is_answered(site: str):
    for answer in ("no", "yes"):
        says = {0: f"cramp {site}", 8: answer, 20: answer, 90: "still_hurts", 100: answer, 110: answer, 120: answer}
        events = play(says, {"recent_fracture": True})
        assert {e["kind"] for e in events.of("said")} & {"hold"} == set()
        assert [e["line"] for e in events.of("said") if e["kind"] == "step"] in ([], ["leg.safe"])


def test_a_new_hip_that_nobody_has_told_of_is_asked_about():
    assert suited(SCRIPT, "glute", Profile()).stretch.asks_first[0] == "ask.new_hip"
    assert "ask.new_hip" not in suited(SCRIPT, "glute", HEALTHY).stretch.asks_first


@pytest.mark.parametrize(
    ("told", "late", "pregnant"),
    [
        ({}, None, None),
        ({"pregnancy": False}, False, False),
        ({"pregnancy": True}, True, True),
        ({"pregnancy": "early"}, False, True),
        ({"pregnancy": "after"}, False, False),
        ({"pregnancy_weeks": 12}, False, True),
        ({"pregnancy_weeks": 34}, True, True),
        ({"pregnancy": "yes", "pregnancy_weeks": 12}, False, True),
    ],
)
def test_the_stage_of_a_pregnancy_is_known_or_taken_with_care(told: dict[str, object], late: object, pregnant: object):
    profile = Profile.model_validate(told)
    assert (profile.has("late_pregnancy"), profile.has("pregnancy")) == (late, pregnant)


def test_switches_are_told_as_yes_and_no_or_true_and_false_and_as_nothing_else():
    assert Profile.model_validate({"hip_replacement": "yes"}) == Profile(hip_replacement=True)
    assert Profile.model_validate({"hip_replacement": "unknown"}) == Profile()
    with pytest.raises(ValidationError):
        Profile.model_validate({"hip_replacement": 3})


def test_the_familys_numbers_are_spoken():
    events = play({0: "rf_stroke", 10: "stop"}, {"emergency": "nine nine nine"})
    assert "Call nine nine nine, even if it passes." in str(events.of("said")[0]["text"])


@pytest.mark.parametrize("site", SITES)
def test_standing_is_said_only_where_the_family_allowed_it(site: str):
    standing = {"prep.stand", "rls.walk", *(line for s in SCRIPT.stretches.values() for line in s.standing[:1])}
    says = {0: f"cramp {site}", 8: "no", 16: "no", 100: "still_hurts", 110: "no", 190: "still_hurts"}
    says |= {400: "stop", 500: "rls", 700: "stop"}
    known = HEALTHY.model_dump()
    assert set(play(says, known).lines()) & standing == set()
    assert "rls.walk" in play(says, known | {"standing": True}).lines()


def scene_of(folder: Path, opening: str) -> Scene:
    script = folder / "night.yaml"
    script.write_text(f"- {opening}\n- {{at: 0, say: cramp}}\n", encoding="utf-8")
    return load_scene(script)


def test_a_nights_script_tells_who_sleeps_here_in_the_familys_words(tmp_path: Path):
    told = "{profile: {hip: left, pregnant: no, standing_allowed: true, numbers: {emergency: nine nine nine}}}"
    expected = Profile(hip_replacement=True, pregnancy=False, standing=True, emergency="nine nine nine")
    assert scene_of(tmp_path, told).profile == expected
    assert scene_of(tmp_path, "{clock: '2026-01-15T03:12:00'}").profile is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("{hipreplacement: true}", "there is no key hipreplacement. Did you mean hip_replacement?"),
        ("{hip_replacement: perhaps}", "profile: hip_replacement: Input should be a valid boolean. Correct it."),
        ("{pregnancy_weeks: 90}", "pregnancy_weeks: Input should be less than or equal to 45. Correct it."),
    ],
)
def test_a_profile_that_is_not_understood_is_refused_by_name(tmp_path: Path, told: str, message: str):
    with pytest.raises(ScriptError, match=re.escape(message)):
        scene_of(tmp_path, f"{{profile: {told}}}")


def test_the_settings_tell_the_same_switches(tmp_path: Path):
    (tmp_path / "bedside.toml").write_text('[person]\nhip_replacement = "yes"\npregnancy = "late"\n', encoding="utf-8")
    profile = load_settings(tmp_path, {}).settings.person.profile
    assert (profile.has("hip_replacement"), profile.has("late_pregnancy"), profile.has("fistula")) == (True, True, None)
    switches = {name for name in SWITCHES if name != "late_pregnancy"}
    assert set(PersonSettings.model_fields) == switches | {"wake_hour", "bed_hour"}
