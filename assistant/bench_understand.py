"""Benchmark of meaning: typed paraphrases that nothing was tuned on; ours beside the plain ways, in one run.

The plain ways are the nearest of the pack's sentences by rapidfuzz, the pack's sentences matched whole, and hassil
alone, Home Assistant's own matcher. All are given the same words.
"""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_baselines import Hassil
from assistant.bench_picture import picture_of
from assistant.errors import UsageError
from intents import words_yaml
from intents.nearest import Nearest
from intents.sampling import sayings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.app import App
    from intents import Match

UNSEEN = "unseen/en.yaml"
"""In the pack: what people say, its intent (`none`: silence is right) and, for a cramp, its site."""
COMMAND, COMPLAINT, FLAG, SILENCE = "commands", "complaints", "red flags", "unrelated talk"

Answer = tuple[str | None, str | None]
"""Intent and site."""


def run(app: App, clips: Path | None, *, every: int = 1) -> dict[str, Any]:
    """Understand every n-th paraphrase of the pack, or of the file `clips`, and count.

    Returns:
        `ways`: way -> kind -> `[right, asked]`; `confusion`: "wanted -> understood" -> how often; `stretched`: how many
        red flags would have got a stretch; `median_ms`: of one sentence.

    Raises:
        UsageError: there are no paraphrases.
    """
    understanding = app.understanding()
    path = clips or understanding.pack.root / UNSEEN
    if not path.is_file():
        raise UsageError(f"{path} does not exist. Give a file of labelled sentences with --clips.")
    rows = list(rows_in(words_yaml.read(path.read_text(encoding="utf-8"))))[::every]
    took: list[float] = []
    ways: dict[str, Callable[[str], Answer]] = {
        "ours": lambda text: _timed(took, lambda: understanding.understand([(text, 0.0)])),
        "nearest sentence": answers_of(Nearest(understanding.pack)),
        "hassil alone": answers_of(Hassil(understanding.pack)),
        "whole sentences": _whole(understanding.pack.normaliser.words, sayings(understanding.pack, each=5000)),
    }
    return _counted(rows, ways) | {"median_ms": round(sorted(took)[len(took) // 2] * 1000, 2)}


def _counted(rows: list[tuple[str, str, str | None]], ways: dict[str, Callable[[str], Answer]]) -> dict[str, Any]:
    counts: dict[str, dict[str, list[int]]] = {way: {} for way in ways}
    confusion: Counter[str] = Counter()
    stretched = 0
    for text, wanted, site in track(rows, "understand", console=Console(stderr=True), transient=True):
        for way, understand in ways.items():
            intent, told = understand(text)
            right = (intent or "none") == wanted and (site is None or told == site)
            count = counts[way].setdefault(kind_of(wanted), [0, 0])
            count[0] += right
            count[1] += 1
            if way == "ours" and not right:
                confusion[f"{wanted} -> {intent or 'none'}"] += 1
                stretched += wanted.startswith("rf_") and intent == "cramp"
    return {"ways": counts, "confusion": dict(confusion.most_common()), "stretched": stretched}


def rows_in(data: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Each sentence, its intent, and the site that is asked for."""
    for group in data["unseen"]:
        for sentence in group["sentences"]:
            yield sentence, group["intent"], group.get("site")


def kind_of(intent: str) -> str:
    """The column in which an intent counts."""
    if intent.startswith("rf_"):
        return FLAG
    return SILENCE if intent == "none" else COMPLAINT if intent in ("cramp", "rls", "numbness") else COMMAND


def _timed(took: list[float], understand: Callable[[], Match]) -> Answer:
    began = perf_counter()
    match = understand()
    took.append(perf_counter() - began)
    return match.intent, match.slots.get("site")


class Meaner(Protocol):
    """A way to understand one text."""

    def understand(self, text: str) -> Match:
        """What it means, silence included."""
        ...


def answers_of(way: Meaner) -> Callable[[str], Answer]:
    """What a way answers to a text."""

    def understand(text: str) -> Answer:
        match = way.understand(text)
        return match.intent, match.slots.get("site")

    return understand


def _whole(words: Callable[[str], tuple[str, ...]], said: dict[str, str]) -> Callable[[str], Answer]:
    known = {words(sentence): intent for sentence, intent in said.items()}
    return lambda text: (known.get(words(text)), None)


def picture(result: dict[str, Any]) -> str:
    """What was right of each kind, SVG."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for way, kinds in result["ways"].items():
        for kind, (right, asked) in kinds.items():
            counts.setdefault(kind, {})[way] = {"right": right, "asked": asked}
    return picture_of(counts)


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table, and what was taken for what."""
    table = Table("way", COMPLAINT, FLAG, COMMAND, SILENCE, box=None)
    for way, kinds in result["ways"].items():
        cells = (kinds.get(kind, [0, 0]) for kind in (COMPLAINT, FLAG, COMMAND, SILENCE))
        table.add_row(way, *(f"{right}/{asked}" for right, asked in cells))
    console.print(table)
    console.print(
        f"Red flags that would have got a stretch: {result['stretched']}. One sentence: {result['median_ms']} ms."
    )
    for pair, times in result["confusion"].items():
        console.print(f"  {pair}: {times}")
