"""Compare meaning by rules, by a small trained classifier, and by both: typed, and on what was heard, in one table.

usage: PYTHONPATH=. compare.py [--other FILE ...] [--clips DIR] [--every N]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from model import Classifier
from sentences import NOTHING, Generator

from assistant.app import App
from assistant.bench_ablation_hearing import OURS, Readers
from assistant.bench_counts import rows_of
from assistant.bench_sound import Played, read_sound
from assistant.bench_understand import UNSEEN, rows_in
from intents import words_yaml
from intents.joining import shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from intents import Match
    from intents.understanding import Understanding

Readings = list[tuple[str, float]]
Answer = tuple[str | None, str | None]
ACTS, AGREES, BEARS_OUT = 0.7, 0.8, 0.1
"""Probability from which the classifier acts alone; from which it helps the rules; their own score in that case."""


class Ways:
    """The three ways to understand the readings of one utterance."""

    def __init__(self, understanding: Understanding, classifier: Classifier) -> None:
        """Take the rules and the trained classifier."""
        self._rules, self._classifier = understanding, classifier

    def answers(self, first: Readings, second: Readings) -> dict[str, Answer]:
        """Way -> intent and site."""
        match = self._rules.understand(first, second=second or None)
        intent, site, probability = self._classified(first, second)
        rules: Answer = (match.intent, match.slots.get("site"))
        helps = intent == match.best and probability >= AGREES and match.score >= BEARS_OUT
        alone: Answer = (intent, site) if intent != NOTHING and probability >= ACTS else (None, None)
        return {"rules": rules, "classifier": alone, "both": (intent, site) if _is_silent(match) and helps else rules}

    def _classified(self, first: Readings, second: Readings) -> tuple[str, str | None, float]:
        """The likeliest intent over all readings, with its site and its probability."""
        settings, words = self._rules.pack.composition.settings, self._rules.pack.normaliser.words
        lists = [readings for readings in (first, second) if readings]
        labels: Counter[str] = Counter()
        for readings in lists:
            for share, (text, _) in zip(shares(readings, settings.temperature), readings, strict=True):
                told = self._classifier.probabilities(words(text)) * (share / len(lists))
                labels.update(dict(zip(self._classifier.labels, told.tolist(), strict=True)))
        intents: Counter[str] = Counter()
        for label, probability in labels.items():
            intents[label.partition(":")[0]] += probability
        [(intent, probability)] = intents.most_common(1) or [(NOTHING, 1.0)]
        sites = {label: p for label, p in labels.items() if label.partition(":")[0] == intent}
        return intent, max(sites, key=sites.__getitem__, default="").partition(":")[2] or None, probability


def _is_silent(match: Match) -> bool:
    return match.intent is None


def typed(ways: Ways, understanding: Understanding) -> Iterator[tuple[str, str | None, dict[str, Answer]]]:
    """The pack's unseen sentences: intent, site, answers."""
    data = words_yaml.read((understanding.pack.root / UNSEEN).read_text(encoding="utf-8"))
    for text, intent, site in rows_in(data):
        yield intent, site, ways.answers([(text, 0.0)], [])


def heard(
    ways: Ways, app: App, understanding: Understanding, clips: Path, every: int
) -> Iterator[tuple[str, str, str | None, dict[str, Answer]]]:
    """Labelled clips: condition, intent, site, answers to what was read in the first utterance."""
    readers = Readers(app.engines.sayings(understanding), threads=app.settings.engine.threads)
    for row in rows_of(clips, every=every):
        told = readers.hear(Played(read_sound(clips / row["file"])))[OURS]
        lists = [[(r.text, r.rank) for r in read] for h in told[:1] for read in (h.readings, h.judged)] or [[], []]
        site = row["site"] if row["intent"] == "cramp" else None
        yield row["condition"], row["intent"], site, ways.answers(*lists)


def counted(rows: Sequence[tuple[str, str | None, dict[str, Answer]]]) -> dict[str, Counter[str]]:
    """Way -> `right` of `asked`, `acted` of `silent`."""
    counts: dict[str, Counter[str]] = {}
    for wanted, site, answers in rows:
        for way, (intent, told) in answers.items():
            n = counts.setdefault(way, Counter())
            if wanted == NOTHING:
                n["silent"] += 1
                n["acted"] += intent is not None
            else:
                n["asked"] += 1
                n["right"] += intent == wanted and site in (None, told)
    return counts


def show(name: str, rows: Sequence[tuple[str, str | None, dict[str, Answer]]]) -> None:
    """Print a line for each way."""
    for way, n in counted(rows).items():
        print(f"{name:<6} {way:<10} right {n['right']}/{n['asked']}, acted on {n['acted']}/{n['silent']} unrelated")


def main() -> None:
    """Train, and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--other", metavar="FILE", nargs="*", type=Path, default=[], help="texts of other talk")
    options.add_argument("--clips", metavar="DIR", type=Path, help="labelled clips")
    options.add_argument("--every", metavar="N", type=int, default=8)
    given = options.parse_args()
    app = App()
    understanding = app.understanding()
    words = understanding.pack.normaliser.words
    passages = (part for path in given.other for part in re.split(r"\n%\n|\n\s*\n", path.read_text(errors="replace")))
    sentences = Generator(understanding.pack, [" ".join(words(passage)) for passage in passages]).labelled()
    ways = Ways(understanding, Classifier.train([(words(text), label) for text, label in sentences]))
    show("typed", list(typed(ways, understanding)))
    if given.clips:
        by_condition: dict[str, list[tuple[str, str | None, dict[str, Answer]]]] = {}
        for condition, *row in heard(ways, app, understanding, given.clips, given.every):
            by_condition.setdefault(condition, []).append((row[0], row[1], row[2]))
        for condition, rows in by_condition.items():
            show(condition, rows)


if __name__ == "__main__":
    main()
