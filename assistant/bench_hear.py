"""Benchmark of hearing: labelled clips through the whole recogniser, ours beside the plain way, in one run.

The plain way is the recogniser's best transcript and the nearest of the pack's sentences by rapidfuzz. Both are given
the same sound and the same transcripts, so that the table compares meaning alone.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.errors import UsageError
from assistant.hearing import Hearing
from intents.nearest import Nearest

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.app import App
    from intents import Match

TRUTH = "truth.jsonl"
"""Beside the clips, an object a line: `file`, `condition`, `intent` (`none`: silence is right), `site`, `side`."""
SIDES = ("left", "right", "both")
CALF_ANSWERS = frozenset({"stop", "help", "yes", "no", "better", "worse", "repeat"})
"""The answers that belong to the first of all nights, a cramp in the calf."""
COLUMNS = (
    ("right", "right", "asked"),
    ("calf and its answers", "calf_right", "calf_asked"),
    ("red flags", "flag_right", "flag_asked"),
    ("side right", "side_right", "side_asked"),
    ("stretched wrongly", "stretched", "other"),
    ("acted on unrelated talk", "acted", "silent"),
)
"""Heading, and the two counts of its share."""


def run(app: App, clips: Path, *, every: int = 1) -> dict[str, Any]:
    """Hear every n-th clip with each engine that is present, and count.

    Returns:
        engine -> condition -> way -> counts: `right` of `asked` (intent and, for a cramp, site), the same of the red
        flags (`flag_`) and of a cramp in the calf with its answers (`calf_`), `side_right` of `side_asked`, `stretched`
        of `other` (clips to which a stretch is wrong), `acted` of `silent` (unrelated talk).

    Raises:
        UsageError: there are no labels.
    """
    truth = clips / TRUTH
    if not truth.is_file():
        raise UsageError(f"{truth} does not exist. Give a folder of labelled clips with --clips.")
    rows = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()][::every]
    understanding = app.understanding()
    hearings = (
        Hearing(app, understanding, idle=False, realtime=False, engine=engine) for engine in app.engines.present()
    )
    return {hearing.engine: _heard(hearing, app, clips, rows, frozenset(understanding.intents)) for hearing in hearings}


def _heard(
    hearing: Hearing, app: App, clips: Path, rows: list[dict[str, str]], known: frozenset[str]
) -> dict[str, Any]:
    nearest = Nearest.load()
    counts: dict[str, dict[str, Counter[str]]] = {}
    for row in track(rows, f"hear {hearing.engine}", console=Console(stderr=True), transient=True):
        finals = hearing.listen(app.microphone(clips / row["file"]))
        ways = counts.setdefault(row["condition"], {"ours": Counter(), "nearest sentence": Counter()})
        _count(ways["ours"], row, known, hearing.meaning(finals))
        _count(ways["nearest sentence"], row, known, nearest.understand(" ".join(heard.text for heard in finals)))
    return {condition: {way: dict(n) for way, n in ways.items()} for condition, ways in counts.items()}


def _count(n: Counter[str], row: dict[str, str], known: frozenset[str], match: Match | None) -> None:
    intent, slots = (None, {}) if match is None else (match.intent, match.slots)
    if row["intent"] != "cramp":
        n["other"] += 1
        n["stretched"] += intent == "cramp"
    if row["intent"] == "none":
        n["silent"] += 1
        n["acted"] += intent is not None
    elif row["intent"] in known:
        right = intent == row["intent"] and (intent != "cramp" or slots.get("site") == row["site"])
        for group in _groups(row):
            n[f"{group}asked"] += 1
            n[f"{group}right"] += right
        if row["intent"] == "cramp" and row["side"] in SIDES:
            n["side_asked"] += 1
            n["side_right"] += right and slots.get("side") == row["side"]


def _groups(row: dict[str, str]) -> list[str]:
    """Which columns a clip counts in: all, and of the red flags and of the calf and its answers their own."""
    calf = row["intent"] in CALF_ANSWERS or (row["intent"] == "cramp" and row["site"] == "calf")
    return ["", *(["flag_"] if row["intent"].startswith("rf_") else []), *(["calf_"] if calf else [])]


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table for each engine."""
    for engine, conditions in result.items():
        heads = ("condition", "way", *(column for column, _, _ in COLUMNS))
        table = Table(*heads, box=None)
        for condition, ways in conditions.items():
            for way, n in ways.items():
                table.add_row(condition, way, *(f"{n.get(a, 0)}/{n.get(b, 0)}" for _, a, b in COLUMNS))
        console.print(f"\n{engine}")
        console.print(table)
