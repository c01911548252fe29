"""A paper diary as a table: read whole, shown before anything is written, and written whole or not at all."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.web.episode import typed_episode
from assistant.web.visit import Refused, go

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from assistant.store.editing import Entered
    from assistant.store.records import Stamp
    from assistant.web.visit import Visit

NEEDED = ("date", "time")
COLUMNS = (*NEEDED, "minutes", "site", "side", "pain_now", "relief", "sleep_quality", "sleep_disturbance", "note")
MOST_ROWS = 5000
SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Diary:
    """A table that was read: its episodes, or what is wrong with it."""

    entered: tuple[Entered, ...]
    faults: tuple[str, ...]
    """Each names row and column."""


def show_import(visit: Visit) -> Response:
    """The form."""
    return visit.show("import.html", columns=COLUMNS, diary=None, text="", twice=0)


def import_diary(visit: Visit) -> Response:
    """Show what would be written; and write it, once somebody has seen it."""
    text = visit.form.get("file") or visit.form.get("text", "")
    diary = read_diary(text, visit.now, visit.pages.origin)
    twice = _already_there(visit, diary)
    if visit.form.get("sure") != "yes" or diary.faults or not diary.entered:
        return visit.show(
            "import.html", 422 if diary.faults else 200, columns=COLUMNS, diary=diary, text=text, twice=len(twice)
        )
    new = [each for each in diary.entered if each.opening.onset.utc not in twice]
    visit.house.editing.enter(new, visit.account.shown)
    return go("/nights", "imported")


def read_diary(text: str, now: Stamp, origin: str = "page") -> Diary:
    """Read a table with a heading; with any fault there are no episodes."""
    try:
        found = list(csv.reader(io.StringIO(text), delimiter=_separator(text), strict=True))
    except csv.Error as error:
        return Diary((), (f"This is no table ({error}). Save it as CSV, then choose it again.",))
    if not found:
        return Diary((), ("The table is empty. Choose one that has a heading and at least one row.",))
    heading = [name.strip().lower() for name in found[0]]
    faults = _heading_faults(heading)
    if len(found) - 1 > MOST_ROWS:
        faults.append(f"The table has more than {MOST_ROWS} rows. Split it.")
    entered = []
    for number, row in enumerate(found[1:], 2) if not faults else ():
        if not any(each.strip() for each in row):
            continue
        try:
            entered.append(typed_episode(_cells(heading, row), now, how="import", origin=origin))
        except Refused as refused:
            faults.append(f"Row {number}: {refused}")
    return Diary(() if faults else tuple(entered), tuple(faults[:SHOWN_FAULTS]))


def _cells(heading: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(heading):
        raise Refused(f"it has {len(row)} columns, the heading {len(heading)}. Make them as many.")
    return dict(zip(heading, row, strict=True))


def _heading_faults(heading: list[str]) -> list[str]:
    faults = [f"The heading has no column {name}. Add it." for name in NEEDED if name not in heading]
    strange = [name for name in heading if name not in COLUMNS]
    faults += [f"The heading has a column {name[:30]!r}. Use {', '.join(COLUMNS)}." for name in strange]
    if len(set(heading)) < len(heading):
        faults.append("The heading has a column twice. Leave one of them out.")
    return faults


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _already_there(visit: Visit, diary: Diary) -> set[datetime]:
    """Onsets of the diary that the log has already: a diary that is imported twice stands there once."""
    if not diary.entered:
        return set()
    nights = [each.opening.night_of for each in diary.entered]
    known = {each.onset.utc for each in visit.house.reading.episodes(min(nights), max(nights))}
    return {each.opening.onset.utc for each in diary.entered} & known
