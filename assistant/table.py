"""Episodes as a table for a spreadsheet: for the page and for the command line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from assistant.store.episode import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.store.episode import Episode

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet would run a text that begins so."""
ROWS_AT_ONCE = 200
BYTE_ORDER_MARK = "\ufeff"
"""At the beginning of a file, it tells a spreadsheet that the letters are UTF-8; without it, Excel garbles "Łódź"."""


def csv_lines(episodes: Iterable[Episode]) -> Iterator[str]:
    """A table with a heading, an empty one too, some hundred rows at a time."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(columns())
    for number, each in enumerate(episodes, 1):
        writer.writerow([cell(value) for value in each.as_dict().values()])
        if number % ROWS_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def cell(value: Any) -> Any:
    """What stands in the table: lists as JSON, and no text that a spreadsheet would run."""
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
