"""Lines kept on disk: found again, verified, rebuilt, bounded; and spoken also where nothing can be kept."""

from __future__ import annotations

import resource
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from audio.errors import VoiceError
from audio.prompt_cache import PromptCache

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class CountingVoice:
    """Renders a tone as long as the text; counts."""

    def __init__(self, name: str = "tone") -> None:
        self.name = name
        self.rendered: list[str] = []

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        if text == "unspeakable":
            raise VoiceError("it cannot be said: say something else")
        self.rendered.append(text)
        return np.sin(np.arange(100 * len(text)) / 5).astype(np.float32), 16000


def the_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_a_line_is_rendered_once_and_sounds_the_same_from_disk(tmp_path: Path):
    voice = CountingVoice()
    first, _ = PromptCache(voice, tmp_path).render("toes up")
    again, rate = PromptCache(voice, tmp_path).render("toes up")
    assert voice.rendered == ["toes up"]
    assert rate == 16000
    assert again.dtype == np.float32
    assert np.abs(first - again).max() <= 1 / 32767


def test_another_voice_or_another_text_is_another_line(tmp_path: Path):
    one, other = CountingVoice("one"), CountingVoice("other")
    PromptCache(one, tmp_path).render("toes up")
    PromptCache(other, tmp_path).render("toes up")
    PromptCache(other, tmp_path).render("toes down")
    assert (one.rendered, other.rendered) == (["toes up"], ["toes up", "toes down"])


def test_a_kept_line_is_an_ordinary_wav_file(tmp_path: Path):
    PromptCache(CountingVoice(), tmp_path).render("toes up")
    with wave.open(str(the_file(tmp_path))) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (1, 16000, 700)


@pytest.mark.parametrize("position", [0, 30, 500, -50, -1])
def test_a_damaged_byte_is_noticed_and_the_line_rebuilt(tmp_path: Path, position: int):
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    whole, _ = cache.render("toes up")
    data = bytearray(the_file(tmp_path).read_bytes())
    data[position] ^= 0xFF
    the_file(tmp_path).write_bytes(data)
    assert np.array_equal(cache.render("toes up")[0], whole)
    cache.render("toes up")
    assert voice.rendered == ["toes up", "toes up"]


@pytest.mark.parametrize("length", [0, 1, 39, 44, 700])
def test_a_cut_off_file_is_rebuilt(tmp_path: Path, length: int):
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    cache.render("toes up")
    the_file(tmp_path).write_bytes(the_file(tmp_path).read_bytes()[:length])
    assert len(cache.render("toes up")[0]) == 700
    assert len(voice.rendered) == 2


def test_where_nothing_can_be_kept_lines_are_still_spoken_and_the_reason_is_told(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    voice = CountingVoice()
    cache = PromptCache(voice, blocked / "prompts")
    assert cache.fault is None
    assert len(cache.render("toes up")[0]) == len(cache.render("toes up")[0]) == 700
    assert len(voice.rendered) == 2
    assert cache.fault is not None
    assert cache.fault.endswith("make room there or change its permissions")


def test_a_full_disk_leaves_no_half_a_file_and_no_silence(tmp_path: Path):
    cache = PromptCache(CountingVoice(), tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        samples, _ = cache.render("toes up")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(samples) == 700
    assert cache.fault is not None
    assert list(tmp_path.iterdir()) == []


def test_warming_renders_each_line_once_and_tells_its_progress(tmp_path: Path):
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    told: list[tuple[int, int]] = []
    assert cache.warm(["a", "b", "a"], lambda done, total: told.append((done, total))) == 2
    assert told == [(1, 2), (2, 2)]
    assert cache.warm(["a", "b", "c"]) == 1
    assert voice.rendered == ["a", "b", "c"]


def test_warming_keeps_what_came_before_a_line_that_fails(tmp_path: Path):
    voice = CountingVoice()
    with pytest.raises(VoiceError):
        PromptCache(voice, tmp_path).warm(["a", "unspeakable", "b"])
    PromptCache(voice, tmp_path).render("a")
    assert voice.rendered == ["a"]


def test_no_more_lines_are_kept_than_allowed(tmp_path: Path):
    cache = PromptCache(CountingVoice(), tmp_path, most=5)
    for number in range(12):
        cache.render(f"line {number}")
    assert len(list(tmp_path.iterdir())) == 5


def test_lines_rendered_ahead_stay_whatever_else_is_said(tmp_path: Path):
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path, most=5)
    cache.warm(["toes up", "good night"])
    for number in range(12):
        cache.render(f"line {number}")
    assert cache.is_ahead("toes up")
    cache.render("good night")
    assert (voice.rendered.count("toes up"), voice.rendered.count("good night")) == (1, 1)
    assert not cache.is_ahead("line 11")


def test_a_line_rendered_ahead_that_is_damaged_is_rendered_again(tmp_path: Path):
    voice = CountingVoice()
    cache = PromptCache(voice, tmp_path)
    cache.warm(["toes up"])
    [file] = tmp_path.rglob("*.wav")
    file.write_bytes(file.read_bytes()[:-1])
    assert len(cache.render("toes up")[0]) == 700
    assert cache.warm(["toes up"]) == 0
    assert cache.is_ahead("toes up")
    assert voice.rendered == ["toes up", "toes up"]


def test_of_lines_rendered_ahead_those_that_are_no_longer_said_go_first(tmp_path: Path):
    cache = PromptCache(CountingVoice(), tmp_path, most=3)
    cache.warm(["a", "b", "old"])
    cache.warm(["a", "b", "c"])
    assert [cache.is_ahead(line) for line in ("a", "b", "c", "old")] == [True, True, True, False]


def test_of_voices_that_were_tried_once_the_oldest_go(tmp_path: Path):
    caches = [PromptCache(CountingVoice(f"voice {number}"), tmp_path) for number in range(6)]
    for cache in caches:
        cache.warm(["toes up"])
    assert [cache.is_ahead("toes up") for cache in caches] == [False, False, True, True, True, True]


def test_warming_where_nothing_can_be_kept_is_no_error(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    cache = PromptCache(CountingVoice(), blocked / "prompts")
    assert cache.warm(["toes up"]) == 1
    assert cache.fault is not None
