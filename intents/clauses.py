"""Two complaints in one breath: where one ends and the other begins, and which of them counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from intents.model import Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from intents.composition import IntentRule
    from intents.concepts import Spotted
    from intents.model import Match

GRAVE = 2
"""Gravity from which a meaning that is sure goes before a likelier one, and needs no lead over it."""

Candidate: TypeAlias = tuple[str, float, tuple[Evidence, ...]]
"""Intent, score, and the evidence for it."""

_FEWEST = 2
"""Words of a part that can be a complaint."""


def parted(spotted: Spotted, joints: frozenset[str]) -> list[Spotted]:
    """The parts of a reading between the words of `joints` (concepts such as "and"); none where it is one."""
    cuts = sorted({(span.start, span.end) for span in spotted.spans if span.concept in joints})
    parts, since = [], 0
    for start, end in [*cuts, (len(spotted.words), len(spotted.words))]:
        if start - since >= _FEWEST:
            parts.append(_part(spotted, since, start))
        since = max(since, end)
    return parts if len(parts) > 1 else []


def _part(spotted: Spotted, start: int, end: int) -> Spotted:
    inside = [span for span in spotted.spans if start <= span.start and span.end <= end]
    moved = tuple(replace(span, start=span.start - start, end=span.end - start) for span in inside)
    return replace(spotted, words=spotted.words[start:end], spans=moved, stripped=())


def gravest_with_the_other(told: Sequence[Match], gravity: Mapping[str, int], slot: str) -> Match:
    """The gravest of the complaints in `told`, the first of equals, with the next grave one in `slot`.

    Args:
        told: what the whole means, and then what its parts mean.
        gravity: of each intent.
        slot: that takes the name of the other complaint; what the other tells of a slot that is missing is kept too.
    """
    whole = told[0]
    sure = [match for match in told if match.intent is not None]
    first = whole if gravity[whole.intent or ""] >= GRAVE else max(sure, key=lambda match: gravity[match.intent or ""])
    others = [match for match in sure if match.intent != first.intent]
    if not others:
        return first
    other = max(others, key=lambda match: gravity[match.intent or ""])
    return replace(first, text=whole.text, slots={**other.slots, **first.slots, slot: other.intent or ""})


def gravest(
    ranked: Sequence[Candidate], rules: Mapping[str, IntentRule], threshold_of: Callable[[str], float]
) -> Candidate:
    """The likeliest of `ranked`; but a grave thing that is sure goes before whatever is likelier."""
    grave = [one for one in ranked if rules[one[0]].gravity >= GRAVE and one[1] >= threshold_of(one[0])]
    return max(grave, key=lambda one: (rules[one[0]].gravity, one[1])) if grave else ranked[0]
