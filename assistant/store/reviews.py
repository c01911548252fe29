"""Who approved which words of the device: a signature holds for these very words only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.store import queries, tables
from assistant.store.records import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from assistant.store.link import Link
    from assistant.store.records import Stamp


@dataclass(frozen=True, slots=True)
class Review:
    """A signature."""

    reviewer: str
    """Name and registration, as they were written."""
    by: str
    """Whose account it was."""
    at: datetime


class Reviews:
    """Signatures under lines.

    Args:
        link: the open database.
        owner: the ids that each row carries.
        now: the time.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now

    def read(self) -> dict[tuple[str, str], Review]:
        """Every signature, by line and mark of its words; also those of words that have changed since."""
        table = tables.line_review.c
        query = select(table.line, table.mark, table.reviewer, table.by, table.at)
        with self._link.reading() as connection:
            return {(line, mark): Review(*rest) for line, mark, *rest in connection.execute(query)}

    def sign(self, marks: Mapping[str, str], reviewer: str, by: str) -> None:
        """Approve lines, each by the mark of its words; what is signed already stays as it is."""
        self._set(marks, by, reviewer)

    def withdraw(self, marks: Mapping[str, str], by: str) -> None:
        """Approve lines no more."""
        self._set(marks, by, None)

    def _set(self, marks: Mapping[str, str], by: str, reviewer: str | None) -> None:
        table, now = tables.line_review, self._now()
        row = {"house_id": self._owner["house_id"], "reviewer": reviewer, "by": by, "at": now.utc}
        with self._link.writing() as connection:
            for line, mark in marks.items():
                same = (table.c.line == line, table.c.mark == mark)
                if reviewer is None:
                    connection.execute(table.delete().where(*same))
                elif connection.scalar(select(table.c.line).where(*same)) is None:
                    connection.execute(table.insert().values(row | {"line": line, "mark": mark}))
            told = {"lines": dict(marks), "reviewer": reviewer, "by": by}
            kind = "lines_withdrawn" if reviewer is None else "lines_approved"
            queries.append(connection, self._owner, JournalEntry(kind, None, now, told))
