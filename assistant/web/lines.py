"""*Lines*: everything that the device may say, and who approved these very words. A reviewer signs here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.web.visit import Refused, go

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.web.visit import Visit

LONGEST = 120
SHORTEST = 5


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line as the reviewer's sheet has it."""

    name: str
    said: str
    kind: str
    where: str
    """What says it."""
    source: str
    approved_by: str
    """Who approved it in the files themselves, or that nobody did."""
    mark: str
    """Of its words: others have another one."""
    approved: bool


def show_lines(visit: Visit) -> Response:
    """The page."""
    lines, signed = _lines(visit), visit.house.reviews.read()
    kinds: defaultdict[str, list[SpokenLine]] = defaultdict(list)
    for each in lines:
        kinds[each.kind].append(each)
    marks = {each.name: each.mark for each in lines}
    return visit.show(
        "lines.html",
        kinds=kinds,
        signed=signed,
        number=len(lines),
        done_count=sum(1 for each in lines if each.approved or (each.name, each.mark) in signed),
        changed={line for line, mark in signed if line in marks and marks[line] != mark},
        may_sign=visit.account.role == "reviewer",
    )


def sign_lines(visit: Visit) -> Response:
    """Sign the lines that were ticked, or take signatures back; never under words that were not on the page."""
    known = {each.name: each.mark for each in _lines(visit)}
    wanted = {name.removeprefix("line_"): mark for name, mark in visit.form.items() if name.startswith("line_")}
    if not wanted:
        raise Refused("No line was ticked. Tick those that you mean.")
    changed = [name for name, mark in wanted.items() if known.get(name) != mark]
    if changed:
        raise Refused(f"The words of {', '.join(changed[:5])} have changed. Load the page again and read them.", 409)
    if visit.form.get("do") == "withdraw":
        visit.house.reviews.withdraw(wanted, visit.account.shown)
        return go("/lines", "withdrawn")
    reviewer = " ".join(visit.form.get("reviewer", "").split())
    if not SHORTEST <= len(reviewer) <= LONGEST or not reviewer.isprintable():
        raise Refused("Nothing was signed. Write your name and registration, then sign again.")
    visit.house.reviews.sign(wanted, reviewer, visit.account.shown)
    return go("/lines", "signed")


def _lines(visit: Visit) -> tuple[SpokenLine, ...]:
    lines: tuple[SpokenLine, ...] = visit.request.app.state.lines
    return lines
