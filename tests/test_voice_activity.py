"""The real detector and the segmenter together: synthesised speech is found, noise and silence are not."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rich.console import Console

from assistant.bench_vad import measure, run, show
from assistant.bench_vad_clips import Clip, loud_part, made
from audio.activity_silero import SileroActivity
from audio.errors import MicrophoneError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from audio.segmenter import Closed, Segmenter, SegmentEvent

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    """A complaint, then "yes", by different voices, each near, far and with others talking."""
    return made(every=9)


def frames(samples: NDArray[np.float32]) -> list[Frame]:
    steps = range(0, len(samples), FRAME_SAMPLES)
    return [Frame(samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE) for at in steps]


def segments(samples: NDArray[np.float32]) -> list[SegmentEvent]:
    detector, segmenter = SileroActivity(), Segmenter(endpoint_s=0.7)
    events = [event for frame in frames(samples) for event in segmenter.accept(frame, detector.probability(frame))]
    return events + segmenter.finish()


def test_speech_near_and_across_the_room_is_one_utterance_with_its_first_word(clips: list[Clip]):
    for clip in clips:
        if clip.condition == "quiet":
            continue
        [closed] = [event for event in segments(clip.samples) if isinstance(event, Closed)]
        began_s = closed.utterance.start_s - 0.4
        assert began_s < clip.start_s < clip.end_s < closed.utterance.end_s + 0.25
        assert closed.at_s < clip.end_s + 1.2


def test_speech_among_other_peoples_talk_is_found_whole(clips: list[Clip]):
    outcomes = [measure(SileroActivity(), clip) for clip in clips if clip.condition == "quiet"]
    assert outcomes
    assert all(outcome.covered > 0.95 and not outcome.cut for outcome in outcomes)


def test_silence_and_noise_of_any_level_are_no_speech():
    rng = np.random.default_rng(1)
    for level in (0.0, 1e-4, 0.01, 0.1, 0.5):
        noise = rng.normal(0, 1, 5 * SAMPLE_RATE) * level
        assert segments(np.clip(noise, -1, 1).astype(np.float32)) == []


def test_clicks_and_hum_are_no_speech():
    seconds = np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    hum = 0.2 * np.sin(2 * np.pi * 50 * seconds) + 0.05 * np.sin(2 * np.pi * 150 * seconds)
    clicks = np.random.default_rng(1).normal(0, 3e-4, len(seconds))
    clicks[:: SAMPLE_RATE // 2] = 0.9
    assert segments(hum.astype(np.float32)) == []
    assert segments(clicks.astype(np.float32)) == []


def test_a_stream_hears_the_same_again_after_reset(clips: list[Clip]):
    detector = SileroActivity()
    once = [detector.probability(frame) for frame in frames(clips[0].samples)]
    detector.reset()
    again = [detector.probability(frame) for frame in frames(clips[0].samples)]
    assert again == pytest.approx(once, abs=1e-6)
    assert max(once) > 0.9
    assert min(once) < 0.1


def test_the_short_last_frame_of_a_file_has_a_probability_too():
    assert 0.0 <= SileroActivity().probability(Frame(np.zeros(7, dtype=np.float32), 0.0)) <= 1.0


def test_the_bench_compares_what_is_installed_and_shows_its_table():
    result = run(None, None, every=12)
    assert result["silero"]["near"]["missed"] == 0.0
    paper = Console(file=io.StringIO(), width=160)
    show(result, paper)
    assert isinstance(paper.file, io.StringIO)
    [near] = [line for line in paper.file.getvalue().splitlines() if "silero" in line and "near" in line]
    assert "0.0%" in near


def test_the_bench_names_the_remedy_for_a_detector_that_is_absent():
    paper = Console(file=io.StringIO(), width=160)
    show({"webrtc 1": {"absent": "No module named 'webrtcvad': pip install 'bedside[bench]'"}}, paper)
    assert isinstance(paper.file, io.StringIO)
    assert "pip install 'bedside[bench]'" in paper.file.getvalue()


def test_the_bench_refuses_a_folder_without_labels(tmp_path: Path):
    with pytest.raises(MicrophoneError, match="give a folder of labelled clips, or none"):
        run(None, tmp_path)


def test_the_loud_part_of_a_clean_sound_is_found_to_a_hundredth():
    sound = np.zeros(SAMPLE_RATE, dtype=np.float32)
    sound[4000:8000] = 0.5
    assert loud_part(sound) == pytest.approx((0.25, 0.5), abs=0.011)
