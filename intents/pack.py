"""A sentence pack on disk: read, checked, and every mistake named at once.

Layout: `sentences/<language>/*.yaml`, `lists/<language>/*.yaml`, `misheard/<language>.yaml`,
`normalise/<language>.yaml`, `composition/<language>.yaml`, `near_misses/<language>.yaml`, and where there are any
`decoys/<language>.yaml` and `unrelated/<language>.yaml`.
Sentences and lists are in Home Assistant's format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from intents import words_yaml
from intents.composition import Composition
from intents.errors import PackError
from intents.normalise import Normaliser
from intents.phrases import Misheard, Pattern, Phrase, SaidAs
from intents.templates import MOST_WAYS, TemplateError, ways

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_PHRASES = 60
"""Ways of one list entry that are written out; spotting knows all of them."""
BUNDLED = Path(__file__).parent / "packs" / "bedside"


@dataclass(frozen=True)
class Pack:
    """Everything lexical, as data."""

    root: Path
    normaliser: Normaliser
    composition: Composition
    patterns: tuple[Pattern, ...]
    rules: Mapping[str, str]
    """Expansion rules that the patterns name."""
    phrases: tuple[Phrase, ...]
    """The patterns written out, each in `MOST_PHRASES` ways at most."""
    sentences: tuple[SaidAs, ...]
    misheard: tuple[Misheard, ...] = ()
    near_misses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Intent that it resembles -> sentences to which silence is right."""
    decoys: tuple[str, ...] = ()
    """Everyday words that nobody says to us alone, for engines that hear along a grammar."""
    unrelated: tuple[str, ...] = ()
    """Everyday talk, to all of which silence is right while nothing is open."""


def load(root: Path | None = None, language: str = "en") -> Pack:
    """Read the pack in folder `root`, by default the bundled one.

    Raises:
        PackError: a file is missing or wrong; all mistakes are named with file and key.
    """
    return _Reader(BUNDLED if root is None else root, language).pack()


