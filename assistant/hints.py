"""Tells a person who mistyped a name which one was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import process

if TYPE_CHECKING:
    from collections.abc import Iterable

HALF_ALIKE = 50
"""Per cent of likeness below which a name is no hint."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest right name, or all of them where none is near."""
    names = sorted(known)
    near = process.extract(name, names, limit=1, score_cutoff=HALF_ALIKE)
    return f"Did you mean {near[0][0]}?" if near else f"There are {', '.join(names)}."
