"""The line to the database: one reading or writing transaction at a time for whoever asks, errors explained."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant.store import tables, upgrade
from assistant.store.errors import StoreDamaged, StoreError
from assistant.store.failures import explained
from assistant.store.place import WRITES, open_engine, place_of, prepare_file
from assistant.store.records import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection, Engine, RowMapping

    from assistant.store.place import Place

BEDSIDE_BUSY_MS = 250
"""How long a write at the bedside waits for another process: help must not wait longer."""

PAGE_BUSY_MS = 5_000
"""The same for the process that checkpoints: nobody is in pain there."""

WAL_TIDY = 8 * 2**20
"""Bytes of write-ahead log from which the bedside checkpoints by itself, at the end of an episode: where no web
process runs, nobody else would. Once in some hundred episodes."""

WAL_LIMIT = 4 * WAL_TIDY
"""Bytes from which it does so after any write."""


class Link:
    """A database that is open and has today's schema."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self.place = place
        self._engine = engine
        self._turn = threading.Lock()  # SQLite's own waiting is no queue: of two busy threads one could starve

    @classmethod
    def open(cls, where: Path | str, *, checkpoints: bool, busy_ms: int | None) -> Link:
        """Open the database, made if need be, and bring its schema up to date; see `Store.open`."""
        place = place_of(where)
        if place.file:
            prepare_file(place.file)
        if busy_ms is None:
            busy_ms = PAGE_BUSY_MS if checkpoints else BEDSIDE_BUSY_MS
        engine = open_engine(place, busy_ms=busy_ms, checkpoints=checkpoints)
        try:
            with explained(place):
                upgrade.bring_up(engine, place)
        except StoreError:
            engine.dispose()
            raise
        return cls(engine, place)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one snapshot."""
        with explained(self.place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its first moment, and is on the disk once it is left."""
        with self._turn, explained(self.place), self._engine.connect() as connection:
            writer = connection.execution_options(**{WRITES: True})
            with writer.begin():
                yield writer

    def stream(self, query: Select[Any]) -> Iterator[RowMapping]:
        """Rows as they are fetched, a few hundred at a time in memory."""
        with self.reading() as connection:
            yield from connection.execution_options(yield_per=500).execute(query).mappings()

    def tidy(self, above: int) -> None:
        """Move the write-ahead log into the file if it has more than `above` bytes; waits for readers as for a lock.

        What was written is safe either way, so that a fault here is no fault of the write before it.
        """
        file = self.place.file
        if file is None:
            return
        with suppress(sqlite3.Error, OSError):
            if file.with_name(f"{file.name}-wal").stat().st_size > above:
                with closing(self._engine.raw_connection()) as raw:
                    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def check(self) -> None:
        """Read the whole file once and compare it with its own rules; seconds for a long log.

        Raises:
            StoreDamaged: it is broken.
        """
        with self.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() if self.place.file else "ok"
        if found != "ok":
            raise StoreDamaged(f"{self.place} is broken ({found}); move it away and put the newest backup in its place")


def claim(link: Link, device: str) -> dict[str, str]:
    """The ids of house, person and device that every row carries; a device that is new gets a row.

    Raises:
        StoreError: the log has no home or no person.
    """
    columns = {"house_id": tables.house.c.house_id, "person_id": tables.person.c.person_id}
    known = select(tables.device.c.device_id).where(tables.device.c.name == device)
    with link.reading() as connection:
        owner = {name: connection.scalar(select(column).order_by(column).limit(1)) for name, column in columns.items()}
        owner["device_id"] = connection.scalar(known)
    if owner["house_id"] is None or owner["person_id"] is None:
        raise StoreDamaged(
            f"{link.place} has no home or no person; move it away and put the newest backup in its place"
        )
    if owner["device_id"] is None:
        with link.writing() as connection:
            owner["device_id"] = connection.scalar(known) or new_id()
            row = {"device_id": owner["device_id"], "house_id": owner["house_id"], "name": device}
            if connection.scalar(known) is None:
                connection.execute(tables.device.insert().values(row))
    return {name: str(value) for name, value in owner.items()}
