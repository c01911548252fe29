"""The linter of sentence packs finds what it promises to find, and the bundled pack is sound."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from intents.check import check
from intents.errors import PackError
from intents.nearest import Nearest
from intents.pack import BUNDLED, load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the bundled pack to spoil."""
    return shutil.copytree(BUNDLED, tmp_path / "pack")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def add(path: Path, line: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + line, encoding="utf-8")


def test_the_bundled_pack_is_sound() -> None:
    assert check(load()) == []


def test_an_intent_without_near_misses_is_found(pack: Path) -> None:
    change(pack / "near_misses/en.yaml", "  help:", "  hilfe:")
    found = " ".join(check(load(pack)))
    assert "near_misses.help is missing" in found
    assert "near_misses.hilfe: there is no such intent" in found


def test_a_near_miss_that_hits_is_found(pack: Path) -> None:
    change(pack / "near_misses/en.yaml", "help yourself to cake", "my calf is cramping")
    assert any("is understood as cramp" in line for line in check(load(pack)))


def test_a_sentence_of_two_intents_is_found(pack: Path) -> None:
    change(pack / "sentences/en/answers.yaml", '"[please] {stop} [now] [please]"', '"[please] {help} [please]"')
    assert any("both say" in line for line in check(load(pack)))


def test_a_sentence_that_nothing_understands_is_found(pack: Path) -> None:
    change(pack / "sentences/en/cramp.yaml", '"cramp in my {site}"', '"the weather is lovely"')
    assert any("is never understood as cramp" in line for line in check(load(pack)))


def test_a_sentence_with_an_unknown_list_is_found(pack: Path) -> None:
    change(pack / "sentences/en/cramp.yaml", '"cramp in my {site}"', '"cramp in my {muskel}"')
    assert any("{muskel}" in line for line in check(load(pack)))


def test_a_phrase_with_two_values_of_a_slot_is_found(pack: Path) -> None:
    change(pack / "lists/en/body.yaml", '"(left|left hand side', '"(right|left|left hand side')
    assert any("'right' means left and right" in line for line in check(load(pack)))


def test_every_mistake_is_named_at_once_with_file_and_key(pack: Path) -> None:
    change(pack / "composition/en.yaml", "site=calf: 0.8", "site=calf: much")
    change(pack / "lists/en/answers.yaml", '"(what|eh)"', '"(what|<nonsense>)"')
    add(pack / "normalise/en.yaml", "numbers: {}\n")
    with pytest.raises(PackError) as refused:
        load(pack)
    message = str(refused.value)
    assert "composition/en.yaml intents.cramp.evidence.site=calf" in message
    assert "lists/en/answers.yaml lists.what" in message
    assert "normalise/en.yaml is not YAML" in message
    assert "given twice" in message
    assert "\n" not in message


def test_a_concept_that_no_list_defines_is_refused(pack: Path) -> None:
    change(pack / "composition/en.yaml", "strip: [groan, filler]", "strip: [groan, filler, grunt]")
    with pytest.raises(PackError, match="there is no list 'grunt'"):
        load(pack)


def test_two_rules_of_one_name_are_refused_where_they_differ(pack: Path) -> None:
    change(pack / "lists/en/restless.yaml", "lists:", 'expansion_rules:\n  cant: "(can not|will not)"\nlists:')
    with pytest.raises(PackError, match="the rule <cant> is written otherwise in another file"):
        load(pack)


def test_the_nearest_sentence_is_found_by_its_spelling() -> None:
    nearest = Nearest(load(), each=5000)
    assert nearest.understand("my calf is cramping").intent == "cramp"
    assert nearest.understand("my calf is cramping").slots["site"] == "calf"
    assert nearest.understand("quarterly figures exceeded expectations").intent is None
