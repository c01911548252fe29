"""The reviewer's sheet: one page of every line, when it is said, its source and who approved it."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.dialog.plan import RedFlag, Stretch
    from assistant.dialog.script import Script

NOT_YET = "not yet reviewed"

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


def sheet(script: Script, numbers: dict[str, str]) -> str:
    """The whole page, as HTML that fetches nothing.

    Args:
        script: the reviewed words and their plan.
        numbers: what is said for the numbers that lines leave open.
    """
    lines = script.lines.values()
    done = sum(line.approved_by is not None for line in lines)
    intro = (
        f"{len(lines)} lines, {done} of them reviewed. Nothing else is ever said. To approve a line, put your name, "
        "registration and the date beside it as <code>reviewer</code>, and its mark as <code>reviewed</code>. "
        "A line whose words change has another mark, and is unreviewed again."
    )
    body = [
        "<h1>What the assistant says</h1>",
        f"<p>{intro}</p>",
        "<h2>The stretches</h2>",
        *(_stretch(script, site, s, numbers) for site, s in script.stretches.items()),
        "<h2>Red flags</h2>",
        *(_flag(script, name, flag, numbers) for name, flag in script.red_flags.items()),
        "<h2>What the person's profile changes</h2>",
        _rules(script),
        "<h2>Every line</h2>",
        _table(("line", "said", "kind", "said by", "source", "reviewer", "mark"), rows(script, numbers)),
    ]
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lines</title>'
    head += f"<style>{STYLE}</style></head>"
    return "\n".join([head, "<body>", *body, "</body></html>", ""])


def _stretch(script: Script, site: str, stretch: Stretch, numbers: dict[str, str]) -> str:
    asks = [*stretch.asks_first, *([stretch.asks_site] if stretch.asks_site else [])]
    marks = [f"{second} s: {_say(script, line, numbers)}" for second, line in stretch.marks.items()]
    rest = [_say(script, stretch.rest_line, numbers)] if stretch.rest_line else []
    ways = {"first round": stretch.first_round, "later rounds": stretch.next_rounds}
    ways |= {"told to a helper": stretch.with_helper, "where standing is allowed": stretch.standing}
    signs = [("ask", _say(script, line, numbers)) for line in stretch.signs]
    parts = [f"<h3>{escape(site.replace('_', ' '))}</h3>"]
    for way, lines in ways.items():
        told = [("step", _say(script, line, numbers)) for line in lines]
        before = [("ask", _say(script, line, numbers)) for line in asks] if way == "first round" else []
        after = [("hold", mark) for mark in marks] + [("step", line) for line in rest] if way == "first round" else []
        if told:
            parts.append(f"<p>{way}</p>{_flow([*before, *told, *after])}")
    limit = f"{stretch.rounds} rounds, {stretch.rest_s:g} s of rest between them; then, if it still hurts:"
    return "".join([*parts, f"<p>{limit}</p>{_flow(signs)}"])


def _flag(script: Script, name: str, flag: RedFlag, numbers: dict[str, str]) -> str:
    told = [("ask", f"unclear: {_say(script, flag.confirm, numbers)}")]
    told += [("red_flag", _say(script, line, numbers)) for line in flag.lines]
    told += [("ask", f"then: {_say(script, line, numbers)}") for line in flag.then_asks]
    if flag.if_yes is not None:
        told.append(("ask", f"yes: {flag.if_yes}"))
    parts = [f"<h3>{escape(name.removeprefix('rf_').replace('_', ' '))}: {flag.level}</h3>{_flow(told)}"]
    for way in flag.ways:
        heard = ", ".join(f"{slot} {value}" for slot, value in way.slots.items())
        lines = [("red_flag", _say(script, line, numbers)) for line in way.lines or flag.lines]
        parts.append(f"<p>{escape(heard)}: {way.level or flag.level}</p>{_flow(lines)}")
    return "".join(parts)


def _rules(script: Script) -> str:
    rows = []
    for rule in script.rules:
        taken = [f"not: {line}" for line in rule.drop] + [f"{old}: {new}" for old, new in rule.replace.items()]
        done = [f"instead: {line}" for line in rule.forbid] + [f"first: {line}" for line in rule.before]
        asked = [f"asked: {line}" for line in rule.asks] + ([f"flag: {rule.flag}"] if rule.flag else [])
        careful = "or not known" if rule.careful else ""
        rows.append(("", rule.when, careful, ", ".join(rule.sites), "; ".join([*taken, *done, *asked])))
    return _table(("", "switch", "", "sites", "what changes"), rows)


def rows(script: Script, numbers: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Every line: its name, words, kind, what says it, source, reviewer and mark."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for named, where in script.named_lines():
        if where not in places[named]:
            places[named].append(where)
    for name, line in script.lines.items():
        reviewer = line.approved_by or NOT_YET
        yield name, script.words(name, numbers), line.kind, ", ".join(places[name]), line.source, reviewer, line.mark


def _say(script: Script, line: str, numbers: dict[str, str]) -> str:
    return script.words(line, numbers)


def _flow(steps: Iterable[tuple[str, str]]) -> str:
    items = "".join(f'<li class="{kind}">{escape(text)}</li>' for kind, text in steps)
    return f'<ol class="flow">{items}</ol>'


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{title}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(_cell(n, cell) for n, cell in enumerate(row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(column: int, text: str) -> str:
    look = ' class="id"' if column == 0 else ' class="open"' if text == NOT_YET else ""
    return f"<td{look}>{escape(text)}</td>"
