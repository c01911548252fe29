"""Benchmark of hearing: labelled clips through the whole recogniser, ours beside the plain way, in one run.

The plain way is the recogniser's best transcript and the nearest of the pack's sentences by rapidfuzz. Both are given
the same sound and the same transcripts, so that the table compares meaning alone.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from assistant.bench_counts import count, is_right, rows_of, table_of, told_missed, why_missed
from assistant.bench_picture import picture_of
from assistant.hearing import Hearing
from intents.nearest import Nearest

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.app import App
    from assistant.bench_counts import Row
    from intents.understanding import Understanding


def run(app: App, clips: Path, *, every: int = 1) -> dict[str, Any]:
    """Hear every n-th clip with each engine that is present, and count.

    Returns:
        engine -> condition -> way -> counts: `right` of `asked` (intent and, for a cramp, site), the same of the red
        flags (`flag_`) and of a cramp in the calf with its answers (`calf_`), `side_right` of `side_asked`, `stretched`
        of `other` (clips to which a stretch is wrong), `acted` of `silent` (unrelated talk); of ours also why it was
        `missed_...`: see `bench_counts.MISSED`.

    Raises:
        UsageError: there are no labels.
    """
    rows = rows_of(clips, every=every)
    understanding = app.understanding()
    hearings = (
        Hearing(app, understanding, idle=False, realtime=False, engine=engine, early=False)
        for engine in app.engines.present()
    )
    return {hearing.engine: _heard(hearing, app, clips, rows, understanding) for hearing in hearings}


def _heard(hearing: Hearing, app: App, clips: Path, rows: list[Row], understanding: Understanding) -> dict[str, Any]:
    nearest, known = Nearest.load(), frozenset(understanding.intents)
    counts: dict[str, dict[str, Counter[str]]] = {}
    for row in track(rows, f"hear {hearing.engine}", console=Console(stderr=True), transient=True):
        finals = hearing.listen(app.microphone(clips / row["file"]))
        ways = counts.setdefault(row["condition"], {"ours": Counter(), "nearest sentence": Counter()})
        match = hearing.meaning(finals)
        count(ways["ours"], row, known, match)
        if row["intent"] in known and not (match and is_right(row, match.intent, match.slots)):
            ways["ours"][why_missed(row, finals, understanding)] += 1
        count(ways["nearest sentence"], row, known, nearest.understand(" ".join(heard.text for heard in finals)))
    return {condition: {way: dict(n) for way, n in ways.items()} for condition, ways in counts.items()}


def picture(result: dict[str, Any]) -> str:
    """What was right in each condition, SVG."""
    return picture_of({f"{engine}, {name}": ways for engine, told in result.items() for name, ways in told.items()})


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table for each engine, and why we missed what we missed."""
    for engine, conditions in result.items():
        console.print(f"\n{engine}")
        console.print(table_of(conditions))
        for line in told_missed(conditions):
            console.print(line)
