"""Where the log is: a folder, an SQLite file or a PostgreSQL database, and how its connections behave."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from assistant.store.errors import StoreError
from assistant.store.failures import of_file
from assistant.store.file import FILE_NAME

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection, Engine

OPENING_MS = 10_000
"""Milliseconds to wait while another process makes the log, or brings it up to date."""
WRITES = "bedside_writes"
"""Execution option of a connection that is going to write."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database by its address, and by its file where it is one."""

    url: URL
    file: Path | None

    def __str__(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)


def place_of(where: Path | str) -> Place:
    """Read a data folder or an SQLAlchemy address.

    Raises:
        StoreError: the address cannot be read, or names a database that would forget.
    """
    if isinstance(where, Path) or "://" not in where:
        return _file_place(Path(where) / FILE_NAME)
    try:
        url = make_url(where)
    except ArgumentError:
        raise StoreError(f"the address of the log cannot be read; write it like {_EXAMPLE}") from None
    if url.get_backend_name() != "sqlite":
        return Place(url, None)
    if url.database in (None, "", ":memory:"):
        raise StoreError("a log in memory would forget the night; give a folder or a file")
    return _file_place(Path(str(url.database)))


_EXAMPLE = "postgresql+psycopg://name@host/bedside, or give a folder"


def _file_place(file: Path) -> Place:
    file = file.expanduser().absolute()
    return Place(make_url("sqlite+pysqlite://").set(database=str(file)), file)


def prepare_file(file: Path) -> None:
    """Make the folder (for its owner alone) and an empty file in it, if they are not there.

    Raises:
        StoreReadOnly: that is not permitted.
        StoreFull: the disk has no room for it.
        StoreError: something else is in the way.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise StoreError(
            f"{file} cannot be made: something else has that name; move it away or give another --data folder"
        ) from None
    except OSError as error:
        raise of_file(error, file) from None


def open_engine(place: Place, *, busy_ms: int, checkpoints: bool) -> Engine:
    """A pool of connections; nothing is opened yet.

    A write begins with `BEGIN IMMEDIATE`, so that it never fails half-way because another took the lock first.

    Raises:
        StoreError: the driver for this kind of database is not installed.
    """
    try:
        if place.file:
            return _sqlite_engine(place, busy_ms=busy_ms, checkpoints=checkpoints)
        return _server_engine(place, busy_ms=busy_ms)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            f"no driver for {place.url.drivername} ({error}); install one: pip install 'psycopg[binary]'"
        ) from None


def _sqlite_engine(place: Place, *, busy_ms: int, checkpoints: bool) -> Engine:
    engine = create_engine(place.url, connect_args={"timeout": busy_ms / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # the driver's own idea of when a transaction begins is switched off
        # Two that open an empty log at once both want its journal: one waits until the other has made the log.
        raw.execute(f"PRAGMA busy_timeout = {OPENING_MS}").close()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # the commit is on the disk when it returns: a power cut loses no episode
            "foreign_keys = ON",
            "secure_delete = ON",  # forgotten words are overwritten, not just unlinked
            f"wal_autocheckpoint = {1000 if checkpoints else 0}",
        ):
            raw.execute(f"PRAGMA {pragma}").close()
        raw.execute(f"PRAGMA busy_timeout = {busy_ms}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server_engine(place: Place, *, busy_ms: int) -> Engine:
    engine = create_engine(place.url, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # One writer at a time as on SQLite: numbers then appear in their order, and no cursor skips one.
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(busy_ms)}")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260301)")

    return engine
