"""Benchmark of the player: from the decision to say a kept line to its first sample at the loudspeaker.

The real stream, with lines that are rendered already, as at the bedside. Three moments are told: when the driver takes
the first sample, when it will be heard as the driver says, and when a recorder beside it gets it from the sound
server's monitor of the loudspeaker, its own delay included; none where there is no PulseAudio. A line's own silence
before its first sound is left out of all three.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from contextlib import closing, contextmanager
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.dialog.script import NUMBERS, load_script
from assistant.errors import BedsideError
from assistant.inbox import Inbox
from assistant.live_speaker import LiveSpeaker
from assistant.prompts import Prompts, lines_ahead
from audio.player import Player
from audio.sound_system import SoundSystem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.app import App
    from audio.sound_system import OpenStream, Prepare, Transfer

TRIALS = 50
SETTLE_S = 2.0
"""In the first second of a stream, its times are guesses."""
LISTEN_S = 0.7
"""How long a line plays in each trial."""
REST_S = 0.5
AUDIBLE = 1e-3
RECORDER = ["parec", "-d", "@DEFAULT_MONITOR@", "--format=float32le", "--channels=1", "--latency-msec=5"]
RECORDED_HZ = 48_000
AIM_S = 0.06


class _Sound:
    """When sound came, piece by piece: told by one thread, asked by another."""

    def __init__(self) -> None:
        self._begins: list[tuple[float, float]] = []

    def put(self, samples: NDArray[np.float32], first_s: float, rate: int) -> None:
        """A piece whose first sample came at `first_s`."""
        loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
        if len(loud):
            self._begins = [*self._begins[-500:], (first_s + loud[0] / rate, first_s)]

    def after(self, moment_s: float) -> float | None:
        """When the first audible sample since then came."""
        return next((at for at, _ in self._begins if at >= moment_s), None)


class _WatchedSystem(SoundSystem):
    """Notes what the player hands to the driver, and when the driver says that it will be heard."""

    def __init__(self) -> None:
        super().__init__()
        self.handed, self.heard = _Sound(), _Sound()

    def open_output(
        self, name: str | None, prepare: Prepare, *, on_closed: Callable[[], None], is_busy: Callable[[], bool]
    ) -> OpenStream:
        """As the player asked, with a note of each block."""

        def watched(rate: int) -> Transfer:
            fill = prepare(rate)

            def noted(block: NDArray[np.float32], ahead_s: float) -> None:
                called_s = perf_counter()
                fill(block, ahead_s)
                self.handed.put(block[:, 0], called_s, rate)
                self.heard.put(block[:, 0], called_s + ahead_s, rate)

            return noted

        return super().open_output(name, watched, on_closed=on_closed, is_busy=is_busy)


def run(app: App, clips: Path | None, *, every: int = 1) -> dict[str, Any]:  # noqa: ARG001 - the shape of a benchmark
    """Say lines and take times; every n-th of TRIALS.

    Returns:
        `device`, `trials`, and for each of `handed_s`, `driver_s` and `monitor_s` its `median`, `p95` and `most`.

    Raises:
        BedsideError: there is no loudspeaker.
    """
    texts = lines_ahead(load_script(), NUMBERS)[:TRIALS:every]
    prompts = Prompts(app.voice(), texts, Inbox())
    ready = threading.Thread(target=prompts.render)
    ready.start()
    while not prompts.all_ready:
        ready.join(0.1)
    prompts.end()
    system = _WatchedSystem()
    with closing(Player(system, app.settings.sound.loudspeaker or None, now=perf_counter)) as player, _monitor() as air:
        if player.fault is not None:
            raise BedsideError(f"Nothing can be measured: {player.fault}.")
        threading.Event().wait(SETTLE_S)
        speaker = LiveSpeaker(player, prompts)
        shown = track(texts, "say", console=Console(stderr=True), transient=True)
        taken = [_said(speaker, prompts, text, (system.handed, system.heard, air)) for text in shown]
        device = player.name
    names = ("handed_s", "driver_s", "monitor_s")
    return {"device": device, "trials": len(taken)} | {
        name: _spread([each[n] for each in taken]) for n, name in enumerate(names)
    }


def _said(speaker: LiveSpeaker, prompts: Prompts, text: str, ways: tuple[_Sound, ...]) -> list[float | None]:
    """Say one line; the seconds from the decision to its first sample, on each of the ways."""
    samples, rate = prompts.get(text) or (np.zeros(1, np.float32), 1)
    silent_s = float(np.flatnonzero(np.abs(samples) > AUDIBLE)[0] / rate)
    pause, decided_s = threading.Event(), perf_counter()
    speaker.begin("", text, decided_s)
    pause.wait(LISTEN_S)
    speaker.stop(decided_s)
    pause.wait(REST_S)
    found = [way.after(decided_s) for way in ways]
    return [None if at is None else at - decided_s - silent_s for at in found]


@contextmanager
def _monitor() -> Iterator[_Sound]:
    """What the sound server's monitor of the loudspeaker gives meanwhile; nothing where there is none."""
    sound = _Sound()
    if shutil.which(RECORDER[0]) is None:
        yield sound
        return
    command = [*RECORDER, f"--rate={RECORDED_HZ}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as recorder:
        reader = threading.Thread(target=_read, args=[recorder.stdout, sound])
        reader.start()
        try:
            yield sound
        finally:
            recorder.terminate()
            reader.join()


def _read(pipe: Any, sound: _Sound) -> None:
    while piece := pipe.read1(1 << 16):
        samples = np.frombuffer(piece[: len(piece) // 4 * 4], dtype="<f4")
        # Its last sample has just come: what is within the pipe is counted as delay.
        sound.put(samples, perf_counter() - len(samples) / RECORDED_HZ, RECORDED_HZ)


def _spread(values: list[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - no spread
        return {"median": None, "p95": None, "most": None}
    p95 = quantiles(known, n=20, method="inclusive")[-1]
    return {"median": round(median(known), 4), "p95": round(p95, 4), "most": round(max(known), 4)}


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table."""
    table = Table("from the decision to", "median", "95 %", "most", box=None)
    names = {
        "handed_s": "the driver",
        "driver_s": "the ear, as the driver says",
        "monitor_s": "a recorder at the loudspeaker's monitor",
    }
    for name, what in names.items():
        found = result[name]
        table.add_row(what, *("none" if each is None else f"{1000 * each:.0f} ms" for each in found.values()))
    console.print(f"{result['trials']} kept lines, loudspeaker {result['device']}")
    console.print(table)
    console.print(f"Aim: {1000 * AIM_S:.0f} ms.")
