"""Small tables that a family types on *Person*: what is taken since when, and values of a laboratory as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.web.night import date_of
from assistant.web.visit import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DAY = 10
"""Letters of a date."""

TABLES = {
    "taken": {"what": 60, "began": DAY, "advised": 3},
    "blood": {"what": 40, "value": 20, "unit": 20, "range": 40, "date": DAY},
}
"""Key of the profile -> its columns, and how many letters each may have. The first one says what the row is about."""

DATES = ("began", "date")
ADVISED = ("yes", "no")
MOST = 24
"""Rows of a table; so many that nobody meets the end."""


def rows_in(form: Mapping[str, str], table: str) -> list[dict[str, str]]:
    """The rows of a table that was sent; one that says nothing is gone.

    Raises:
        Refused: a row does not say what it is about, or a cell cannot be.
    """
    rows = [{column: form.get(f"{table}_{n}_{column}", "") for column in TABLES[table]} for n in range(MOST)]
    read = [{column: _cell(column, text, TABLES[table][column]) for column, text in row.items()} for row in rows]
    kept = [row for row in read if any(row.values())]
    if not all(row["what"] for row in kept):
        raise Refused("A row does not say what it is about. Give its name, or empty the whole row.")
    return kept


def short_text(text: str, most: int) -> str:
    """Words in one line.

    Raises:
        Refused: they are too many, or hold what cannot be shown.
    """
    shown = " ".join(text.split())
    if len(shown) > most or not shown.isprintable():
        raise Refused(f"That is too long, or holds signs that cannot be shown. Write {most} letters at most.")
    return shown


def one_of(text: str, known: Sequence[Any]) -> Any:
    """What was chosen; None where it was left open.

    Raises:
        Refused: it is none of `known`.
    """
    if not text:
        return None
    found = next((each for each in known if str(each) == text), None)
    if found is None:
        raise Refused("That cannot be chosen. Load the page again, and choose from its lists.")
    return found


def _cell(column: str, text: str, most: int) -> str:
    shown = short_text(text, most)
    if column == "advised":
        one_of(shown, ADVISED)
    return date_of(shown).isoformat() if shown and column in DATES else shown
