"""A family teaches its own words, and nothing else comes to be misunderstood by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import bedside_here, refusal

from assistant.app import App
from assistant.own_words import OwnWordsError, own_words_file, pack_of, taught, teach, undo
from intents.own_words import OwnWords, written
from intents.pack import load
from intents.understanding import Understanding

if TYPE_CHECKING:
    from pathlib import Path

    from intents import Match

GREMLIN = "the gremlin has got me"
PACK = load()


@pytest.fixture(autouse=True)
def _one_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack read once for all of these tests: that takes longer than all they do."""
    monkeypatch.setattr("intents.pack.load", lambda: PACK)


def understood(data: Path, text: str, *, idle: bool = True) -> Match:
    return Understanding(pack_of(data)).understand([(text, 0.0)], idle=idle)


def test_taught_words_are_understood_inside_longer_talk_with_side_and_site(tmp_path: Path):
    assert understood(tmp_path, GREMLIN).intent is None
    teach(tmp_path, GREMLIN, "cramp")
    match = understood(tmp_path, "oh, the gremlin's got me again in my left calf")
    assert (match.intent, match.slots["site"], match.slots["side"]) == ("cramp", "calf", "left")
    meaning = App(str(tmp_path)).understanding()
    for talk in ("has the gremlin got you", "my brother says the gremlin has got him"):
        assert meaning.understand([(talk, 0.0)], idle=True).intent is None


def test_what_was_taught_is_listed_and_taken_back(tmp_path: Path):
    known = [OwnWords(GREMLIN, "cramp"), OwnWords("uncle", "stop"), OwnWords("the goblin is back", "cramp")]
    own_words_file(tmp_path).write_text(written(known), encoding="utf-8")
    assert taught(tmp_path) == known
    assert undo(tmp_path) == known[2]
    assert undo(tmp_path, GREMLIN) == known[0]
    assert undo(tmp_path) == known[1]
    with pytest.raises(OwnWordsError, match="Nothing was taught"):
        undo(tmp_path)


@pytest.mark.parametrize(
    ("words", "intent", "why"),
    [
        ("my calf is cramping", "cramp", "already"),
        ("please stop", "better", "mean stop already"),
        ("water", "cramp", "one word"),
        ("here we go again", "cramp", "everyday words"),
        ("my leg won't move", "cramp", "emergency"),
        ("the bins go out", "cramp", "would then be taken for cramp"),
    ],
)
def test_words_that_would_be_misunderstood_are_not_taught(tmp_path: Path, words: str, intent: str, why: str):
    with pytest.raises(OwnWordsError, match=why):
        teach(tmp_path, words, intent)
    assert taught(tmp_path) == []


def test_a_file_that_somebody_broke_is_passed_over_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    own_words_file(tmp_path).write_text("intents: [cramp", encoding="utf-8")
    assert understood(tmp_path, "my calf is cramping").intent == "cramp"
    assert "own_words.yaml" in capsys.readouterr().err
    assert "cannot be read" in refusal(bedside_here("teach", "--list", "--data", tmp_path), 1)


def test_words_for_a_meaning_that_is_gone_are_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    own_words_file(tmp_path).write_text(written([OwnWords(GREMLIN, "krampf")]), encoding="utf-8")
    assert understood(tmp_path, "my calf is cramping").intent == "cramp"
    assert "means krampf, which does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((), "Give the words"),
        ((GREMLIN,), "Give the words"),
        ((GREMLIN, "kramp"), "Did you mean cramp?"),
        (("(a|b) c", "cramp"), "plain words"),
        (("", "cramp"), "no words"),
        (("ha " * 50, "cramp"), "letters long"),
        (("--undo", "uncle", "stop"), "--undo takes"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(tmp_path: Path, asked: tuple[str, ...], why: str):
    assert why in refusal(bedside_here("teach", "--data", tmp_path, *asked), 2)


def test_the_command_tells_what_it_did_and_how_to_take_it_back(tmp_path: Path):
    told = bedside_here("teach", "--data", tmp_path, "uncle", "stop")
    assert told.returncode == 0, told.stderr
    assert "“uncle” means stop" in told.stdout
    assert "--undo" in told.stdout
    assert bedside_here("teach", "--data", tmp_path, "--list").stdout == "“uncle” means stop\n"
    assert bedside_here("teach", "--data", tmp_path, "--undo").stdout == "Taken back: “uncle” means stop\n"
