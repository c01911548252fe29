"""The benchmark of silence: every prompt to talk that is not for us counts, and how many there may be at most."""

from __future__ import annotations

import shutil
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from command_line import COMPLAINT, RECORDINGS, bedside_here, refusal
from rich.console import Console

from assistant.app import App
from assistant.bench_readers import LONGEST, passages_in, reader_of
from assistant.bench_talk import most_an_hour, run, show

if TYPE_CHECKING:
    from pathlib import Path

ORDER = RECORDINGS / "person_coffee.flac"
FORTUNES = """\
The cow jumped over the moon, and the little dog laughed to see such fun.
		-- A nursery rhyme
%
  /\\_/\\
 ( o.o ) >===<  ~~~~ |||| #### ++++ ==== ^^^^ ____ <<<< >>>>
%
short
%
"""


@pytest.mark.parametrize(
    ("prompts", "hours", "most"), [(0, 3.0, 0.9986), (0, 1.0, 2.9957), (1, 1.0, 4.7439), (5, 10.0, 1.0513)]
)
def test_the_bound_is_that_of_poissons_law(prompts: int, hours: float, most: float):
    assert most_an_hour(prompts, hours) == pytest.approx(most, abs=1e-3)


def test_each_false_prompt_is_listed_with_what_was_heard(tmp_path: Path):
    talk = tmp_path / "talk"
    talk.mkdir()
    shutil.copy(COMPLAINT, talk)
    shutil.copy(ORDER, talk)
    result = run(App(str(tmp_path)), None, sound=(talk,))
    [prompt] = result["prompts"]
    assert (prompt["intent"], "calf" in prompt["heard"]) == ("cramp", True)
    printed = StringIO()
    show(result, Console(file=printed, width=200))
    assert "my left calf is cramping" in printed.getvalue()
    assert "95% confidence" in printed.getvalue()


def test_a_text_is_read_in_passages_and_drawings_are_left_out(tmp_path: Path):
    text = tmp_path / "fortunes"
    text.write_text(FORTUNES + "One more sentence of some length, again. " * 40, encoding="utf-8")
    passages = list(passages_in(text))
    assert passages[0].startswith("The cow jumped over the moon")
    assert all(len(passage) <= LONGEST for passage in passages)
    assert len(passages) > 3
    assert not any("o.o" in passage or passage == "short" for passage in passages)


def test_a_voice_of_this_machine_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "flite"
    program.write_text(f'#!/bin/sh\n[ "$2" = slt ] && cp "{COMPLAINT}" "$6"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert len(reader_of("flite:slt").read("anything")) > 0
    text = tmp_path / "text"
    text.write_text("The cow jumped over the moon, and the little dog laughed.", encoding="utf-8")
    asked = ("bench", "talk", "--text", text, "--data", tmp_path, "--voices")
    assert "with the voice rms" in refusal(bedside_here(*asked, "flite:rms"), 2)
    assert "There is no voice hal" in refusal(bedside_here(*asked, "hal"), 2)


def test_nothing_to_hear_is_told_in_one_line(tmp_path: Path):
    assert "nothing to hear" in refusal(bedside_here("bench", "talk", "--data", tmp_path), 2)
    gone = tmp_path / "gone"
    assert "cannot be read" in refusal(bedside_here("bench", "talk", "--text", gone, "--data", tmp_path), 2)
    assert "holds no WAV" in refusal(bedside_here("bench", "talk", "--sound", gone, "--data", tmp_path), 2)
