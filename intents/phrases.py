"""What a sentence pack is made of: list entries, sentences, and what recognisers write for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say a concept."""

    words: tuple[str, ...]
    concept: str
    value: str
    source: str
    """File and key, for messages."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One template of a concept, as the pack writes it."""

    template: str
    concept: str
    value: str | None
    """None: the words themselves."""

    def names_lists(self, rules: Mapping[str, str]) -> bool:
        """Whether other concepts stand in it, in a rule of its too."""
        named = {name for name, text in rules.items() if "{" in text}
        return "{" in self.template or any(f"<{name}>" in self.template for name in named)


@dataclass(frozen=True, slots=True)
class SaidAs:
    """One template of an intent, and its ways in normal form; lists stay as `{name}`."""

    template: str
    intent: str
    ways: tuple[tuple[str, ...], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Misheard:
    """What recognisers write for some words."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    likeness: str
    """`near`: hardly a word of its own; `far`: an everyday word, weak evidence."""
