"""Benchmark of patience: how long a person waits, from the last sample of speech to the first sample of the answer.

Recordings are spoken at their own speed into the live loop, with the real recogniser, meaning, dialog and log. A
complaint is spoken into a quiet night, an answer over the first line of an episode that a key has opened. The
loudspeaker's own delay, some hundredths of a second, comes on top.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_room import SETTLE_S, BenchRoom, quiet_room, sound

if TYPE_CHECKING:
    from assistant.app import App
    from assistant.night_events import NightEvent

DEMO = Path(__file__).parent / "demo"
DEMO_CLIPS = {"complaint.flac": "cramp", "same.flac": "still_hurts", "no.flac": "no", "better.flac": "better"}
REPEATS = 5
"""How often each of the demo's recordings is spoken, where no others are given."""
WAIT_S = 8.0
"""Seconds after the speech; what has not been decided by then was not understood."""
ANSWERED_WITHIN_S = 1.0
"""Seconds after the decision; what is said later is no answer. "Stop" is answered by silence."""
ANSWER_AFTER_S = 0.8
"""Seconds into the first line when an answer begins."""
AIM_S = 1.0
COMPLAINT = "cramp"


def run(app: App, clips: Path | None, *, every: int = 1) -> dict[str, Any]:
    """Speak every n-th clip and take times.

    Returns:
        kind (`complaint`, `answer`) -> `spoken`, `decided` and `sounded`: counts; and for each of `decision_s` and
        `first_sound_s` its `median` and `p95`, seconds after the last audible sample of speech.
    """
    rows = _rows(clips)[::every]
    told: deque[tuple[float, NightEvent]] = deque(maxlen=1000)
    room = BenchRoom(app, quiet_room(), lambda event: told.append((perf_counter(), event)))
    times: dict[str, list[tuple[float | None, float | None]]] = {"complaint": [], "answer": []}

    def drive() -> None:
        pause = threading.Event()
        pause.wait(SETTLE_S)
        for path, intent in track(rows, "speak", console=Console(stderr=True), transient=True):
            kind = "complaint" if intent == COMPLAINT else "answer"
            if kind == "answer":
                room.press("c")
                pause.wait(ANSWER_AFTER_S)
            times[kind].append(_spoken(app, room, told, path))
            room.press("s")
            pause.wait(1.0)

    room.run(drive)
    return {kind: _summary(taken) for kind, taken in times.items()}


def _rows(clips: Path | None) -> list[tuple[Path, str]]:
    if clips is None:
        return [(DEMO / name, intent) for name, intent in DEMO_CLIPS.items()] * REPEATS
    labels = [json.loads(line) for line in (clips / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    answers = {"yes", "no", "better", "worse", "still_hurts", "stop", "help", "repeat"}
    return [
        (clips / row["file"], row["intent"])
        for row in labels
        if row["intent"] in answers or (row["intent"] == COMPLAINT and row["site"] == "calf")
    ]


def _spoken(
    app: App, room: BenchRoom, told: deque[tuple[float, NightEvent]], path: Path
) -> tuple[float | None, float | None]:
    """Speak one clip; seconds from its end to the decision and to the answer's first sample, None where none came."""
    samples = sound(app, path)
    told.clear()
    room.microphone.play(samples)
    pause, ended_s = threading.Event(), room.microphone.ended_s
    decided_s: float | None = None
    while perf_counter() < ended_s + WAIT_S and decided_s is None:
        pause.wait(0.02)
        found = [at for at, event in list(told) if event.event == "understood" and event.fields["intent"]]
        decided_s = found[-1] if found else None
    if decided_s is None:
        return None, None
    while perf_counter() < decided_s + ANSWERED_WITHIN_S and room.loudspeaker.sounded_s < decided_s:
        pause.wait(0.02)
    sounded_s = room.loudspeaker.sounded_s
    return decided_s - ended_s, sounded_s - ended_s if sounded_s >= decided_s else None


def _summary(taken: list[tuple[float | None, float | None]]) -> dict[str, Any]:
    decided = [first for first, _ in taken if first is not None]
    sounded = [second for _, second in taken if second is not None]
    return {
        "spoken": len(taken),
        "decided": len(decided),
        "sounded": len(sounded),
        "decision_s": _spread(decided),
        "first_sound_s": _spread(sounded),
    }


def _spread(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"median": None, "p95": None}
    p95 = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return {"median": round(median(values), 3), "p95": round(p95, 3)}


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table."""
    table = Table("spoken", "clips", "decided", "decision, median", "95 %", "first sound, median", "95 %", box=None)
    for kind, found in result.items():
        values = [found[key][which] for key in ("decision_s", "first_sound_s") for which in ("median", "p95")]
        seconds = ["none" if value is None else f"{value:.2f} s" for value in values]
        table.add_row(kind, str(found["spoken"]), str(found["decided"]), *seconds)
    console.print(table)
    console.print(f"Aim: the first sound within {AIM_S:.1f} s of the last sample of speech.")
