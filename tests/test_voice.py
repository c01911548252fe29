"""The voice that is always there, in its child process: the real one, and ones that hang, die or write nonsense."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audio.errors import AudioError, VoiceError
from audio.player import has_loudspeaker, play, why_silent
from audio.voice_pyttsx3 import Pyttsx3Voice

LINE = "Toes up, toward your nose."


def child(source: str) -> tuple[str, ...]:
    """A stand-in for the renderer."""
    return (sys.executable, "-c", f"import json, sys, os, time\nrequest = json.load(sys.stdin)\n{source}")


def loud(samples: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())


@pytest.mark.parametrize("library", ["any", "wheel"])
def test_a_line_is_rendered_with_the_systems_library_and_with_the_wheels(library: str):
    samples, rate = Pyttsx3Voice(library=library).render(LINE)  # type: ignore[arg-type]
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 1.0 < len(samples) / rate < 4.0
    assert 0.1 < np.abs(samples).max() <= 1.0


def test_the_first_sound_comes_within_30_ms_and_a_short_tail_stays():
    samples, rate = Pyttsx3Voice().render(LINE)
    assert loud(samples)[0] / rate <= 0.031
    assert (len(samples) - loud(samples)[-1]) / rate <= 0.11


def test_a_long_line_is_rendered_to_its_end():
    voice = Pyttsx3Voice()
    short, rate = voice.render("Keep your knee straight.")
    long, _ = voice.render("Keep your knee straight. " * 8)
    assert len(long) > 7 * (len(short) - rate // 4)


def test_a_slower_pace_makes_a_longer_line_and_another_name():
    slow, usual = Pyttsx3Voice(rate_wpm=100), Pyttsx3Voice(rate_wpm=160)
    assert len(slow.render(LINE)[0]) > 1.2 * len(usual.render(LINE)[0])
    assert slow.name != usual.name


def test_every_rendering_of_a_line_has_the_voice_and_the_pace_that_were_asked_for():
    voice = Pyttsx3Voice(rate_wpm=120)
    with ThreadPoolExecutor(4) as pool:  # together, so that the library's own thread is late at times
        lengths = set(pool.map(lambda _: len(voice.render(LINE)[0]), range(32)))
    assert len(lengths) == 1


def test_half_the_volume_is_quieter():
    assert np.abs(Pyttsx3Voice(volume=0.4).render(LINE)[0]).max() < 0.6 * np.abs(Pyttsx3Voice().render(LINE)[0]).max()


def test_nothing_of_the_renderer_is_printed(capfd: pytest.CaptureFixture[str]):
    assert len(Pyttsx3Voice().render(LINE)[0]) > 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["", "  \n", "...", "\0"])
def test_a_text_without_words_is_refused(text: str):
    with pytest.raises(VoiceError, match="give a text with words"):
        Pyttsx3Voice().render(text)


def test_a_text_that_looks_like_an_option_or_markup_is_spoken():
    for text in ["--help", "<break time='9s'/> yes", "“Über”, it's 3½ o'clock"]:
        assert len(Pyttsx3Voice().render(text)[0]) > 2000


def test_an_unknown_voice_is_refused_with_a_voice_that_exists():
    with pytest.raises(VoiceError, match=r"'xx-nobody'.*en-gb$"):
        Pyttsx3Voice(voice="xx-nobody").render(LINE)


@pytest.mark.parametrize("voice", ["en-us", "en-gb-scotland", "en-gb+f3", "ko"])
def test_languages_and_variants_are_voices(voice: str):
    assert len(Pyttsx3Voice(voice=voice).render("hello")[0]) > 2000


def test_a_renderer_that_hangs_is_killed_with_all_it_started_and_tried_twice(tmp_path: Path):
    diary = tmp_path / "pids"
    hangs = ("sh", "-c", f"sleep 300 & echo $! >> {diary}; echo $$ >> {diary}; wait")
    with pytest.raises(VoiceError, match=r"hung twice.*run ./bedside doctor"):
        Pyttsx3Voice(command=hangs, deadline_s=0.3).render(LINE)
    pids = [int(line) for line in diary.read_text().split()]
    assert len(pids) == 4
    assert not any(is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_renderer_that_hangs_once_is_forgiven(tmp_path: Path):
    mark = tmp_path / "hung"
    hangs_once = child(
        f"import wave\nmark = {str(mark)!r}\n"
        "if not os.path.exists(mark): open(mark, 'w').close(); time.sleep(300)\n"
        "w = wave.open(request['path'], 'wb'); w.setparams((1, 2, 16000, 0, 'NONE', ''))\n"
        "w.writeframes(b'\\0\\x40' * 800); w.close()"
    )
    samples, rate = Pyttsx3Voice(command=hangs_once, deadline_s=1.5).render(LINE)
    assert mark.exists()
    assert (len(samples), rate) == (800, 16000)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sys.exit(3)", "sudo apt install espeak-ng"),
        ("sys.exit(1)", "failed .status 1.*doctor"),
        ("os.abort()", "failed .status -6.*doctor"),
        ("pass", "wrote no sound.*doctor"),
        ("open(request['path'], 'w').write('nonsense')", "wrote no sound.*doctor"),
    ],
)
def test_a_renderer_that_fails_is_told_in_one_line_with_the_remedy(source: str, message: str):
    with pytest.raises(VoiceError, match=message) as caught:
        Pyttsx3Voice(command=child(source)).render(LINE)
    assert "\n" not in str(caught.value)


def test_a_renderer_that_is_not_there_is_an_error_of_the_voice():
    with pytest.raises(VoiceError, match="cannot be started"):
        Pyttsx3Voice(command=("/nowhere/at/all",)).render(LINE)


def test_no_scratch_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert len(Pyttsx3Voice().render(LINE)[0]) > 0
    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_playing_is_refused_in_one_line_exactly_where_there_is_no_loudspeaker():
    reason = why_silent()
    assert has_loudspeaker() is (reason is None)
    if reason is not None:
        assert "\n" not in reason
        with pytest.raises(AudioError) as caught:
            play(np.zeros(100, dtype=np.float32), 16000)
        assert str(caught.value) == reason
