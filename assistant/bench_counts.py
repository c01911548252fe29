"""How labelled clips are counted: what was right, what was acted on wrongly, and why the rest was missed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from assistant.errors import UsageError

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from audio import Heard
    from intents import Match
    from intents.understanding import Understanding

TRUTH = "truth.jsonl"
"""Beside the clips, an object a line: `file`, `condition`, `utterance`, `intent` (`none`: silence is right), `site` and
`side`."""
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
MISSED = {
    "missed_words": "the very words, typed, are not understood",
    "missed_meaning": "the words were among the readings",
    "missed_weighing": "another reading alone would have been understood",
    "missed_hearing": "no reading holds it: not heard",
}
"""Why a clip was missed, asked in this order; the first that holds counts."""

Row = dict[str, str]


def rows_of(clips: Path, *, every: int = 1) -> list[Row]:
    """The labels of every n-th clip.

    Raises:
        UsageError: there are no labels.
    """
    truth = clips / TRUTH
    if not truth.is_file():
        raise UsageError(f"{truth} does not exist. Give a folder of labelled clips with --clips.")
    return [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()][::every]


def is_right(row: Row, intent: str | None, slots: Mapping[str, str]) -> bool:
    """Whether the intent, and for a cramp its site, are those of the label."""
    return intent == row["intent"] and (intent != "cramp" or slots.get("site") == row["site"])


def count(n: Counter[str], row: Row, known: Collection[str], match: Match | None) -> None:
    """Add a clip to the counts."""
    intent, slots = (None, {}) if match is None else (match.intent, match.slots)
    if row["intent"] != "cramp":
        n["other"] += 1
        n["stretched"] += intent == "cramp"
    if row["intent"] == "none":
        n["silent"] += 1
        n["acted"] += intent is not None
    elif row["intent"] in known:
        right = is_right(row, intent, slots)
        for group in _groups(row):
            n[f"{group}asked"] += 1
            n[f"{group}right"] += right
        if row["intent"] == "cramp" and row["side"] in SIDES:
            n["side_asked"] += 1
            n["side_right"] += right and slots.get("side") == row["side"]


def _groups(row: Row) -> list[str]:
    """Which columns a clip counts in: all, and of the red flags and of the calf and its answers their own."""
    calf = row["intent"] in CALF_ANSWERS or (row["intent"] == "cramp" and row["site"] == "calf")
    return ["", *(["flag_"] if row["intent"].startswith("rf_") else []), *(["calf_"] if calf else [])]


def why_missed(row: Row, finals: Iterable[Heard], understanding: Understanding) -> str:
    """Which of MISSED holds for a clip that was not understood."""

    def means_it(text: str) -> bool:
        match = understanding.understand([(text, 0.0)])
        return is_right(row, match.intent, match.slots)

    words, said = understanding.pack.normaliser.words, row.get("utterance", "")
    texts = {reading.text for heard in finals for reading in (*heard.readings, *heard.judged)}
    if said and not means_it(said):
        return "missed_words"
    if said and words(said) in map(words, texts):
        return "missed_meaning"
    return "missed_weighing" if any(map(means_it, texts)) else "missed_hearing"


def table_of(conditions: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Table:
    """Condition -> way -> counts, as a table."""
    table = Table("condition", Column("way", no_wrap=True), *(column for column, _, _ in COLUMNS), box=None)
    for condition, ways in conditions.items():
        for way, n in ways.items():
            table.add_row(condition, way, *(f"{n.get(a, 0)}/{n.get(b, 0)}" for _, a, b in COLUMNS))
    return table


def told_missed(conditions: Mapping[str, Mapping[str, Mapping[str, int]]], way: str = "ours") -> Iterator[str]:
    """For each condition, a line that says why what we missed was missed."""
    for condition, ways in conditions.items():
        n: Mapping[str, Any] = ways[way]
        told = "; ".join(f"{n[key]} {why}" for key, why in MISSED.items() if n.get(key))
        yield f"missed, {condition}: {n.get('asked', 0) - n.get('right', 0)}{f': {told}' if told else ''}"
