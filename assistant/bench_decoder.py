"""Benchmark of the decoder alone: labelled clips, whole and without the segmenter, searched in several ways.

The leaning is counted from the pack's sentence templates, never from the clips' own words.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from statistics import mean, median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import soundfile
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.errors import UsageError
from audio.decoding import search
from audio.events import SAMPLE_RATE
from audio.moonshine_model import MoonshineModel
from audio.recogniser_moonshine import READINGS, levelled
from intents.pack import load
from intents.sampling import sayings
from intents.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.app import App
    from audio.decoding import Found

TRUTH = "truth.jsonl"
"""One JSON object a line beside the clips: `file`, `utterance`, `condition`, `intent` (`none` for unrelated talk)."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading a clip."""

    name: str
    beams: int
    threads: int = 2
    level: bool = True
    leaning: bool = False
    """Towards the bedside's talk."""


WAYS = (
    Way("greedy", beams=1),
    Way("beam 4", beams=4),
    Way("beam 8", beams=8),
    Way("beam 8, level as recorded", beams=8, level=False),
    Way("beam 8, leaning", beams=8, leaning=True),
    Way("beam 8, one thread", beams=8, threads=1),
)


@dataclass(slots=True)
class Score:
    """What a way of reading got right, one number a clip."""

    exact: list[bool] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    """Share of the spoken words that the best reading holds."""
    n_best: list[float] = field(default_factory=list)
    """The same of the best of all readings."""
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Of all threads together: what stays comparable on a busy machine."""

    def add(self, truth: str, found: Sequence[Found], wall_ms: float, cpu_ms: float) -> None:
        """Count one clip."""
        texts = [f.text for f in found if f.text][:READINGS] or [""]
        self.exact.append(texts[0] == truth)
        self.best.append(word_recall(truth, texts[0]))
        self.n_best.append(max(word_recall(truth, text) for text in texts))
        self.wall_ms.append(wall_ms)
        self.cpu_ms.append(cpu_ms)

    def summary(self) -> dict[str, float]:
        """Means over the clips; of the times the medians, since other programs only ever add to them."""
        return {
            "clips": len(self.exact),
            "exact": mean(self.exact),
            "word_recall_best": mean(self.best),
            "word_recall_n_best": mean(self.n_best),
            "wall_ms": median(self.wall_ms),
            "cpu_ms": median(self.cpu_ms),
        }


def plain(text: str) -> str:
    """Return a text as readings are written: lower case, no punctuation; figures stay figures and count as wrong."""
    return " ".join(re.sub(r"[^a-z0-9' ]", "", text.lower().replace("-", " ")).split())


def word_recall(truth: str, text: str) -> float:
    """Return the share, 0..1, of the true text's words that another holds, each as often as it is said."""
    spoken = Counter(truth.split())
    return (spoken & Counter(text.split())).total() / max(1, spoken.total())


def run(
    _app: App | None,
    clips: Path,
    *,
    every: int = 1,
    ways: Sequence[Way] = WAYS,
    conditions: Sequence[str] = ("near", "far", "quiet"),
) -> dict[str, Any]:
    """Read every n-th utterance of a folder of labelled clips in all ways.

    Args:
        _app: no part of the assistant is needed; here because all benchmarks are called alike.
        clips: a folder with truth.jsonl.
        every: take every n-th utterance only; 5 or 7, where voices take turns by twelve.
        ways: the ways of reading to compare.
        conditions: those of the clips to read.

    Returns:
        `{condition: {way: {clips, exact, word_recall_best, word_recall_n_best, wall_ms, cpu_ms}}}`

    Raises:
        UsageError: the folder holds no labelled clips.
        RecogniserError: the model is missing or damaged.
    """
    labels = [label for label in _labels(clips) if label["condition"] in conditions]
    numbers = {text: n for n, text in enumerate(dict.fromkeys(label["utterance"] for label in labels))}
    scored = [label for label in labels if numbers[label["utterance"]] % every == 0]
    talk = Talk(sayings(load()))
    models = {threads: MoonshineModel(threads=threads) for threads in sorted({w.threads for w in ways})}
    scores: dict[str, dict[str, Score]] = {}
    for label in track(scored, "decoder", transient=True, console=Console(stderr=True)):
        samples, rate = soundfile.read(clips / label["file"], dtype="float32")
        if rate != SAMPLE_RATE:
            raise UsageError(f"{label['file']} has {rate} Hz; make the clips at {SAMPLE_RATE} Hz")
        truth, of_condition = plain(label["utterance"]), scores.setdefault(label["condition"], {})
        for way in ways:
            wall, cpu = perf_counter(), process_time()
            found = _read(models[way.threads], samples, way, talk)
            spent = 1000 * (perf_counter() - wall), 1000 * (process_time() - cpu)
            of_condition.setdefault(way.name, Score()).add(truth, found, *spent)
    return {c: {name: score.summary() for name, score in by_way.items()} for c, by_way in scores.items()}


def _labels(clips: Path) -> list[dict[str, str]]:
    try:
        return [json.loads(line) for line in (clips / TRUTH).read_text().splitlines()]
    except (OSError, ValueError) as error:
        raise UsageError(f"{clips} holds no readable {TRUTH}; give a folder of labelled clips") from error


def _read(model: MoonshineModel, samples: NDArray[np.float32], way: Way, talk: Talk) -> list[Found]:
    level = levelled(samples) if way.level else None
    sound = model.encode(samples if level is None else level)
    return search(sound, beams=way.beams, leaning=talk if way.leaning else None)


def show(result: dict[str, dict[str, dict[str, float]]], console: Console) -> None:
    """Print the table of `run`."""
    table = Table("condition", "way", "clips", "exact", "words, best", "words, n-best", "ms", "CPU ms", box=None)
    for condition, by_way in result.items():
        for name, s in by_way.items():
            shares = [f"{s[key]:.3f}" for key in ("exact", "word_recall_best", "word_recall_n_best")]
            table.add_row(condition, name, f"{s['clips']}", *shares, f"{s['wall_ms']:.0f}", f"{s['cpu_ms']:.0f}")
    console.print(table)
