"""Sentence templates in Home Assistant's format: parsed by hassil, said in all their ways, matched against words."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, islice, permutations, product
from typing import TYPE_CHECKING, Any

from hassil.expression import Alternative, ListReference, Permutation, RuleReference, Sentence, TextChunk
from hassil.expression import Sequence as InOrder
from hassil.parse_expression import ParseExpressionError, parse_sentence
from hassil.parser import ParseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_WAYS = 4000
"""A template that can be said in more ways than this is a mistake in the pack."""
_DEEPEST = 12


class TemplateError(ValueError):
    """A template cannot be read; the message says which part of it and why."""


@lru_cache(maxsize=2**13)
def parse(template: str) -> Sentence:
    """Read one template ("my (calf|shin) [really] hurts", "{site} <is> cramping"); each is read by several.

    Raises:
        TemplateError: it is not in the format.
    """
    try:
        return parse_sentence(template, keep_text=True)
    except (ParseExpressionError, ParseError) as error:
        raise TemplateError(f"{template!r} cannot be read ({str(error).splitlines()[0]})") from error


def ways(template: str, rules: Mapping[str, str] | None = None, *, most: int = MOST_WAYS) -> list[str]:
    """Every way to say `template`, at most `most`; lists stay as `{name}`, rules are written out.

    Raises:
        TemplateError: it is not in the format, or names a rule that does not exist.
    """
    said = _say(parse(template).expression, rules or {}, 0)
    return list(dict.fromkeys(" ".join(text.split()) for text in islice(said, most)))


def _say(part: Any, rules: Mapping[str, str], depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise TemplateError("rules that name each other in a circle")
    match part:
        case TextChunk():
            yield part.original_text
        case ListReference():
            yield f"{part.prefix or ''}{{{part.list_name}}}{part.suffix or ''}"
        case RuleReference():
            yield from _say(rule_of(part.rule_name, rules), rules, depth + 1)
        case Alternative():
            # Short ways first: what is optional is left out before it is said.
            items = sorted(part.items, key=_says_something)
            yield from chain.from_iterable(_say(item, rules, depth) for item in items)
        case Permutation():
            yield from chain.from_iterable(_in_order(order, rules, depth) for order in permutations(part.items))
        case InOrder():
            yield from _in_order(part.items, rules, depth)


def _says_something(part: Any) -> bool:
    return not (isinstance(part, TextChunk) and part.is_empty) and not (isinstance(part, InOrder) and not part.items)


def rule_of(name: str, rules: Mapping[str, str]) -> Any:
    """The parsed expansion rule of that name.

    Raises:
        TemplateError: there is none, or it is not in the format.
    """
    if name not in rules:
        raise TemplateError(f"rule <{name}> does not exist")
    return parse(rules[name]).expression


def _in_order(items: Sequence[Any], rules: Mapping[str, str], depth: int) -> Iterator[str]:
    for parts in product(*(list(islice(_say(item, rules, depth), MOST_WAYS)) for item in items)):
        yield "".join(parts)


class SentenceTree:
    """Which intents a whole sentence belongs to, word by word; `{list}` steps take any span of that concept."""

    def __init__(self) -> None:
        """Start empty."""
        self._root: dict[str, Any] = {}

    def add(self, intent: str, words: Iterable[str]) -> None:
        """Add one way of saying `intent`: words, and lists as `{name}`."""
        node = self._root
        for word in words:
            node = node.setdefault(word, {})
        node.setdefault("", set()).add(intent)

    def intents(self, words: Sequence[str], spans: Mapping[int, Sequence[tuple[str, int, float]]]) -> dict[str, float]:
        """The intents that all of `words` say, and how well they were heard (0..1).

        Args:
            words: a whole reading.
            spans: for a start, the concepts found there, their ends and their qualities.
        """
        found: dict[str, float] = {}
        open_paths: list[tuple[dict[str, Any], int, float]] = [(self._root, 0, 1.0)]
        while open_paths:
            node, at, quality = open_paths.pop()
            if at == len(words):
                found.update({intent: max(quality, found.get(intent, 0.0)) for intent in node.get("", ())})
                continue
            if words[at] in node:
                open_paths.append((node[words[at]], at + 1, quality))
            open_paths += [(node[name], end, quality * own) for name, end, own in spans.get(at, ()) if name in node]
        return found
