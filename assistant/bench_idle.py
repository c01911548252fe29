"""Benchmark of doing nothing: what a night without a word costs, in a quiet room and beside a fan."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_room import SETTLE_S, BenchRoom, fan, quiet_room

if TYPE_CHECKING:
    from assistant.app import App
    from assistant.night_events import NightEvent

MEGABYTE = 1024 * 1024
STATM = Path("/proc/self/statm")


def run(app: App, clips: Path | None, *, every: int = 1, seconds: int = 600) -> dict[str, Any]:
    """Listen to nothing for so many seconds, twice.

    Returns:
        room -> `seconds`; `core_share`: processor time of this process by time; `begin_mb`, `end_mb`, `most_mb`:
        resident memory; `heard`: utterances that were taken for speech.
    """
    del clips, every
    return {name: _listen(app, name, noise(), seconds) for name, noise in {"silence": quiet_room, "fan": fan}.items()}


def _listen(app: App, name: str, noise: Any, seconds: int) -> dict[str, Any]:
    heard: list[str] = []
    found: dict[str, Any] = {}

    def tell(event: NightEvent) -> None:
        if event.event == "heard":
            heard.append(event.event)

    def drive() -> None:
        pause = threading.Event()
        pause.wait(SETTLE_S)
        begin_mb, began_s, used_s = _resident_mb(), perf_counter(), process_time()
        for second in track(range(seconds), name, console=Console(stderr=True), transient=True):
            pause.wait(max(0.0, began_s + second + 1 - perf_counter()))
        spent_s = perf_counter() - began_s
        found.update(
            seconds=round(spent_s, 1),
            core_share=round((process_time() - used_s) / spent_s, 4),
            begin_mb=begin_mb,
            end_mb=_resident_mb(),
        )

    BenchRoom(app, noise, tell).run(drive)
    most_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return found | {"most_mb": most_mb, "heard": len(heard)}


def _resident_mb() -> float:
    pages = int(STATM.read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE, 1)


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table."""
    table = Table("room", "seconds", "share of one core", "memory at first", "in the end", "at most", "heard", box=None)
    for room, found in result.items():
        memory = [f"{found[key]:.0f} MB" for key in ("begin_mb", "end_mb", "most_mb")]
        share = f"{100 * found['core_share']:.1f} %"
        table.add_row(room, f"{found['seconds']:.0f}", share, *memory, str(found["heard"]))
    console.print(table)
