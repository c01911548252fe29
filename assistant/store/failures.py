"""Turns what a database driver says into one line with a remedy."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from assistant.store.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.store.place import Place

_BUSY = (StoreBusy, "{log} is held by another program; close that program, or wait and try again")
_READ_ONLY = (StoreReadOnly, "{log} may not be written; run as the user who owns it, or give another --data folder")
_FULL = (StoreFull, "no room to write {log}: the disk is full or takes no more; free some space there")
_DAMAGED = (StoreDamaged, "{log} is broken or no log of ours; move it away and put the newest backup in its place")
_FAILED = (
    StoreFull,
    "the disk failed under {log} ({why}); free some space, and replace the disk or card if it stays so",
)
_AWAY = (StoreError, "{log} does not answer ({why}); check that its server runs and the address is right")
_WRONG = (StoreError, "{log} refused the record ({why}); correct the value that it names")
_OTHER = (StoreError, "{log} failed ({why}); try again, and run `./bedside doctor` if it stays so")

_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_IOERR: _FAILED,
    sqlite3.SQLITE_CONSTRAINT: _WRONG,
}

_SQLSTATE = {"55P03": _BUSY, "40P01": _BUSY, "25006": _READ_ONLY, "42501": _READ_ONLY, "53100": _FULL}
"""PostgreSQL's codes: lock not available, deadlock, read-only transaction, no privilege, disk full."""


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Raise what goes wrong inside as a StoreError.

    Raises:
        StoreError: or the subclass for the fault, naming the log and the remedy.
    """
    try:
        yield
    except PoolTimeout:
        raise StoreBusy(f"{place} has too many readers at once; close some of them and try again") from None
    except DBAPIError as error:
        raise _translated(error, place) from error
    except sqlite3.Error as error:
        raise _translated(error, place) from error


def _translated(error: DBAPIError | sqlite3.Error, place: Place) -> StoreError:
    driver = error.orig if isinstance(error, DBAPIError) else error
    kind, message = _kind_of(error, driver)
    why = " ".join(str(driver).split("\n")[0].split())
    return kind(message.format(log=place, why=why))


def _kind_of(error: BaseException, driver: BaseException | None) -> tuple[type[StoreError], str]:
    code = getattr(driver, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF, _OTHER)  # the low byte is the fault, the rest its variety
    if isinstance(error, IntegrityError):
        return _WRONG
    state = getattr(driver, "sqlstate", None)
    if state is None and place_is_away(driver):
        return _AWAY
    return _SQLSTATE.get(state or "", _OTHER)


def place_is_away(driver: BaseException | None) -> bool:
    """Whether a server could not be reached at all: then the driver has no code to give."""
    return type(driver).__name__ == "OperationalError"
