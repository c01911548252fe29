"""`bedside bench vad`: which library finds speech best in a bedroom's noise, through the segmenter that is in use."""

from __future__ import annotations

import importlib
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from assistant.bench_vad_clips import CONDITIONS, Clip, from_folder, made
from audio.activity_silero import SileroActivity
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from audio.segmenter import ENTER, Closed, Opened, Segmenter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from rich.console import Console

    from assistant.app import App
    from audio.ports import SpeechDetector

ENDPOINT_S = 0.7
"""The endpoint of the bench, that of short answers: the clips end 1.2 s after the speech."""
_GRACE_S = 0.05
"""A first sound that is cut by less is still the same word."""


class WebRtcActivity:
    """The detector of WebRTC, a Gaussian mixture over bands, by `webrtcvad-wheels`: says yes or no for each 10 ms."""

    _CHUNK = SAMPLE_RATE // 100

    def __init__(self, strictness: int) -> None:
        self._strictness = strictness
        self._rest: NDArray[np.int16] = np.zeros(0, dtype=np.int16)
        self.reset()

    def probability(self, frame: Frame) -> float:
        """Share of the frame's pieces of 10 ms that were found to be speech."""
        self._rest = np.concatenate([self._rest, (frame.samples * 32767).astype(np.int16)])
        said: list[bool] = []
        while len(self._rest) >= self._CHUNK:
            chunk, self._rest = self._rest[: self._CHUNK], self._rest[self._CHUNK :]
            said.append(self._vad.is_speech(chunk.tobytes(), SAMPLE_RATE))
        return sum(said) / max(1, len(said))

    def reset(self) -> None:
        """Forget the frames so far."""
        self._vad = importlib.import_module("webrtcvad").Vad(self._strictness)
        self._rest = np.zeros(0, dtype=np.int16)


