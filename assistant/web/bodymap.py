"""The body map: how often each place had a cramp, drawn where it is. Shapes are data, in bodymap.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections import Counter

SHADES = 4
VIEWS = ("front", "back")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of one side that had a cramp."""

    site: str
    side: str
    count: int
    shade: int
    """1..4, by its part of the most frequent place."""
    x: float
    y: float
    rx: float
    ry: float


@dataclass(frozen=True, slots=True)
class BodyMap:
    """Two figures, and what could not be drawn."""

    width: int
    height: int
    outline: tuple[str, ...]
    views: dict[str, list[Spot]]
    elsewhere: int
    """Episodes whose place or side nobody told, or that is no muscle of the map."""


def body_map(places: Counter[tuple[str, str]]) -> BodyMap:
    """Draw how often each site and side had a cramp; what was on both sides counts on each."""
    shapes = _shapes()
    counts: dict[tuple[str, str], int] = {}
    elsewhere = 0
    for (site, side), number in places.items():
        if site not in shapes["spots"] or side not in ("left", "right", "both"):
            elsewhere += number
            continue
        for each in ("left", "right") if side == "both" else (side,):
            counts[site, each] = counts.get((site, each), 0) + number
    most = max(counts.values(), default=0)
    views: dict[str, list[Spot]] = {view: [] for view in VIEWS}
    for (site, side), number in sorted(counts.items()):
        views[shapes["spots"][site]["view"]].append(_spot(shapes, site, side, number, most))
    return BodyMap(shapes["width"], shapes["height"], tuple(shapes["outline"]), views, elsewhere)


def _spot(shapes: dict[str, Any], site: str, side: str, number: int, most: int) -> Spot:
    known = shapes["spots"][site]
    x, y, rx, ry = known["at"]
    # Who faces us has the left on our right; seen from behind it is on our left.
    on_our_right = (side == "left") == (known["view"] == "front")
    shade = max(1, -(-SHADES * number // most))
    return Spot(site, side, number, shade, x if on_our_right else shapes["width"] - x, y, rx, ry)


@lru_cache(maxsize=1)
def _shapes() -> dict[str, Any]:
    shapes: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("bodymap.yaml").read_text(encoding="utf-8"))
    return shapes
