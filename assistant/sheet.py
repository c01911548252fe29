"""The reviewer's sheet: one page of every line, when it is said, its source and who approved it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.sheet_html import html
from assistant.sheet_parts import NOT_YET, Flow, Grid, Title, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.dialog.plan import Lines, RedFlag, Stretch
    from assistant.dialog.script import Script
    from assistant.sheet_parts import Part

__all__ = ["NOT_YET", "parts_of", "rows", "sheet"]


def sheet(script: Script, numbers: dict[str, str]) -> str:
    """The whole page, as HTML that fetches nothing.

    Args:
        script: the reviewed words and their plan.
        numbers: what is said for the numbers that lines leave open.
    """
    return html(parts_of(script, numbers))


def parts_of(script: Script, numbers: dict[str, str]) -> Iterator[Part]:
    """What stands on the sheet, from top to bottom."""
    yield Title(1, "What the assistant says")
    yield Words(
        f"{len(script.lines)} lines, {script.approved} of them reviewed. Nothing else is ever said. "
        "To approve a line, put your name, registration and the date beside it as `reviewer`, and its mark as "
        "`reviewed`. "
        "A line whose words change has another mark, and is unreviewed again."
    )
    yield Title(2, "The stretches")
    for site, stretch in script.stretches.items():
        yield from _stretch(script, site, stretch, numbers)
    yield Title(2, "Red flags")
    for name, flag in script.red_flags.items():
        yield from _flag(script, name, flag, numbers)
    yield Title(2, "Advice, questions, the morning, and the assistant itself")
    yield from _talk(script, numbers)
    yield Title(2, "What the person's profile changes")
    yield _rules(script)
    yield Title(2, "What an answer leads to")
    yield _questions(script, numbers)
    yield Title(2, "Every line")
    titles = ("line", "said", "kind", "said by", "source", "reviewer", "mark")
    yield Grid(titles, (16, 30, 7, 16, 20, 11, 11), tuple(rows(script, numbers)))


def _stretch(script: Script, site: str, stretch: Stretch, numbers: dict[str, str]) -> Iterator[Part]:
    site_asked = (stretch.asks_site,) if stretch.asks_site else ()
    marks = tuple(("hold", f"{second} s: {_say(script, line, numbers)}") for second, line in stretch.marks.items())
    rest = (stretch.rest_line,) if stretch.rest_line else ()
    ways = {"first round": stretch.first_round, "later rounds": stretch.next_rounds}
    ways |= {"told to a helper": stretch.with_helper, "where standing is allowed": stretch.standing}
    yield Title(3, site.replace("_", " "))
    for way, lines in ways.items():
        if not lines:
            continue
        told = _boxes(script, lines, numbers, "step")
        if way == "first round":
            first, then = _boxes(script, stretch.asks_first, numbers, "ask"), _boxes(script, site_asked, numbers, "ask")
            told = (*first, *told, *then, *marks, *_boxes(script, rest, numbers, "step"))
        yield Words(way)
        yield Flow(told)
    yield Words(f"{stretch.rounds} rounds, {stretch.rest_s:g} s of rest between them; then, if it still hurts:")
    yield Flow(_boxes(script, stretch.signs, numbers, "ask"))


def _flag(script: Script, name: str, flag: RedFlag, numbers: dict[str, str]) -> Iterator[Part]:
    told = [("ask", f"unclear: {_say(script, flag.confirm, numbers)}")]
    told += _boxes(script, flag.lines, numbers, "red_flag")
    told += [("ask", f"then: {_say(script, line, numbers)}") for line in flag.then_asks]
    told += [("red_flag", f"by the log: {_say(script, line, numbers)}") for line in flag.by_trend]
    if flag.if_yes is not None:
        told.append(("ask", f"yes: {flag.if_yes}"))
    yield Title(3, f"{name.removeprefix('rf_').replace('_', ' ')}: {flag.level}")
    yield Flow(tuple(told))
    for way in flag.ways:
        heard = ", ".join(f"{slot} {value}" for slot, value in way.slots.items())
        yield Words(f"{heard}: {way.level or flag.level}")
        yield Flow(_boxes(script, way.lines or flag.lines, numbers, "red_flag"))


def _talk(script: Script, numbers: dict[str, str]) -> Iterator[Part]:
    """The dialogs beside the stretches, each as it goes."""
    listening, practise = script.listening, script.practise
    told: list[tuple[str, Lines, Lines]] = [
        (f"{name.replace('_', ' ')}, then after {c.look_after_s:g} s", c.advised, c.asks)
        for name, c in script.complaints.items()
    ]
    told += [(name.replace("_", " "), answer.all_lines, ()) for name, answer in script.answers.items()]
    told += [
        ("the morning after", (), script.morning.lines),
        ("are you listening?", listening.well, ()),
        ("... and where a part fails", tuple(line for lines in listening.parts.values() for line in lines), ()),
        ("don't listen", (*listening.stops, *listening.with_keys, *listening.without_keys, *listening.again), ()),
        ("practise", practise.begins, (practise.at_night, practise.hear, practise.say)),
        ("the page's code, by day", script.page.code, ()),
        ("... where the page has an owner; at night", (*script.page.owned, *script.page.at_night), ()),
        ("practise, its ends", (*practise.done, *practise.unheard, *practise.not_heard, *practise.loudest), ()),
    ]
    for name, lines, asks in told:
        yield Title(3, name)
        yield Flow((*_boxes(script, lines, numbers, "answer"), *_boxes(script, asks, numbers, "ask")))


def _rules(script: Script) -> Grid:
    found = []
    for rule in script.rules:
        taken = [f"not: {line}" for line in rule.drop] + [f"{old}: {new}" for old, new in rule.replace.items()]
        done = [f"instead: {line}" for line in rule.forbid] + [f"first: {line}" for line in rule.before]
        asked = [f"asked: {line}" for line in rule.asks] + ([f"flag: {rule.flag}"] if rule.flag else [])
        careful = "or not known" if rule.careful else ""
        found.append((rule.when, careful, ", ".join(rule.sites), "; ".join([*taken, *done, *asked])))
    return Grid(("switch", "", "sites", "what changes"), (18, 12, 20, 50), tuple(found))


def _questions(script: Script, numbers: dict[str, str]) -> Grid:
    found = [
        (name, _say(script, name, numbers), q.if_yes, q.if_no, q.if_silent, str(q.times))
        for name, q in script.questions.items()
    ]
    return Grid(("question", "said", "yes", "no", "silence", "times"), (16, 34, 18, 12, 12, 8), tuple(found))


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


def _boxes(script: Script, lines: Lines, numbers: dict[str, str], kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind, _say(script, line, numbers)) for line in lines)
