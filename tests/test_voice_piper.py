"""The natural voice's program: one that behaves, hangs, dies, and lies; the real one is proven in test_voices.py."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio.errors import VoiceError
from audio.loudness import TARGET_DBFS, lead_s, speech_dbfs
from audio.prompt_cache import PromptCache
from audio.voice_best import BestVoice
from audio.voice_piper import PiperVoice

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROGRAM = """
import argparse, os, sys, time, wave
options = argparse.ArgumentParser()
for name in ("--length-scale", "--sentence-silence", "--output-dir"):
    options.add_argument(name)
given = options.parse_args()
open(DIARY, "a").write(f"{os.getpid()} began\\n")
for number, line in enumerate(sys.stdin):
    open(DIARY, "a").write(f"{os.getpid()} {line}")
    print("chatter", file=sys.stderr, flush=True)
    BEHAVIOUR
    path = f"{given.output_dir}/{number}.wav"
    with wave.open(path, "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(b"\\0\\0" * 4000 + b"\\0\\x10\\0\\xf0" * int(4000 * float(given.length_scale)))
    print(f"INFO:__main__:Wrote {path}", file=sys.stderr, flush=True)
"""


class Program:
    """A stand-in for the program, with a diary of its calls."""

    def __init__(self, folder: Path) -> None:
        self.diary = folder / "diary"
        self.diary.touch()

    def that(self, behaves: str = "pass") -> tuple[str, ...]:
        source = PROGRAM.replace("DIARY", repr(str(self.diary))).replace("BEHAVIOUR", behaves)
        return (sys.executable, "-c", source)

    @property
    def starts(self) -> list[int]:
        return [int(line.split()[0]) for line in self.diary.read_text().splitlines() if line.endswith("began")]

    @property
    def lines(self) -> list[str]:
        told = [line.split(" ", 1)[1] for line in self.diary.read_text().splitlines()]
        return [line for line in told if line != "began"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


class Beep:
    """A plain voice that is always there."""

    name = "beep"

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        return np.full(len(text), 0.5, np.float32), 8000


def natural(program: Program, behaves: str = "pass", *, rate_wpm: int = 170, **patience: float) -> PiperVoice:
    return PiperVoice(program.that(behaves), name="test", rate_wpm=rate_wpm, **patience)  # type: ignore[arg-type]


def test_one_program_renders_many_lines_and_ends_with_the_voice(program: Program):
    with natural(program) as voice:
        sounds = [voice.render(text) for text in ("toes up", "and rest")]
    assert program.lines == ["toes up", "and rest"]
    [pid] = program.starts
    assert not Path(f"/proc/{pid}").exists()
    assert [rate for _, rate in sounds] == [16000, 16000]


def test_a_line_begins_on_time_and_has_the_level_of_all_lines(program: Program):
    with natural(program) as voice:
        samples, rate = voice.render("toes up")
    assert samples.dtype == np.float32
    assert lead_s(samples, rate) <= 0.05
    assert speech_dbfs(samples, rate) == pytest.approx(TARGET_DBFS, abs=0.1)


def test_a_slower_pace_is_another_voice_and_a_longer_line(program: Program):
    with natural(program, rate_wpm=85) as slow, natural(program) as usual:
        assert len(slow.render("toes up")[0]) > 1.8 * len(usual.render("toes up")[0])
        assert slow.name != usual.name


def test_a_text_of_several_lines_is_one_line_and_no_option(program: Program):
    with natural(program) as voice:
        voice.render("--help\nis\0 what I\tneed")
    assert program.lines == ["--help is what I need"]


@pytest.mark.parametrize("text", ["", " \n", "...", "\0", "a" * 600])
def test_what_cannot_be_spoken_is_refused_before_anything_is_started(program: Program, text: str):
    with pytest.raises(VoiceError, match=r"with words$"):
        natural(program).render(text)
    assert program.starts == []


@pytest.mark.parametrize("behaves", ["time.sleep(300)", "os.abort()", "sys.exit(0)", "continue"])
def test_a_program_that_hangs_or_dies_is_ended_and_tried_once_more(program: Program, behaves: str):
    with pytest.raises(VoiceError, match=r"2 times: run ./bedside voices get$"):
        natural(program, behaves, deadline_s=0.5).render("toes up")
    assert len(program.starts) == 2


def test_a_program_that_hangs_once_is_forgiven(program: Program):
    hangs_once = f"time.sleep(300 * (open({str(program.diary)!r}).read().count('began') < 2))"
    with natural(program, hangs_once, deadline_s=1.5) as voice:
        assert len(voice.render("toes up")[0]) > 1000
    assert len(program.starts) == 2


def test_a_program_that_says_it_wrote_what_is_not_there_is_told_in_one_line(program: Program):
    lies = "print('Wrote /nowhere/at/all.wav', file=sys.stderr, flush=True); continue"
    with natural(program, lies) as voice, pytest.raises(VoiceError, match=r"no sound: run ./bedside voices get$"):
        voice.render("toes up")


def test_a_program_that_is_not_there_is_told_in_one_line():
    with pytest.raises(VoiceError, match=r"cannot be started.*voices get$"):
        PiperVoice(("/nowhere/at/all",), name="test").render("toes up")


def test_a_voice_that_nobody_closed_takes_its_program_along(program: Program):
    voice = natural(program)
    voice.render("toes up")
    [pid] = program.starts
    del voice
    assert not Path(f"/proc/{pid}").exists()


def best(
    program: Program,
    folder: Path,
    behaves: str = "pass",
    *,
    live: PiperVoice | None = None,
    load_early: bool = False,
) -> tuple[BestVoice, PiperVoice]:
    ahead = natural(program, behaves, deadline_s=1.5)
    cache = PromptCache(ahead, folder / "prompts")
    return BestVoice(cache, ahead, PromptCache(Beep(), folder / "prompts"), live=live, load_early=load_early), ahead


def test_a_line_rendered_ahead_is_natural_and_another_plain_where_the_natural_voice_is_slow(
    program: Program, tmp_path: Path
):
    voice, _ = best(program, tmp_path)
    assert voice.warm(["toes up", "good night"]) == 2
    assert voice.render("toes up")[1] == 16000
    assert voice.render("your second tonight")[1] == 8000
    assert program.lines == ["toes up", "good night"]


def test_where_the_natural_voice_is_quick_it_says_what_could_not_be_rendered_ahead_and_keeps_it(
    program: Program, tmp_path: Path
):
    with natural(program, tries=1) as live:
        voice, _ = best(program, tmp_path, live=live)
        assert voice.render("your second tonight")[1] == 8000  # nobody waits while it is being loaded
        assert voice.render("your third tonight")[1] == 16000
        voice.close()
    assert best(program, tmp_path)[0].render("your third tonight")[1] == 16000
    assert program.lines == ["your third tonight"]


def test_where_such_lines_are_to_be_expected_it_is_loaded_with_the_first_line_of_the_night(
    program: Program, tmp_path: Path
):
    best(program, tmp_path)[0].warm(["toes up"])
    with natural(program, tries=1) as live:
        voice, _ = best(program, tmp_path, live=live, load_early=True)
        assert [voice.render(text)[1] for text in ("toes up", "your second tonight")] == [16000, 16000]


def test_a_natural_voice_that_fails_is_replaced_by_the_plain_one_and_not_asked_a_third_time(
    program: Program, tmp_path: Path
):
    with natural(program, "sys.exit(1)", tries=1) as live:
        voice, _ = best(program, tmp_path, live=live)
        assert {voice.render(f"line {number}")[1] for number in range(5)} == {8000}
    assert len(program.starts) == 2


def test_lines_that_the_natural_voice_cannot_render_are_rendered_ahead_by_the_plain_one(
    program: Program, tmp_path: Path
):
    voice, _ = best(program, tmp_path, "sys.exit(1)")
    assert voice.warm(["toes up", "good night"]) == 2
    assert voice.render("toes up")[1] == 8000


def test_who_waits_hears_the_natural_voice_say_anything_it_can(program: Program, tmp_path: Path):
    assert best(program, tmp_path)[0].render_at_leisure("anything at all")[1] == 16000
    assert best(program, tmp_path, "sys.exit(1)")[0].render_at_leisure("something else")[1] == 8000
