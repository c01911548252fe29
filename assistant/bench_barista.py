"""Benchmark of a second pack: coffee orders by real people, clean and in noise, ours beside plain ways, in one run.

The recordings and labels are those of Picovoice's speech-to-intent benchmark. An order is right when its intent and all
of its slots are. All ways are given the same sound and the same readings. Every second recording, by name, is the
report's own: nothing was tuned on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_ablation_ways import best_alone, without_known
from assistant.bench_noise import babble, fan, mixed
from assistant.bench_picture import picture_of
from assistant.bench_sound import Played, read_sound, sounds_in
from assistant.errors import UsageError
from assistant.hearing import Hearing
from intents.nearest import Nearest
from intents.pack import BUNDLED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.app import App
    from audio import Heard
    from intents import Match

PACK = BUNDLED.parent / "coffee"
LABELS = "labels.json"
"""In the folder of the recordings, or beside it: file -> `intent` and `slots`."""
SNRS_DB = (6, 12, 24)
KINDS = ("babble", "fan")
CLEAN = "clean"
SEED = 7
SENTENCES = 5_000
"""Sentences that the plain way chooses from; the pack allows millions."""


@dataclass(frozen=True, slots=True)
class Order:
    """One recording."""

    name: str
    number: int
    """Among all recordings, by name: what its noise is drawn by."""
    sound: NDArray[np.float32]
    intent: str
    slots: dict[str, str]

    def is_meant(self, match: Match | None) -> bool:
        """Whether intent and all slots are right."""
        return match is not None and (match.intent, match.slots) == (self.intent, self.slots)


def run(app: App, clips: Path, *, every: int = 1, sound: Sequence[Path] = ()) -> dict[str, Any]:
    """Hear every n-th order in every condition, and count; Ctrl-C ends it, and what was heard until then is counted.

    Args:
        app: makes the recogniser.
        clips: the recordings, with their labels in the folder or beside it.
        every: take every n-th recording only.
        sound: folders of other people's speech, which babble is made of; by default it is other people's orders.

    Returns:
        `babble`: what it was made of; `right`: part (`report`, `tuning`) -> condition -> how many were `asked`, and way
        -> how many were right; `missed`: our own misses.

    Raises:
        UsageError: there are no recordings, or no labels.
    """
    labels = _labels(clips)
    orders = [
        Order(name, number, read_sound(clips / name), label["intent"], label["slots"])
        for number, (name, label) in enumerate(sorted(labels.items()))
        if number % every == 0 or not sound
    ]
    voices = [read_sound(path) for path in sounds_in(sound)] or [order.sound for order in orders]
    heard = [order for order in orders if order.number % every == 0]
    result: dict[str, Any] = {"babble": [str(folder) for folder in sound] or "other orders", "missed": []}
    result["right"] = {"report": {}, "tuning": {}}
    understanding = app.understanding(PACK)
    hearing = Hearing(app, understanding, idle=True, realtime=False, early=False)
    nearest = Nearest(understanding.pack, each=SENTENCES)
    ways: dict[str, Callable[[list[Heard]], Match | None]] = {
        "nearest sentence": lambda finals: nearest.understand(" ".join(heard.text for heard in finals)),
        "best transcript": lambda finals: hearing.meaning([best_alone(heard) for heard in finals]),
        "without the grammar": lambda finals: hearing.meaning([without_known(heard) for heard in finals]),
        "ours": hearing.meaning,
    }
    work = [(order, condition) for order in sorted(heard, key=_part) for condition in conditions()]
    try:
        for order, condition in track(work, "barista", console=Console(stderr=True), transient=True):
            finals = hearing.listen(Played(in_noise(order, condition, voices)))
            told = {way: understand(finals) for way, understand in ways.items()}
            _count(result, order, condition, told, " ".join(heard.text for heard in finals))
    except KeyboardInterrupt:
        result["stopped"] = True
    return result


def _count(
    result: dict[str, Any], order: Order, condition: str, told: dict[str, Match | None], transcript: str
) -> None:
    counts = result["right"][_part(order)].setdefault(condition, {"asked": 0} | dict.fromkeys(told, 0))
    counts["asked"] += 1
    for way, match in told.items():
        counts[way] += order.is_meant(match)
    if not order.is_meant(ours := told["ours"]):
        understood = ours.slots if ours else {}
        miss = {"file": order.name, "condition": condition, "label": order.slots}
        result["missed"].append(miss | {"heard": transcript, "slots": understood})


def conditions() -> list[str]:
    """Clean, and every noise at every level."""
    return [CLEAN, *(f"{kind} {snr} dB" for kind in KINDS for snr in SNRS_DB)]


def in_noise(order: Order, condition: str, voices: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """An order as it is heard in a condition; the same for the same seed."""
    if condition == CLEAN:
        return order.sound
    kind, snr, _ = condition.split()
    draw = np.random.default_rng([SEED, order.number, KINDS.index(kind), int(snr)])
    if kind == "fan":
        return mixed(order.sound, fan(len(order.sound), draw), int(snr))
    others = [voice for voice in voices if voice is not order.sound]
    return mixed(order.sound, babble(len(order.sound), draw, others), int(snr))


def _labels(clips: Path) -> dict[str, Any]:
    for path in (clips / LABELS, clips.parent / LABELS):
        if path.is_file():
            labels: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if here := {name: label for name, label in labels.items() if (clips / name).is_file()}:
                return here
            raise UsageError(f"{clips} holds none of the sounds that {path} names. Give their folder with --clips.")
    raise UsageError(f"{clips} holds no {LABELS}. Give the folder of the coffee orders with --clips.")


def _part(order: Order) -> str:
    return "report" if order.number % 2 else "tuning"


def picture(result: dict[str, Any]) -> str:
    """What was right in each noise, SVG."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for part, conditions in result["right"].items():
        for condition, n in conditions.items():
            ways = {way: {"right": n[way], "asked": n["asked"]} for way in reversed(n) if way != "asked"}
            counts[f"{condition}, {part}"] = ways
    return picture_of(counts)


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table for each part of the recordings, and what we missed."""
    for part, of_part in result["right"].items():
        if not of_part:
            continue
        ways = [way for way in of_part[CLEAN] if way != "asked"]
        table = Table(f"orders, {part}", *ways, box=None)
        for condition, n in of_part.items():
            table.add_row(condition, *(f"{n[way]}/{n['asked']}" for way in ways))
        noisy = [n for condition, n in of_part.items() if condition != CLEAN]
        if noisy:
            means = (sum(n[way] / n["asked"] for n in noisy) / len(noisy) for way in ways)
            table.add_row("noise, mean", *(f"{mean:.1%}" for mean in means))
        console.print(table)
    for miss in result["missed"]:
        console.print(f"  {miss['condition']}: {miss['file'][:8]} heard “{miss['heard']}”")
