"""Write down what is to be spoken: bedside sentences put together from the pack's words, and other talk.

usage: sentences.py WORK [--without FILE]
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from intents.pack import Pack, load
from intents.sampling import sayings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FORTUNES = Path("/usr/share/games/fortunes")
COUNTS = {"complaint": 3200, "flag": 1900, "answer": 1400, "pack": 1800, "other": 3000}
LONGEST_WORDS, LONGEST_LETTERS = 16, 90
SHORT_FIRST = 0.35
"""Mean rank, by length, of a concept's words that are drawn, as a share of all: what people say is mostly short."""


class Composer:
    """Puts sentences together; every method gives another one each time."""

    def __init__(self, pack: Pack, seed: int) -> None:
        """Read the pack's words and the lists of `sentences.yaml`."""
        self._random = Random(seed)
        self._lists: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
        self._words: dict[str, list[str]] = defaultdict(list)
        for phrase in pack.phrases:
            ways = (plain(way) for way in pack.normaliser.spellings(phrase.words) if "{" not in way)
            self._words[phrase.concept] += ways
        self._words = {concept: sorted(words, key=len) for concept, words in self._words.items()}
        self._signs = [concept for concept in self._words if concept.endswith("_core")] + self._lists["signs"]

    def complaint(self) -> str:
        """One says where it cramps."""
        pick, event = self._pick, self._event()
        site, whose = self._site(), self._random.choice([*["my"] * 8, "his", "her", "the", "both"])
        if self._chance(0.2) and event.startswith(("is ", "has ")):
            site, event = site + "'s", event.split(" ", 1)[1]
        first, last = self._maybe("opening", 0.4), self._maybe("endings", 0.35)
        return self._random.choice(
            [
                *[f"{first} {whose} {site} {event} {last}"] * 4,
                f"{first} i've got {pick('nouns')} in {whose} {site} {last}",
                f"{first} {pick('nouns')} in {whose} {site} {last}",
                f"{site} {self._random.choice(['cramp', 'spasm', 'cramping', ''])} {last}",
                f"it's {whose} {site} it {event} {last}",
                f"{first} {whose} {site} {last}",
                f"he's got {pick('nouns')} in his {site}",
                f"i woke up and {whose} {site} {event}",
                f"i have {pick('nouns')} in {whose} {site}",
                f"i can't straighten {whose} {site} it {event}",
                f"{whose} {site}",
                f"no it's {whose} {site}",
                f"not {whose} {pick('sites')} {whose} {site}",
            ]
        )

    def flag(self) -> str:
        """One says a sign of something worse."""
        opening, sign, kind = (
            self._maybe("opening", 0.4),
            self._short(self._random.choice(self._signs)),
            self._random.random(),
        )
        if kind < 0.45:
            return f"{opening} {sign}"
        if kind < 0.75:
            verb = self._random.choice(["is", "feels", "has gone", "looks", "is all", "went", ""])
            more = f" and {self._short(self._pick('of_a_limb'))}" if self._chance(0.5) else ""
            return f"{opening} {self._pick('limbs')} {verb} {self._short(self._pick('of_a_limb'))}{more}"
        if kind < 0.88:
            return f"{opening} {sign} and {self._short(self._random.choice(self._signs))}"
        return f"{self.complaint()} and {sign}"

    def answer(self) -> str:
        """One answers, asks or commands."""
        said, kind = self._short(self._pick("answers")), self._random.random()
        if kind < 0.55:
            return said
        if kind < 0.75:
            return f"{self._pick('before_answers')} {said}"
        if kind < 0.9:
            return f"{said} {self._pick('after_answers')}"
        return f"{said} {self._short(self._pick('answers'))}"

    def _site(self) -> str:
        place = self._pick("sites") if self._chance(0.5) else self._short("site")
        place = re.sub(r"^(my|the) ", "", place)
        side = self._random.choice(["left", "right"]) if self._chance(0.45) else ""
        if side and re.search(r" (my|the) ", place):
            return re.sub(r" (my|the) ", rf" \1 {side} ", place, count=1)
        return f"{side} {place}".strip()

    def _event(self) -> str:
        if self._chance(0.6):
            return self._pick("events")
        verb = self._random.choice(["is", "has", "it's"])
        return f"{verb} {self._short(self._random.choice(['locked', 'pain', 'grab', 'cramp']))}"

    def _short(self, concept: str) -> str:
        words = self._words[concept]
        return words[min(len(words) - 1, int(self._random.expovariate(1 / (len(words) * SHORT_FIRST))))]

    def _pick(self, name: str) -> str:
        return self._random.choice(self._lists[name])

    def _maybe(self, name: str, share: float) -> str:
        return self._pick(name) if self._chance(share) else ""

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def words(self) -> list[str]:
        """The words on which most hangs, alone."""
        return self._lists["words"]


def plain(text: str) -> str:
    """Lower case words, apostrophes kept, parted by one space."""
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("\u2019", "'")).split())


def other_talk(seed: int) -> Iterator[str]:
    """Sentences of 2 to 10 words out of Debian's fortunes, in no order."""
    found: dict[str, None] = {}
    for file in sorted(FORTUNES.iterdir()):
        if file.suffix:
            continue
        for cookie in file.read_text("utf-8", errors="ignore").split("%"):
            for sentence in re.split(r"[.!?:;,]\s", cookie.split("--")[0].replace("\n", " ")):
                if not re.search(r"[0-9@<>/\\=_|*#{}\[\]]", sentence) and 2 <= len(plain(sentence).split()) <= 10:
                    found[plain(sentence)] = None
    sentences = list(found)
    Random(seed).shuffle(sentences)
    yield from sentences


def composed(pack: Pack, left_out: set[str], seed: int) -> dict[str, str]:
    """Sentence -> kind."""
    composer = Composer(pack, seed)
    drawn = list(sayings(pack, each=150, seed=seed))
    Random(seed).shuffle(drawn)
    templates, talk = iter(drawn), other_talk(seed)
    sources: dict[str, Callable[[], str]] = {
        "complaint": composer.complaint,
        "flag": composer.flag,
        "answer": composer.answer,
        "pack": lambda: next(templates),
        "other": lambda: next(talk),
    }
    found = dict.fromkeys(composer.words(), "word")
    for kind, source in sources.items():
        wanted = len(found) + COUNTS[kind]
        while len(found) < wanted:
            text = plain(source())
            short = len(text.split()) <= LONGEST_WORDS and len(text) <= LONGEST_LETTERS
            if text and short and text not in left_out:
                found.setdefault(text, kind)
    return found


def main() -> None:
    """Write WORK/sentences.json: a list of `text` and `kind`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--without", type=Path, help="sentences to leave out, one a line")
    parser.add_argument("--seed", type=int, default=23)
    args = parser.parse_args()
    pack = load()
    unseen: dict[str, Any] = yaml.safe_load(Path("intents/packs/bedside/unseen/en.yaml").read_text("utf-8"))
    left_out = {plain(text) for group in unseen["unseen"] for text in group["sentences"]}
    if args.without:
        left_out |= {plain(line) for line in args.without.read_text("utf-8").splitlines()}
    rows = [{"text": text, "kind": kind} for text, kind in composed(pack, left_out, args.seed).items()]
    Random(args.seed).shuffle(rows)
    args.work.mkdir(parents=True, exist_ok=True)
    (args.work / "sentences.json").write_text(json.dumps(rows))
    print(f"{len(rows)} sentences")


if __name__ == "__main__":
    main()
