"""Charts as numbers for the templates' SVG: positions are reckoned here, drawn there, and told in words beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 640.0, 160.0
GAP = 0.25
"""Of a bar's place."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its corner and size in the chart's own units, what it stands for, and its value."""

    x: float
    y: float
    width: float
    height: float
    label: str
    value: float

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.x + self.width / 2


def bars(values: Sequence[tuple[str, float]], width: float = WIDTH, height: float = HEIGHT) -> list[Bar]:
    """Bars from left to right; the largest value reaches the top. A value of 0 has no height."""
    if not values:
        return []
    place, most = width / len(values), max(1.0, *(value for _, value in values))
    return [
        Bar(
            round(n * place + place * GAP / 2, 1),
            round(height - height * value / most, 1),
            round(place * (1 - GAP), 1),
            round(height * value / most, 1),
            label,
            value,
        )
        for n, (label, value) in enumerate(values)
    ]


def share(value: float, most: float) -> int:
    """A whole percentage, for a bar that lies."""
    return 0 if most <= 0 else round(100 * value / most)
