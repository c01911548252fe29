"""The reviewed data of the dialog is whole, and says what is wrong where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.dialog.script import PACK, load_script
from assistant.errors import ScriptError

NIGHT_WORDS = 14


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the bedside pack that may be spoiled."""
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def test_no_line_of_the_night_is_longer_than_fourteen_words():
    lines = load_script().lines
    long = [name for name, line in lines.items() if line.kind != "red_flag" and len(line.say.split()) > NIGHT_WORDS]
    assert long == []


def test_every_line_is_said_somewhere():
    script = load_script()
    assert set(script.lines) - {line for line, _ in script.named_lines()} == set()


def test_every_line_names_its_source_and_none_claims_a_review_that_did_not_happen():
    assert all(line.source for line in load_script().lines.values())
    assert [name for name, line in load_script().lines.items() if line.reviewer is not None] == []


def test_a_hold_has_its_marks_at_ten_twenty_and_thirty():
    calf = load_script().stretches["calf"]
    assert (list(calf.marks), calf.rounds, calf.rest_s) == ([10, 20, 30], 3, 10)


def test_a_line_that_does_not_exist_is_named_with_its_place(pack: Path):
    stretches = pack / "dialog" / "stretches.yaml"
    stretches.write_text(stretches.read_text().replace("calf.hold]", "calf.hodl]"))
    with pytest.raises(ScriptError, match=r"names the line calf\.hodl"):
        load_script(pack)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("questions", "check.cold:  ", "check.kold:  ", r"signs asks check\.cold, which questions has not"),
        ("questions", "if_yes: flag rf_dvt", "if_yes: flag rf_dvd", r"leads to flag rf_dvd, which is nothing"),
        ("questions", "if_yes: helper", "if_yes: halper", r"leads to halper, which is nothing"),
        ("red_flags", "if_yes: flag rf_stroke", "if_yes: flag stroke", r"leads to flag stroke"),
        ("profile", "when: fistula", "when: fistel", r"the profile has no switch fistel"),
        ("profile", "sites: [glute], forbid", "sites: [bottom], forbid", r"there is no site bottom"),
        ("profile", "drop: [hamstring.lift]", "drop: [quad.roll]", r"the line quad\.roll is not said for hamstring"),
    ],
)
def test_an_answer_or_a_rule_that_leads_nowhere_is_refused(pack: Path, file: str, old: str, new: str, told: str):
    change(pack / "dialog" / f"{file}.yaml", old, new)
    with pytest.raises(ScriptError, match=told):
        load_script(pack)


def test_every_wrong_key_is_named_at_once(pack: Path):
    timing = pack / "dialog" / "timing.yaml"
    timing.write_text(timing.read_text().replace("answer_s: 8", "answer_s: -8").replace("pause_s: 0.8", "pose_s: 0.8"))
    with pytest.raises(ScriptError, match=r"timing\.answer_s.*") as caught:
        load_script(pack)
    assert "timing.pause_s" in str(caught.value)
    assert "timing.pose_s" in str(caught.value)


def test_a_missing_file_is_named(pack: Path):
    (pack / "dialog" / "timing.yaml").unlink()
    with pytest.raises(ScriptError, match=r"timing\.yaml"):
        load_script(pack)
