"""A benchmark's figures as one picture: what was right in each condition, reliability, what was taken for what.

SVG as text: no library draws, and a browser shows it.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.bench_reliability import bins_of, judged_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from assistant.bench_reliability import Judged

WIDTH = 900
_LINE, _LABEL, _BAR, _CELL, _PLOT = 18, 280, 520, 15, 280
_OURS, _OTHER, _RIGHT, _WRONG = "#3465a4", "#73a0c8", "#4e9a06", "#cc0000"
_SILENCE = "none"


def picture_of(heard: Mapping[str, Mapping[str, Mapping[str, int]]], clips: Sequence[Mapping[str, Any]] = ()) -> str:
    """The whole picture.

    Args:
        heard: condition -> way -> counts, with `right` of `asked`.
        clips: for each `wanted`, `understood`, `best` and `score`; without them there are the bars alone.
    """
    judged = judged_of(clips)
    pairs = Counter((clip["wanted"], clip["understood"] or _SILENCE) for clip in clips)
    parts: list[str] = []
    top = 0
    for part, height in (_bars(heard), *([_reliability(judged), _matrix(pairs)] if clips else [])):
        parts.append(f'<g transform="translate(0 {top})">{part}</g>')
        top += height + 2 * _LINE
    font = "font-family='DejaVu Sans, Arial, sans-serif' font-size='11'"
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    paper = '<rect width="100%" height="100%" fill="white"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{paper}{"".join(parts)}</svg>\n'


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def _rect(corner: tuple[float, float], size: tuple[float, float], fill: str, more: str = "") -> str:
    (x, y), (width, height) = corner, size
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" {more}/>'


def _bars(heard: Mapping[str, Mapping[str, Mapping[str, int]]]) -> tuple[str, int]:
    """A bar for each way in each condition: the share that was right."""
    parts = [_text(8, 14, "Right, of what was meant for the assistant", "font-weight='bold'")]
    y = 2 * _LINE
    for condition, ways in heard.items():
        parts.append(_text(8, y, condition, "font-weight='bold'"))
        y += _LINE
        for number, (way, n) in enumerate(ways.items()):
            asked = n.get("asked", 0)
            share = n.get("right", 0) / asked if asked else 0.0
            parts.append(_text(20, y, way))
            parts.append(_rect((_LABEL, y - 10), (_BAR * share, 12), _OTHER if number else _OURS))
            parts.append(_text(_LABEL + _BAR * share + 5, y, f"{share:.0%} ({n.get('right', 0)}/{asked})"))
            y += _LINE
        y += _LINE // 2
    return "".join(parts), y


def _reliability(judged: Sequence[Judged]) -> tuple[str, int]:
    """Score against the share that was right; a disc's area grows with the number of utterances."""
    left, top = 60, _LINE + 12

    def at(score: float, share: float) -> tuple[float, float]:
        return left + _PLOT * score, top + _PLOT * (1 - share)

    parts = [_text(8, 14, "Reliability: of what was scored so, how much was right", "font-weight='bold'")]
    parts.append(_rect((left, top), (_PLOT, _PLOT), "none", 'stroke="#999"'))
    (x1, y1), (x2, y2) = at(0, 0), at(1, 1)
    parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#999" stroke-dasharray="4"/>')
    for tick in (0.0, 0.5, 1.0):
        x, y = at(tick, tick)
        parts += [_text(x - 8, top + _PLOT + 14, f"{tick:.1f}"), _text(left - 26, y + 4, f"{tick:.1f}")]
    most = max((one.number for one in bins_of(judged)), default=1)
    for one in bins_of(judged):
        x, y = at(one.score, one.right)
        radius = 3 + 11 * (one.number / most) ** 0.5
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_OURS}" fill-opacity="0.6"/>')
        parts.append(_text(x + radius + 2, y + 4, str(one.number)))
    parts.append(_text(left + _PLOT / 2 - 20, top + _PLOT + 28, "score"))
    return "".join(parts), top + _PLOT + 28


def _matrix(pairs: Mapping[tuple[str, str], int]) -> tuple[str, int]:
    """What was wanted, by line, and what it was taken for, by column."""
    names = [*sorted({name for pair in pairs for name in pair} - {_SILENCE}), _SILENCE]
    left, top = 150, _LINE + 120
    parts = [_text(8, 14, "What was wanted (lines), and what it was taken for (columns)", "font-weight='bold'")]
    for number, name in enumerate(names):
        middle = number * _CELL + _CELL - 4
        parts.append(_text(left - 6, top + middle, name, "text-anchor='end'"))
        x = left + middle
        parts.append(_text(x, top - 6, name, f"transform='rotate(-60 {x} {top - 6})'"))
    asked = Counter[str]()
    for (wanted, _), times in pairs.items():
        asked[wanted] += times
    parts += list(_cells(pairs, names, asked, left, top))
    return "".join(parts), top + _CELL * len(names)


def _cells(
    pairs: Mapping[tuple[str, str], int], names: Sequence[str], asked: Counter[str], left: int, top: int
) -> Iterator[str]:
    place = {name: number * _CELL for number, name in enumerate(names)}
    for (wanted, taken), times in pairs.items():
        x, y = left + place[taken], top + place[wanted]
        colour = _RIGHT if wanted == taken else _WRONG
        opacity = 0.25 + 0.75 * times / asked[wanted]
        yield _rect((x, y), (_CELL, _CELL), colour, f'fill-opacity="{opacity:.2f}"')
        yield _text(x + 2, y + _CELL - 4, str(times), "font-size='9'")
