"""The reviewer's sheet as one page of HTML that fetches nothing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.sheet_parts import NOT_YET, Bars, Flow, Grid, Title, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.sheet_parts import Part

STYLE = """
body { font: 15px/1.45 Georgia, serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222; }
h1, h2, h3 { font-family: sans-serif; } h2 { margin-top: 2em; } h3 { margin-bottom: .3em; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3em .6em;
border-bottom: 1px solid #ddd; } th { font-family: sans-serif; font-size: 12px; } td.id, code { font: 12px monospace; }
td.open { color: #a33; } ol.flow { display: flex; flex-wrap: wrap; gap: .4em 1.6em; list-style: none; padding: 0; }
ol.flow li { border: 1px solid #888; border-radius: .4em; padding: .25em .6em; position: relative; max-width: 15em; }
ol.flow li + li::before { content: "\\2192"; position: absolute; left: -1.25em; }
li.ask { background: #fff6dd; } li.red_flag { background: #fde4e0; } li.hold { background: #e4edfb; }
@media print { body { margin: 0; font-size: 11px; } h3, ol.flow, tr { break-inside: avoid; } }
"""


def html(parts: Iterable[Part]) -> str:
    """The whole page."""
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lines</title>'
    head += f"<style>{STYLE}</style></head>"
    return "\n".join([head, "<body>", *(_part(part) for part in parts), "</body></html>", ""])


def _part(part: Part) -> str:
    match part:
        case Title(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Words(text):
            return f"<p>{escape(text)}</p>"
        case Flow(boxes):
            items = "".join(f'<li class="{kind}">{escape(text)}</li>' for kind, text in boxes)
            return f'<ol class="flow">{items}</ol>'
        case Grid():
            return _grid(part)
        case Bars(_, told):
            return f"<p>{escape(told)}</p>"


def _grid(grid: Grid) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in grid.titles)
    body = "".join(f"<tr>{''.join(_cell(n, cell) for n, cell in enumerate(row))}</tr>" for row in grid.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(column: int, text: str) -> str:
    look = ' class="id"' if column == 0 else ' class="open"' if text == NOT_YET else ""
    return f"<td{look}>{escape(text)}</td>"
