"""Brings a log to the schema of this program: checks its number, keeps a copy, runs the migrations.

The number is the revision that Alembic keeps in the log itself, so that it can never disagree with the tables.
Alembic is imported only when there is something to do.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from assistant.store.errors import StoreDamaged, StoreError, StoreReadOnly, StoreTooNew
from assistant.store.failures import Fault, explained, of_file, said
from assistant.store.place import OPENING_MS, WRITES, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, Engine

SCHEMA = 4
"""The schema that this program writes; the number of the last file in `migrations/versions`."""

MIGRATIONS = Path(__file__).parent / "migrations"

_REMEDY = "update the program (git pull) and try again, or go on with the version that you had"
_UNCHANGED: Fault = (StoreError, f"{{log}} could not be brought up to date ({{why}}) and is as it was; {_REMEDY}")


def bring_up(engine: Engine, place: Place, *, head: int = SCHEMA, scripts: Path = MIGRATIONS) -> None:
    """Make the log's schema `head`, by the migrations in `scripts`, all of them or none.

    Raises:
        StoreTooNew: the log is of a newer program.
        StoreDamaged: the database is not a log of ours.
        StoreError: or the subclass for what went wrong on the way; the log is then as it was, and its copy stays.
    """
    with explained(place), engine.connect() as connection:
        number = schema_number(connection, place)
    if number > head:
        raise StoreTooNew(
            f"{place} has schema {number}, but this program knows only up to {head}; "
            "update the program (git pull), then try again"
        )
    if number < head:
        with _refused(place):
            _migrate(engine, place, head, scripts)


def schema_number(connection: Connection, place: Place) -> int:
    """The schema of an open log; 0 for an empty database.

    Raises:
        StoreDamaged: the database holds something else.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return 0
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if "alembic_version" in names else None
    if found is None or not str(found).isdigit():
        raise StoreDamaged(f"{place} is a database, but no bedside log; give another --data folder")
    return int(found)


@contextmanager
def _refused(place: Place) -> Iterator[None]:
    from alembic.script.revision import RevisionError  # noqa: PLC0415 - as in `_run`
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        with explained(place, _UNCHANGED):
            yield
    except (CommandError, RevisionError) as error:
        raise said(_UNCHANGED, place, " ".join(str(error).split())) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        # A migration met a row that it did not expect. The row's own text stays out of the message.
        raise said(_UNCHANGED, place, type(error).__name__) from error


def _migrate(engine: Engine, place: Place, head: int, scripts: Path) -> None:
    with engine.connect() as connection:
        if place.file:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {OPENING_MS}")
            connection.commit()
        writer = connection.execution_options(**{WRITES: True})
        with writer.begin():
            number = schema_number(writer, place)  # again, now that nobody else can change it
            if place.file and 0 < number < head:
                back_up(place.file, place.file.with_name(f"{place.file.name}.before-{head}"))
            if number < head:
                _run(writer, head, scripts)
        connection.invalidate()  # the patience above is not for the bedside


def back_up(file: Path, copy: Path) -> None:
    """Copy a log, whole or not at all; while it is written to, the copy holds what was committed.

    Raises:
        StoreFull: there is no room for a second one.
        StoreReadOnly: the folder may not be written.
    """
    aside = copy.with_name(f"{copy.name}.part")
    try:
        aside.unlink(missing_ok=True)
        os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(copy)
    except OSError as error:
        raise of_file(error, copy) from error


def drop_backups(file: Path, before: datetime) -> None:
    """Delete the copies of a log that were made before a time: they hold words that are to be forgotten.

    Raises:
        StoreReadOnly: one of them cannot be deleted.
    """
    for copy in file.parent.glob(f"{file.name}.before-*"):
        try:
            if copy.stat().st_mtime < before.timestamp():
                copy.unlink(missing_ok=True)
        except OSError as error:
            raise StoreReadOnly(f"{copy} cannot be deleted ({error.strerror}); delete it by hand") from None


def _run(connection: Connection, head: int, scripts: Path) -> None:
    from alembic import command  # noqa: PLC0415 - a quarter of a second, needed once in the life of a log
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, f"{head:04d}")