DETECTORS: dict[str, Callable[[], SpeechDetector]] = {
    "silero": SileroActivity,
    "webrtc 1": lambda: WebRtcActivity(1),
    "webrtc 2": lambda: WebRtcActivity(2),
    "webrtc 3": lambda: WebRtcActivity(3),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one clip."""

    missed: bool
    """No utterance holds any of the speech."""
    cut: bool
    """The sound of the utterance begins after the speech: the first word is damaged."""
    late_s: float
    """Seconds from the first sound of speech until it was noticed; not a number where it was missed."""
    covered: float
    """Share 0..1 of the speech that utterances hold."""
    ended: bool
    """The utterance was closed before the clip was over."""
    false_s: float
    """Seconds outside the speech in which the detector found speech."""
    compute_s: float
    """Seconds of computing."""
    sound_s: float
    """Seconds of sound."""


def run(_app: App | None, clips: Path | None, *, every: int = 1) -> dict[str, Any]:
    """Compare the detectors that are installed.

    Args:
        _app: no part of the assistant is needed; here because all benchmarks are called alike.
        clips: a folder with truth.jsonl, or None to make clips with the synthetic voice.
        every: take every n-th utterance only.

    Returns:
        `{detector: {condition: {clips, missed, first_word_cut, noticed_after_s, covered, ended, false_s,
        cpu_ms_per_s}}}`, and for a detector that is not installed `{detector: {"absent": reason}}`.

    Raises:
        AudioError: a clip cannot be read, or the voice cannot make one.
    """
    sounds = made(every) if clips is None else from_folder(clips, every)
    table: dict[str, Any] = {}
    for name, make in DETECTORS.items():
        try:
            detector = make()
        except ImportError as error:
            table[name] = {"absent": f"{error}: pip install 'bedside[bench]'"}
            continue
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        for clip in sounds:
            outcomes[clip.condition].append(measure(detector, clip))
        table[name] = {condition: _summary(outcomes[condition]) for condition in CONDITIONS if outcomes[condition]}
    return table


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table of `run`."""
    heads = ("clips", "missed", "first cut", "after ms", "covered", "ended", "false s", "CPU ms/s")
    table = Table("detector", "where", *heads, box=None, pad_edge=False)
    absent = {name: conditions["absent"] for name, conditions in result.items() if "absent" in conditions}
    for name, conditions in result.items():
        if name not in absent:
            for condition, row in conditions.items():
                table.add_row(name, condition, *_cells(row))
    console.print(table)
    for name, reason in absent.items():
        console.print(f"{name} was not compared ({reason})", markup=False, soft_wrap=True)


def measure(detector: SpeechDetector, clip: Clip) -> Outcome:
    """Let a detector and a fresh segmenter hear one clip."""
    detector.reset()
    frames = [
        Frame(clip.samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)
        for at in range(0, len(clip.samples), FRAME_SAMPLES)
    ]
    began = time.process_time()
    probabilities = [detector.probability(frame) for frame in frames]
    compute_s = time.process_time() - began
    heard, noticed_s, ended = _segmented(frames, probabilities, clip)
    speech = heard[round(clip.start_s * SAMPLE_RATE) : round(clip.end_s * SAMPLE_RATE)]
    return Outcome(
        missed=not speech.any(),
        cut=not speech[round(_GRACE_S * SAMPLE_RATE)],
        late_s=noticed_s - clip.start_s,
        covered=float(speech.mean()),
        ended=ended,
        false_s=_false_seconds(frames, probabilities, clip),
        compute_s=compute_s,
        sound_s=len(clip.samples) / SAMPLE_RATE,
    )


def _segmented(frames: list[Frame], probabilities: list[float], clip: Clip) -> tuple[NDArray[np.bool_], float, bool]:
    """Which samples utterances hold, shape (n,); when the speech was noticed; whether it was closed in time."""
    segmenter = Segmenter(endpoint_s=ENDPOINT_S)
    heard, noticed_s, ended = np.zeros(len(clip.samples), dtype=bool), float("nan"), False
    for frame, probability in zip(frames, probabilities, strict=True):
        first = round(frame.start_s * SAMPLE_RATE)
        # The segmenter never looks at the sound: numbered samples tell what became of each.
        numbered = Frame(np.arange(first, first + len(frame.samples), dtype=np.float32), frame.start_s)
        now_s = frame.start_s + len(frame.samples) / SAMPLE_RATE
        for event in segmenter.accept(numbered, probability):
            if isinstance(event, Opened):
                noticed_s, ended = (now_s if np.isnan(noticed_s) else noticed_s), False
            if isinstance(event, Closed):
                heard[event.utterance.samples.astype(int)] = True
                ended = event.at_s > clip.end_s
    for event in segmenter.finish():
        if isinstance(event, Closed):
            heard[event.utterance.samples.astype(int)] = True
    return heard, noticed_s, ended


def _false_seconds(frames: list[Frame], probabilities: list[float], clip: Clip) -> float:
    """Seconds before the speech, and more than 0.1 s after it, that were taken for speech."""
    wrong = [
        len(frame.samples) / SAMPLE_RATE
        for frame, probability in zip(frames, probabilities, strict=True)
        if probability >= ENTER and not clip.start_s - FRAME_SAMPLES / SAMPLE_RATE < frame.start_s < clip.end_s + 0.1
    ]
    return sum(wrong)


def _summary(outcomes: list[Outcome]) -> dict[str, float]:
    sound_s = sum(outcome.sound_s for outcome in outcomes)
    return {
        "clips": len(outcomes),
        "missed": sum(outcome.missed for outcome in outcomes) / len(outcomes),
        "first_word_cut": sum(outcome.cut for outcome in outcomes) / len(outcomes),
        "noticed_after_s": float(np.nanmedian([outcome.late_s for outcome in outcomes])),
        "covered": sum(outcome.covered for outcome in outcomes) / len(outcomes),
        "ended": sum(outcome.ended for outcome in outcomes) / len(outcomes),
        "false_s": sum(outcome.false_s for outcome in outcomes) / len(outcomes),
        "cpu_ms_per_s": 1000 * sum(outcome.compute_s for outcome in outcomes) / sound_s,
    }


def _cells(row: dict[str, float]) -> tuple[str, ...]:
    return (
        f"{row['clips']}",
        f"{row['missed']:.1%}",
        f"{row['first_word_cut']:.1%}",
        f"{1000 * row['noticed_after_s']:.0f}",
        f"{row['covered']:.1%}",
        f"{row['ended']:.0%}",
        f"{row['false_s']:.2f}",
        f"{row['cpu_ms_per_s']:.1f}",
    )
