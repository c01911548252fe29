"""`bedside bench voices`: whether every fixed line can be heard back, comes in time, and is as loud as the others."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from statistics import mean, median, pstdev
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.dialog.script import load_script
from assistant.hearing import Hearing
from assistant.places import cache_folder
from assistant.voices import NATURAL, Home, fixed_lines, plain_of
from audio.loudness import lead_s, speech_dbfs
from audio.voice_pyttsx3 import Pyttsx3Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from assistant.app import App
    from audio import Heard
    from audio.voice_best import BestVoice
    from intents.understanding import Understanding

    Sound = tuple[NDArray[np.float32], int]

BEFORE_S, AFTER_S = 0.3, 1.5
"""Quiet around a line: the recogniser waits for the end of an utterance."""
WELL_HEARD = 0.7
"""Share of a line's words below which the line is named in the result."""


def run(app: App, _: Path | None, *, every: int = 1) -> dict[str, Any]:
    """Render every n-th fixed line with each voice, let the real recogniser hear it, and measure.

    Returns:
        voice -> `lines`, `recall` (share of the words in the best reading), `recall_list` (in any reading),
        `poorly_heard` (line -> what was heard), `render_s` and `render_most_s` (the voice loaded),
        `level_dbfs` and its spread `level_sd_db`, `peak` (the largest sample), `lead_most_s`, `wpm`.
    """
    lines = list(dict.fromkeys(fixed_lines(load_script(), app.settings.numbers.model_dump())))[::every]
    understanding = app.understanding()
    ear = _Ear(app, understanding)
    result = {}
    for name, render, kept in _voices(app):
        told = [_measured(text, render, kept, ear) for text in _tracked(lines, name)]
        result[name] = _summary(told)
    return result


def _voices(app: App) -> list[tuple[str, Callable[[str], Sound], Callable[[str], Sound]]]:
    """Name, how it renders a line afresh, and how it says it at night: natural voices where they are installed."""
    name = plain_of(app.settings.voice.name)
    plain = app.plain_voice(name)
    found: list[tuple[str, Callable[[str], Sound], Callable[[str], Sound]]] = []
    for natural in NATURAL.values():
        if Home(natural, cache_folder()).installed:
            best: BestVoice = app.natural_voice(natural, plain)
            best.ahead.start()
            found.append((natural.name, best.ahead.render, best.render))
    fresh = Pyttsx3Voice(voice=name, rate_wpm=app.settings.voice.words_per_minute)
    return [*found, (name, fresh.render, plain.render)]


def _tracked(lines: Sequence[str], name: str) -> Iterable[str]:
    return track(lines, name, console=Console(stderr=True), transient=True)


class _Ear:
    """The real recogniser, and one spelling of words."""

    def __init__(self, app: App, understanding: Understanding) -> None:
        self._app = app
        self._words = understanding.pack.normaliser.words
        self._hearing = Hearing(app, understanding, idle=False, realtime=False)

    def hears(self, samples: NDArray[np.float32], rate: int) -> list[Heard]:
        """Every utterance of a line."""
        quiet = [np.zeros(round(seconds * rate), np.float32) for seconds in (BEFORE_S, AFTER_S)]
        with tempfile.TemporaryDirectory(prefix="bedside-bench-") as folder:
            path = Path(folder) / "line.wav"
            self._app.write_wav(path, np.concatenate([quiet[0], samples, quiet[1]]), rate)
            return self._hearing.listen(self._app.microphone(path))

    def recall(self, text: str, heard: str) -> float:
        """Share of the words of a text that were heard, in any order."""
        wanted, got = Counter(self._words(text)), Counter(self._words(heard))
        return (wanted & got).total() / wanted.total()


def _measured(text: str, render: Callable[[str], Sound], kept: Callable[[str], Sound], ear: _Ear) -> dict[str, Any]:
    began = perf_counter()
    render(text)
    took_s = perf_counter() - began
    samples, rate = kept(text)
    heard = ear.hears(samples, rate)
    best = " ".join(each.text for each in heard)
    every = " ".join(reading.text for each in heard for reading in each.readings)
    return {
        "text": text,
        "heard": best,
        "recall": ear.recall(text, best),
        "recall_list": ear.recall(text, every),
        "render_s": took_s,
        "length_s": len(samples) / rate,
        "level_dbfs": speech_dbfs(samples, rate),
        "peak": float(np.abs(samples).max()),
        "lead_s": lead_s(samples, rate),
    }


def _summary(told: list[dict[str, Any]]) -> dict[str, Any]:
    def of(key: str) -> list[float]:
        return [each[key] for each in told]

    return {
        "lines": len(told),
        "recall": mean(of("recall")),
        "recall_list": mean(of("recall_list")),
        "poorly_heard": {each["text"]: each["heard"] for each in told if each["recall_list"] < WELL_HEARD},
        "render_s": median(of("render_s")),
        "render_most_s": max(of("render_s")),
        "level_dbfs": mean(of("level_dbfs")),
        "level_sd_db": pstdev(of("level_dbfs")),
        "peak": max(of("peak")),
        "lead_most_s": max(of("lead_s")),
        "wpm": 60 * sum(len(each["text"].split()) for each in told) / sum(of("length_s")),
    }


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table, and the lines that were not heard well."""
    heads = ("voice", "lines", "words heard back", "in any reading", "render s", "most s", "level dBFS", "spread dB")
    table = Table(*heads, "peak", "lead ms", "words/min", box=None)
    for name, row in result.items():
        table.add_row(
            name,
            str(row["lines"]),
            f"{row['recall']:.1%}",
            f"{row['recall_list']:.1%}",
            f"{row['render_s']:.2f}",
            f"{row['render_most_s']:.2f}",
            f"{row['level_dbfs']:.1f}",
            f"{row['level_sd_db']:.2f}",
            f"{row['peak']:.2f}",
            f"{1000 * row['lead_most_s']:.0f}",
            f"{row['wpm']:.0f}",
        )
    console.print(table)
    for name, row in result.items():
        for text, heard in row["poorly_heard"].items():
            console.print(f"{name}: {text!r} is heard as {heard!r}", soft_wrap=True)
    for name in NATURAL.keys() - result.keys():
        console.print(f"{name} is not installed here. Fetch it with: ./bedside voices get")
