"""Benchmark of the parts: ours with each left out in turn, heard and typed, beside other people's ways, in one run.

Each clip is cut and encoded once; what is left out is left out of the searches, of the readings or of the pack. Other
people's ways are the nearest sentence by rapidfuzz and hassil, both on our best transcript, and pocketsphinx on the
sound. Near misses and the unseen sentences are left out of nothing: they are for tests only.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant import bench_understand
from assistant.bench_ablation_hearing import OURS, Readers
from assistant.bench_ablation_ways import WAYS, Way
from assistant.bench_baselines import REMEDY, Hassil, PocketSphinx
from assistant.bench_counts import count, is_right, rows_of, table_of, told_missed, why_missed
from assistant.bench_picture import picture_of
from assistant.bench_reliability import judged_of, told_reliability
from assistant.bench_sound import Played, read_sound
from assistant.hearing import sureness
from assistant.meaning import meaning_of
from intents import words_yaml
from intents.nearest import Nearest
from intents.understanding import Understanding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.app import App
    from assistant.bench_counts import Row
    from audio import Heard
    from intents import Match
    from intents.pack import Pack

NEAREST, HASSIL, SPHINX = "nearest sentence", "hassil alone", "pocketsphinx, our sentences"


def run(app: App, clips: Path, *, every: int = 1) -> dict[str, Any]:
    """Hear every n-th clip once, and understand it in every way; Ctrl-C ends it, and what was heard until then counts.

    Returns:
        `heard`: condition -> way -> counts, as in `bench hear`; `typed`: way -> kind -> `[right, asked]`; `clips`: for
        each, what was wanted and what ours took it for, with its score; `absent`: baselines that are not here.

    Raises:
        UsageError: there are no labels.
    """
    rows = rows_of(clips, every=every)
    parts = _Parts(app.understanding().pack)
    result: dict[str, Any] = {"heard": {}, "typed": _typed(parts), "clips": [], "absent": {}}
    readers = Readers(app.engines.sayings(parts.ours), threads=app.settings.engine.threads)
    sphinx = _sphinx(parts.ours.pack, result)
    try:
        for row in track(rows, "ablation", console=Console(stderr=True), transient=True):
            sound = Played(read_sound(clips / row["file"]))
            counts = result["heard"].setdefault(row["condition"], {})
            read = readers.hear(sound)
            told = _meanings(parts, read)
            for name, match in told.items():
                count(counts.setdefault(name, Counter()), row, parts.known, match)
            if sphinx is not None:
                count(counts.setdefault(SPHINX, Counter()), row, parts.known, sphinx.hear(sound.samples))
            _note(result, parts, row, read[OURS], told[OURS])
    except KeyboardInterrupt:
        result["stopped"] = True
    return result


class _Parts:
    """An understanding for each pack that a part was left out of, and the plain ways."""

    def __init__(self, pack: Pack) -> None:
        made: dict[Callable[[Pack], Pack], Understanding] = {}
        for way in WAYS:
            if way.pack not in made:
                made[way.pack] = Understanding(way.pack(pack))
        self.ways: list[tuple[Way, Understanding]] = [(way, made[way.pack]) for way in WAYS]
        self.ours = self.ways[0][1]
        self.known = frozenset(self.ours.intents)
        self.plain: dict[str, bench_understand.Meaner] = {NEAREST: Nearest(pack), HASSIL: Hassil(pack)}


def _sphinx(pack: Pack, result: dict[str, Any]) -> PocketSphinx | None:
    try:
        return PocketSphinx(pack)
    except ImportError:
        result["absent"][SPHINX] = f"not measured, since it is not here: {REMEDY}"
        return None


def _meanings(parts: _Parts, read: dict[str, list[Heard]]) -> dict[str, Match | None]:
    told = {way.name: _surest(u, [way.heard(heard) for heard in read[way.hearing]]) for way, u in parts.ways}
    transcript = " ".join(heard.text for heard in read[OURS])
    return {**told, **{name: plain.understand(transcript) for name, plain in parts.plain.items()}}


def _surest(understanding: Understanding, finals: Sequence[Heard]) -> Match | None:
    return max((meaning_of(understanding, heard) for heard in finals), key=sureness, default=None)


def _note(result: dict[str, Any], parts: _Parts, row: Row, finals: list[Heard], match: Match | None) -> None:
    """What ours made of a clip, and why it was missed."""
    intent, slots = (match.intent, match.slots) if match else (None, {})
    if row["intent"] in parts.known and not is_right(row, intent, slots):
        result["heard"][row["condition"]][OURS][why_missed(row, finals, parts.ours)] += 1
    best, score = (match.best, match.score) if match else (None, 0.0)
    told = {"wanted": row["intent"], "understood": intent, "best": best, "score": round(score, 4)}
    result["clips"].append({"file": row["file"], "condition": row["condition"], **told})


def _typed(parts: _Parts) -> dict[str, dict[str, list[int]]]:
    """Every way that typed words take, on the pack's unseen sentences."""
    path = parts.ours.pack.root / bench_understand.UNSEEN
    rows = list(bench_understand.rows_in(words_yaml.read(path.read_text(encoding="utf-8"))))
    ways: dict[str, Callable[[str], Match]] = {
        way.name: partial(_understood, u) for way, u in parts.ways if way.is_typed
    }
    ways |= {name: plain.understand for name, plain in parts.plain.items()}
    counts: dict[str, dict[str, list[int]]] = {}
    for text, wanted, site in track(rows, "typed", console=Console(stderr=True), transient=True):
        for way, understand in ways.items():
            match = understand(text)
            right = (match.intent or "none") == wanted and (site is None or match.slots.get("site") == site)
            n = counts.setdefault(way, {}).setdefault(bench_understand.kind_of(wanted), [0, 0])
            n[0] += right
            n[1] += 1
    return counts


def _understood(understanding: Understanding, text: str) -> Match:
    return understanding.understand([(text, 0.0)])


def picture(result: dict[str, Any]) -> str:
    """The figures as a picture, SVG."""
    return picture_of(result["heard"], result["clips"])


def show(result: dict[str, Any], console: Console) -> None:
    """Print the tables, why we missed what we missed, and whether the score is a probability."""
    console.print(table_of(result["heard"]))
    for line in told_missed(result["heard"]):
        console.print(line)
    kinds = (bench_understand.COMPLAINT, bench_understand.FLAG, bench_understand.COMMAND, bench_understand.SILENCE)
    table = Table("typed, unseen", *kinds, box=None)
    for way, counts in result["typed"].items():
        table.add_row(way, *(f"{right}/{asked}" for right, asked in (counts.get(kind, (0, 0)) for kind in kinds)))
    console.print(table)
    for line in told_reliability(judged_of(result["clips"])):
        console.print(line)
    for name, why in result["absent"].items():
        console.print(f"{name}: {why}")
