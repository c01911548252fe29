"""Everything out, everything in again without loss, and everything gone for good.

An archive is JSON, one object a line: a heading with format and schema, then each row of each table, then the number
of rows, so that one that was cut off is known. Who may come in (accounts, sessions, invitations) is in no archive:
passwords belong to people, and not to a file that is handed on.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, func, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from assistant.store import queries, tables, upgrade
from assistant.store.columns import UtcTime, metadata
from assistant.store.errors import StoreError
from assistant.store.link import Link
from assistant.store.records import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from assistant.store.records import Stamp

FORMAT = "bedside archive"
NOT_HELD = ("account", "session", "invitation", "login_failure", "erasing")
HELD: tuple[Table, ...] = tuple(each for each in metadata.sorted_tables if each.name not in NOT_HELD)
"""In an order in which no row comes before one that it refers to."""
OWNERS = ("house", "person", "device")
AT_ONCE = 500


def written(link: Link) -> Iterator[str]:
    """The archive of an open log, line by line, of one moment, a few hundred rows at a time in memory."""
    yield _line({"format": FORMAT, "schema": upgrade.SCHEMA})
    number = 0
    with link.reading() as connection:
        for table in HELD:
            rows = connection.execution_options(yield_per=AT_ONCE).execute(select(table).order_by(*table.primary_key))
            for row in rows.mappings():
                number += 1
                yield _line({"table": table.name, "row": {column.name: row[column] for column in table.columns}})
    yield _line({"rows": number})


def restore(where: Path | str, lines: Iterable[str]) -> int:
    """Bring an archive into an empty log, all of it or nothing; return how many rows.

    Raises:
        StoreError: the log is not empty, or a line is not of such an archive; its number is named.
    """
    link = Link.open(where, checkpoints=True, busy_ms=None)
    try:
        with link.writing() as connection:
            _refuse_what_is_not_empty(connection)
            number = _read_in(connection, enumerate(lines, 1))
            if connection.dialect.name == "postgresql":
                newest = "SELECT setval(pg_get_serial_sequence('journal', 'seq'), (SELECT max(seq) FROM journal))"
                connection.execute(text(newest))
        link.tidy(0)
        return number
    finally:
        link.close()


def erase_everything(link: Link, owner: dict[str, str], now: Stamp, by: str) -> None:
    """Every episode, event, word, setting, helper and message, and every copy of them; who may come in stays."""
    with link.writing() as connection:
        connection.execute(tables.erasing.insert().values(by=by))
        for table in reversed(HELD):
            if table.name not in OWNERS:
                connection.execute(table.delete())
        connection.execute(tables.erasing.delete())
        queries.append(connection, owner, JournalEntry("everything_erased", None, now, {"by": by}))
    link.tidy(0)
    if link.place.file:
        upgrade.drop_backups(link.place.file, datetime.max.replace(tzinfo=UTC))


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, default=_as_text) + "\n"


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _refuse_what_is_not_empty(connection: Connection) -> None:
    filled = (tables.episode, tables.journal, tables.account)
    if any(connection.scalar(select(func.count()).select_from(table)) for table in filled):
        raise StoreError("this log is not empty; give a new folder with --data DIR, and begin there")
    for name in reversed(OWNERS):
        connection.execute(metadata.tables[name].delete())


def _read_in(connection: Connection, lines: Iterator[tuple[int, str]]) -> int:
    _check_heading(next(lines, (1, "{}")))
    known = {table.name: table for table in HELD}
    for at, line in lines:
        told = _object(at, line)
        if "rows" in told:
            if told["rows"] != at - 2:  # the heading, and this line
                break
            return at - 2
        table = known.get(str(told.get("table")))
        row = told.get("row")
        if table is None or not isinstance(row, dict) or set(row) != {column.name for column in table.columns}:
            raise StoreError(f"line {at} is no row of a bedside archive; nothing was written: fetch the file again")
        try:
            values = {column.key: _value(column.type, row[column.name]) for column in table.columns}
            connection.execute(table.insert().values(values))
        except (ValueError, TypeError, IntegrityError, StatementError) as error:
            why = f"line {at} holds a value that cannot be ({type(error).__name__})"
            raise StoreError(f"{why}; nothing was written: fetch the file again") from error
    raise StoreError("the archive is cut off; nothing was written: fetch the file again")


def _check_heading(first: tuple[int, str]) -> None:
    told = _object(*first)
    if told.get("format") != FORMAT:
        raise StoreError("this is no bedside archive; fetch one on the page, under Nights")
    if told.get("schema") != upgrade.SCHEMA:
        raise StoreError(
            f"this archive has schema {told.get('schema')}, this program {upgrade.SCHEMA}; restore it with the version "
            "that wrote it, then update"
        )


def _object(at: int, line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise StoreError(f"line {at} is no row of a bedside archive; nothing was written: fetch the file again")
    return told


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value
