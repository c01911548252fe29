"""What a sheet of paper is made of, however it is drawn: the reviewer's and the doctor's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

NOT_YET = "not yet reviewed"


@dataclass(frozen=True, slots=True)
class Title:
    """A heading; level 1 stands once, above all."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or two."""

    text: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A dialog from left to right: kind (`step`, `ask`, `hold`, `red_flag`, `answer`) and words of each box."""

    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `widths` are the columns' shares of the page."""

    titles: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Upright bars with their names below and their values above; `told` says them in words."""

    bars: tuple[tuple[str, int], ...]
    told: str


Part: TypeAlias = Title | Words | Flow | Grid | Bars
