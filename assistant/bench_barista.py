"""Benchmark of a second pack: coffee orders by real people, clean and in noise, ours beside plain ways, in one run.

The recordings and labels are those of Picovoice's speech-to-intent benchmark. An order is right when its intent and all
of its slots are. All ways are given the same sound and the same readings. Every second recording, by name, is the
report's own: nothing was tuned on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_noise import babble, fan, mixed
from assistant.bench_sound import read_sound, sounds_in
from assistant.errors import UsageError
from assistant.hearing import Hearing
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from intents.nearest import Nearest
from intents.pack import BUNDLED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
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
SENTENCES = 20_000
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


@dataclass(frozen=True, slots=True)
class _Played:
    """Samples as a sound that is heard frame by frame."""

    samples: NDArray[np.float32]

    def frames(self) -> Iterator[Frame]:
        for at in range(0, len(self.samples), FRAME_SAMPLES):
            yield Frame(self.samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)


def run(app: App, clips: Path, *, every: int = 1, sound: Sequence[Path] = ()) -> dict[str, Any]:
    """Hear every n-th order in every condition, and count.

    Args:
        app: makes the recogniser.
        clips: the recordings, with their labels in the folder or beside it.
        every: take every n-th recording only.
        sound: folders of other people's speech, which babble is made of; by default it is other people's orders.

    Returns:
        `babble`: what it was made of; `orders`: part -> how many; `right`: part (`report`, `tuning`) -> condition ->
        way -> how many; `missed`: our own misses.

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
    result["orders"] = {part: sum(_part(order) == part for order in heard) for part in ("report", "tuning")}
    result["right"] = {part: {} for part in result["orders"]}
    understanding = app.understanding(PACK)
    hearing = Hearing(app, understanding, idle=True, realtime=False)
    nearest = Nearest(understanding.pack, each=SENTENCES)
    ways: dict[str, Callable[[list[Heard]], Match | None]] = {
        "nearest sentence": lambda finals: nearest.understand(" ".join(heard.text for heard in finals)),
        "best transcript": lambda finals: hearing.meaning([_best_alone(heard) for heard in finals]),
        "without the grammar": lambda finals: hearing.meaning([replace(heard, allowed=None) for heard in finals]),
        "ours": hearing.meaning,
    }
    work = [(order, condition) for condition in conditions() for order in heard]
    for order, condition in track(work, "barista", console=Console(stderr=True), transient=True):
        finals = hearing.listen(_Played(in_noise(order, condition, voices)))
        counts = result["right"][_part(order)].setdefault(condition, dict.fromkeys(ways, 0))
        for way, understand in ways.items():
            counts[way] += order.is_meant(understand(finals))
        if not order.is_meant(ours := hearing.meaning(finals)):
            told = {"heard": " ".join(heard.text for heard in finals), "slots": ours.slots if ours else {}}
            result["missed"].append({"file": order.name, "condition": condition, "label": order.slots, **told})
    return result


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
            return {name: label for name, label in labels.items() if (clips / name).is_file()}
    raise UsageError(f"{clips} holds no {LABELS}. Give the folder of the coffee orders with --clips.")


def _part(order: Order) -> str:
    return "report" if order.number % 2 else "tuning"


def _best_alone(heard: Heard) -> Heard:
    return replace(heard, readings=heard.readings[:1], allowed=None)


def show(result: dict[str, Any], console: Console) -> None:
    """Print a table for each part of the recordings, and what we missed."""
    for part, of_part in result["right"].items():
        asked = result["orders"][part]
        if not of_part:
            continue
        ways = list(of_part[CLEAN])
        table = Table(f"{asked} orders, {part}", *ways, box=None)
        for condition, right in of_part.items():
            table.add_row(condition, *(f"{right[way]}/{asked}" for way in ways))
        noisy = [right for condition, right in of_part.items() if condition != CLEAN]
        table.add_row("noise, mean", *(f"{sum(n[way] for n in noisy) / len(noisy) / asked:.1%}" for way in ways))
        console.print(table)
    for miss in result["missed"]:
        console.print(f"  {miss['condition']}: {miss['file'][:8]} heard “{miss['heard']}”")
