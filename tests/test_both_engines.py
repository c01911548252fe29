"""Two engines on the same utterances: what is handed on when both heard words, one did, or none."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from command_line import COMPLAINT
from rich.console import Console

from assistant import bench_hear
from assistant.app import App
from assistant.errors import UsageError
from audio import SAMPLE_RATE, Final, Frame, Heard, Partial, Reading, SpeechEnded, SpeechStarted
from audio.events import FRAME_SAMPLES
from audio.recogniser_both import BothRecogniser
from audio.segmenter import Closed, Hushed, Opened, Segmenter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from audio import SpeechEvent
    from audio.segmenter import SegmentEvent


class Engine:
    """Hears what it is told to hear, each utterance the same; words are also told at the first short quiet."""

    def __init__(self, name: str, words: str) -> None:
        self.name = name
        self.words = words

    def told(self, events: Sequence[SegmentEvent]) -> list[SpeechEvent]:
        return [told for event in events for told in self.about(event)]

    def about(self, event: SegmentEvent) -> list[SpeechEvent]:
        if isinstance(event, Opened):
            return [SpeechStarted(event.at_s)]
        readings = (Reading(self.words, -1.0),) if self.words else ()
        heard = Heard(readings, event.utterance.start_s, event.utterance.end_s, self.name, compute_ms=10.0)
        if isinstance(event, Hushed):
            return [Partial(heard)] if readings else []
        assert isinstance(event, Closed)
        return [*([Final(heard, event.at_s)] if readings else []), SpeechEnded(event.at_s)]


class Level:
    """Takes every sound for speech."""

    def probability(self, frame: Frame) -> float:
        return float(frame.samples[0])

    def reset(self) -> None:
        """Nothing is kept."""


def events_of(first: str, second: str) -> list[SpeechEvent]:
    ears = BothRecogniser(Engine("one", first), Engine("two", second), Level(), segmenter := Segmenter())
    ears.expect(0.3)
    assert (ears.name, segmenter.endpoint_s) == ("one+two", 0.3)
    levels = [0.0] * 5 + [1.0] * 10 + [0.0] * 15
    frames = [
        Frame(np.full(FRAME_SAMPLES, level, np.float32), at * FRAME_SAMPLES / SAMPLE_RATE)
        for at, level in enumerate(levels)
    ]
    return [event for frame in frames for event in ears.accept(frame)] + ears.finish()


def test_both_readings_are_handed_on_side_by_side_in_one_final():
    started, ours, theirs, final, ended = events_of("stop", "stop it")
    assert isinstance(started, SpeechStarted)
    assert isinstance(ended, SpeechEnded)
    assert isinstance(theirs, Partial)
    assert isinstance(ours, Partial)
    assert [theirs.heard.engine, ours.heard.engine] == ["two", "one"]
    assert isinstance(final, Final)
    assert (final.heard.text, final.heard.engine, final.heard.compute_ms) == ("stop", "one+two", 20.0)
    assert final.heard.second is not None
    assert (final.heard.second.text, final.heard.second.engine) == ("stop it", "two")
    assert final.at_s == ended.at_s


def test_an_engine_that_heard_no_words_says_so_in_the_second_opinion():
    for first, second, deaf in (("stop", "", "two"), ("", "stop", "one")):
        [heard] = [event.heard for event in events_of(first, second) if isinstance(event, Final)]
        assert heard.text == "stop"
        assert heard.second is not None
        assert (heard.second.readings, heard.second.engine) == ((), deaf)


def test_where_neither_heard_words_the_speech_begins_and_ends_all_the_same():
    assert [type(event) for event in events_of("", "")] == [SpeechStarted, SpeechEnded]


def test_speech_that_does_not_end_is_handed_on_piece_by_piece_in_order():
    ears = BothRecogniser(Engine("one", "stop"), Engine("two", ""), Level(), Segmenter(longest_s=1.0))
    frames = [Frame(np.ones(FRAME_SAMPLES, np.float32), at * FRAME_SAMPLES / SAMPLE_RATE) for at in range(80)]
    events = [event for frame in frames for event in ears.accept(frame)] + ears.finish()
    assert len(events) > 6
    assert [type(event) for event in events] == [SpeechStarted, Final, SpeechEnded] * (len(events) // 3)


def test_a_stream_that_ends_in_the_middle_of_speech_closes_what_is_open():
    ears = BothRecogniser(Engine("one", "stop"), Engine("two", ""), Level(), Segmenter())
    for at in range(10):
        ears.accept(Frame(np.ones(FRAME_SAMPLES, np.float32), at * FRAME_SAMPLES / SAMPLE_RATE))
    assert [type(event) for event in ears.finish()] == [Final, SpeechEnded]
    assert ears.finish() == []


def test_the_benchmark_of_hearing_prints_a_table_for_each_engine_that_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("BEDSIDE_MODEL", raising=False)
    row = {"file": str(COMPLAINT), "condition": "near", "intent": "cramp", "site": "calf", "side": "left"}
    (tmp_path / "truth.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    result = bench_hear.run(App(str(tmp_path)), tmp_path)
    assert list(result) == ["moonshine"]
    assert result["moonshine"]["near"]["ours"]["asked"] == 1
    console = Console(file=io.StringIO(), width=200)
    bench_hear.show(result, console)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert told.lstrip().startswith("moonshine")
    assert "1/1" in told


def test_what_is_measured_is_the_engine_that_was_asked_for(tmp_path: Path):
    assert App(str(tmp_path), engine="vosk").engines.present() == ["vosk"]
    with pytest.raises(UsageError, match="Did you mean vosk"):
        App(str(tmp_path), engine="vosc").engines.present()
