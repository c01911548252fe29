"""Clips for the bench of voice activity: labelled ones from a folder, or made with the synthetic voice."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soxr
import yaml

from assistant.bench_noise import added, fan
from audio.errors import MicrophoneError
from audio.events import SAMPLE_RATE
from audio.voice_pyttsx3 import Pyttsx3Voice
from audio.wav import SoundFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

LEAD_S, TAIL_S = 0.5, 1.2
"""Seconds without the wanted talker before and after a clip's speech, in the folder's clips and in ours."""
CONDITIONS = ("near", "far", "quiet")
"""Clean; across the room with a fan 12 dB below; quiet with other people's talk 8 dB below."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound and where in it the wanted person speaks."""

    condition: str
    samples: NDArray[np.float32]
    """Shape (n,) at SAMPLE_RATE."""
    start_s: float
    end_s: float


def from_folder(folder: Path, every: int) -> list[Clip]:
    """Read every n-th utterance of a folder with `truth.jsonl` (`file, condition, voice`), in all its conditions.

    The labels do not say where the voice begins within its own file: each voice's usual silence, measured on its
    clean clips, is taken for all of them.

    Raises:
        MicrophoneError: there is no truth.jsonl, or a file of it is missing or broken.
    """
    truth = folder / "truth.jsonl"
    if not truth.is_file():
        raise MicrophoneError(f"{truth} does not exist: give a folder of labelled clips, or none")
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    rows = [row for index, row in enumerate(rows) if index // len(CONDITIONS) % every == 0]
    sounds = [_read(folder / row["file"]) for row in rows]
    silences: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row, sound in zip(rows, sounds, strict=True):
        if row["condition"] == "near":
            start_s, end_s = loud_part(sound)
            silences[row["voice"]].append((start_s - LEAD_S, len(sound) / SAMPLE_RATE - TAIL_S - end_s))
    clips = []
    for row, sound in zip(rows, sounds, strict=True):
        before_s, after_s = np.median(silences.get(row["voice"], [(0.0, 0.0)]), axis=0)
        end_s = len(sound) / SAMPLE_RATE - TAIL_S - float(after_s)
        clips.append(Clip(row["condition"], sound, LEAD_S + float(before_s), end_s))
    return clips


def made(every: int) -> list[Clip]:
    """Let synthetic voices say the lines of bench_vad.yaml in each condition; the same clips each time."""
    talk = yaml.safe_load(Path(__file__).with_suffix("").with_name("bench_vad.yaml").read_text(encoding="utf-8"))
    rng = np.random.default_rng(7)
    others = [_say(voice, line) for voice, line in zip(talk["voices"], talk["others"], strict=False)]
    said = [(voice, line) for voice in talk["voices"] for line in talk["wanted"]][::every]
    return [clip for voice, line in said for clip in _spoiled(_say(voice, line), others, rng)]


def loud_part(samples: NDArray[np.float32]) -> tuple[float, float]:
    """Where, in seconds, a clean sound begins and ends: its 10 ms pieces within 40 dB of the loudest."""
    step = SAMPLE_RATE // 100
    level = np.sqrt((samples[: len(samples) // step * step].reshape(-1, step) ** 2).mean(axis=1))
    loud = np.flatnonzero(level > 0.01 * level.max())
    return float(loud[0]) / 100, float(loud[-1] + 1) / 100


def _spoiled(
    speech: NDArray[np.float32], others: list[NDArray[np.float32]], rng: np.random.Generator
) -> Iterator[Clip]:
    clean = np.pad(speech, (round(LEAD_S * SAMPLE_RATE), round(TAIL_S * SAMPLE_RATE)))
    start_s, end_s = loud_part(clean)
    n = len(clean)
    babble = sum(np.resize(np.roll(other, rng.integers(n)), n) for other in others)
    sounds = {
        "near": clean + rng.normal(0, 3e-4, n),
        "far": 0.4 * added(_in_a_room(clean, rng), fan(n, rng), 12),
        "quiet": 0.12 * added(clean, np.asarray(babble), 8),
    }
    for condition, sound in sounds.items():
        yield Clip(condition, np.clip(sound, -1, 1).astype(np.float32), start_s, end_s)


def _in_a_room(speech: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float64]:
    n = round(0.45 * SAMPLE_RATE)
    echo = rng.normal(size=n) * np.exp(-6.9 * np.arange(n) / n) * 0.25
    echo[0] = 1.0
    size = len(speech) + n
    return np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(echo, size), size)[: len(speech)]


def _say(voice: str, line: str) -> NDArray[np.float32]:
    samples, rate = Pyttsx3Voice(voice=voice).render(line)
    sound = soxr.resample(samples, rate, SAMPLE_RATE)
    return np.asarray(0.5 * sound / np.abs(sound).max(), dtype=np.float32)


def _read(path: Path) -> NDArray[np.float32]:
    return np.concatenate([frame.samples for frame in SoundFile(path).frames()])