class _Reader:
    def __init__(self, root: Path, language: str) -> None:
        self._root, self._language = root, language
        self._problems: list[str] = []
        self._rules: dict[str, str] = {}
        self._patterns: list[Pattern] = []

    def pack(self) -> Pack:
        normaliser = self._normaliser()
        files = [(path, self._mapping(path)) for folder in ("lists", "sentences") for path in self._folder(folder)]
        for path, data in files:
            self._read_rules(path, data)
        phrases = [phrase for path, data in files for phrase in self._phrases(path, data, normaliser)]
        sentences = [said for path, data in files for said in self._sentences(path, data, normaliser)]
        composition = self._composition({phrase.concept for phrase in phrases}, {said.intent for said in sentences})
        misheard = self._misheard(normaliser)
        near_misses, decoys, unrelated = self._near_misses(), self._decoys(), tuple(self._optional("unrelated"))
        if self._problems or composition is None:
            raise PackError(self._root, self._problems)
        lists = tuple(self._patterns), self._rules, tuple(phrases)
        heard = tuple(sentences), tuple(misheard)
        return Pack(self._root, normaliser, composition, *lists, *heard, near_misses, decoys, unrelated)

    def _read_rules(self, path: Path, data: dict[str, Any]) -> None:
        """Expansion rules count in all files: two of one name would change each other's sentences unseen."""
        for rule, template in (data.get("expansion_rules") or {}).items():
            if self._rules.setdefault(rule, template) != template:
                name = path.relative_to(self._root).as_posix()
                self._problems.append(f"{name}: the rule <{rule}> is written otherwise in another file; keep one")

    def _folder(self, name: str) -> list[Path]:
        found = sorted((self._root / name / self._language).glob("*.yaml"))
        if not found:
            self._problems.append(f"{name}/{self._language}/ holds no .yaml file")
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        name = path.relative_to(self._root).as_posix()
        try:
            data = words_yaml.read(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._problems.append(f"{name} is missing")
        except (OSError, UnicodeDecodeError) as error:
            self._problems.append(f"{name} cannot be read ({error})")
        except yaml.YAMLError as error:
            self._problems.append(f"{name} is not YAML ({' '.join(str(error).split())})")
        else:
            if isinstance(data, dict):
                return data
            self._problems.append(f"{name} must hold keys and values")
        return {}

    def _single(self, folder: str) -> dict[str, Any]:
        return self._mapping(self._root / folder / f"{self._language}.yaml")

    def _normaliser(self) -> Normaliser:
        data = self._single("normalise")
        tables = {key: data.get(key) or {} for key in ("contractions", "endings", "numbers")}
        return Normaliser(**tables, stammer=data.get("stammer") != "false")

    def _ways(self, source: str, template: object, most: int = MOST_WAYS) -> list[str]:
        if not isinstance(template, str):
            self._problems.append(f"{source}: {template!r} is not text: put it in quotes")
            return []
        try:
            return ways(template, self._rules, most=most)
        except TemplateError as error:
            self._problems.append(f"{source}: {error}")
            return []

    def _phrases(self, path: Path, data: dict[str, Any], normaliser: Normaliser) -> list[Phrase]:
        found: list[Phrase] = []
        for concept, body in (data.get("lists") or {}).items():
            source = f"{path.relative_to(self._root).as_posix()} lists.{concept}"
            values = body.get("values") if isinstance(body, dict) else None
            if not isinstance(values, list):
                self._problems.append(f"{source} needs `values:` with a list")
                continue
            for value in values:
                template, out = (value.get("in"), value.get("out")) if isinstance(value, dict) else (value, None)
                said = self._ways(source, template, MOST_PHRASES)
                if said:
                    self._patterns.append(Pattern(str(template), concept, None if out is None else str(out)))
                found += [
                    Phrase(words, concept, str(template if out is None else out), source)
                    for way in said
                    if (words := _pattern(way, normaliser.words))
                ]
        return found

    def _sentences(self, path: Path, data: dict[str, Any], normaliser: Normaliser) -> list[SaidAs]:
        found: list[SaidAs] = []
        for intent, body in (data.get("intents") or {}).items():
            source = f"{path.relative_to(self._root).as_posix()} intents.{intent}"
            blocks = body.get("data") if isinstance(body, dict) else None
            if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
                self._problems.append(f"{source} needs `data:` with a list of `sentences:`")
                continue
            for template in (template for block in blocks for template in block.get("sentences") or []):
                said = tuple(_pattern(way, normaliser.words) for way in self._ways(source, template))
                found.append(SaidAs(str(template), intent, tuple(dict.fromkeys(said)), source))
        return found

    def _composition(self, concepts: set[str], intents: set[str]) -> Composition | None:
        name = f"composition/{self._language}.yaml"
        composition = self._checked(name, self._single("composition"))
        if composition is None:
            return None
        for feature, keys in composition.features().items():
            if feature.partition("=")[0] not in concepts:
                self._problems.append(f"{name} {keys[0]}: there is no list {feature!r}")
        for intent in sorted(intents - set(composition.intents)):
            self._problems.append(f"{name} intents: {intent!r} has sentences but no entry here")
        return composition

    def _checked(self, name: str, data: dict[str, Any]) -> Composition | None:
        try:
            return Composition.model_validate(data)
        except ValidationError as error:
            for problem in error.errors():
                where = ".".join(str(step) for step in problem["loc"])
                self._problems.append(f"{name} {where}: {problem['msg']}")
            return None

    def _misheard(self, normaliser: Normaliser) -> list[Misheard]:
        found: list[Misheard] = []
        for likeness, words in (self._single("misheard").get("misheard") or {}).items():
            if likeness not in ("near", "far"):
                self._problems.append(f"misheard/{self._language}.yaml misheard.{likeness}: must be near or far")
                continue
            for said, heard in words.items():
                spelt = normaliser.words(str(said))
                found += [Misheard(spelt, normaliser.words(str(one)), likeness) for one in heard]
        return found

    def _near_misses(self) -> dict[str, tuple[str, ...]]:
        name = f"near_misses/{self._language}.yaml"
        listed = self._single("near_misses").get("near_misses") or {}
        for intent, lines in listed.items():
            if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
                self._problems.append(f"{name} near_misses.{intent} must be a list of sentences")
        return {intent: tuple(map(str, lines)) for intent, lines in listed.items() if isinstance(lines, list)}

    def _decoys(self) -> tuple[str, ...]:
        words = (word.strip() for line in self._optional("decoys") for word in line.split(","))
        return tuple(dict.fromkeys(word for word in words if word))

    def _optional(self, folder: str) -> list[str]:
        """The lines of a file that a pack may do without."""
        if not (self._root / folder / f"{self._language}.yaml").exists():
            return []
        listed = self._single(folder).get(folder)
        if not isinstance(listed, list) or not all(isinstance(line, str) for line in listed):
            self._problems.append(f"{folder}/{self._language}.yaml needs `{folder}:` with a list of texts")
            return []
        return [str(line) for line in listed]


def _pattern(way: str, spell: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """The words of one way of saying something, in normal form; `{list}` stays."""
    found: list[str] = []
    for step in way.replace("{", " {").replace("}", "} ").split("{"):
        name, brace, rest = step.partition("}")
        found += [f"{{{name}}}", *spell(rest)] if brace else spell(step)
    return tuple(found)
