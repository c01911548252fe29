"""Turns what a database driver says into one line with a remedy."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from assistant.store.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.store.place import Place

Fault: TypeAlias = tuple[type[StoreError], str]
"""The error to raise, and its message with places for `log` and `why`."""

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
OTHER: Fault = (StoreError, "{log} failed ({why}); try again, and run `./bedside doctor` if it stays so")

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

_LEAST_ROOM = 64 * 1024
"""Bytes without which SQLite cannot work: its shared memory alone takes 32 KiB, and its log grows by pages."""


@contextmanager
def explained(place: Place, otherwise: Fault = OTHER) -> Iterator[None]:
    """Raise what goes wrong inside as a StoreError.

    Args:
        place: the log.
        otherwise: what is said of a fault that has no name of its own here.

    Raises:
        StoreError: or the subclass for the fault, naming the log and the remedy.
    """
    try:
        yield
    except PoolTimeout:
        raise StoreBusy(f"{place} has too many readers at once; close some of them and try again") from None
    except (DBAPIError, sqlite3.Error) as error:
        driver = error.orig if isinstance(error, DBAPIError) else error
        raise said(_kind_of(error, driver, place, otherwise), place, _first_line(driver)) from error
    except SQLAlchemyError as error:
        # Its own text may quote the record, and so somebody's words; its name never does.
        raise said(otherwise, place, type(error).__name__) from error


def said(fault: Fault, place: Place, why: str) -> StoreError:
    """The error of a fault, in words."""
    kind, message = fault
    return kind(message.format(log=place, why=why))


def of_file(error: OSError, file: Path) -> StoreError:
    """What a file's own error comes to: no room, or not permitted."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(f"no room to make {file} ({error.strerror}); free some space there")
    return StoreReadOnly(
        f"{file} cannot be written ({error.strerror}); "
        f"run as the user who owns {file.parent}, or give another --data folder"
    )


def _first_line(error: BaseException | None) -> str:
    return " ".join(str(error).split("\n")[0].split())


def _is_full(code: int, file: Path | None) -> bool:
    """Whether an input/output error means a full disk: SQLite calls only a failed write of its own file so."""
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # the shared memory could not be given its room
        return True
    if code & 0xFF != sqlite3.SQLITE_IOERR or file is None:
        return False
    disk = os.statvfs(file.parent)
    return disk.f_bavail * disk.f_frsize < _LEAST_ROOM


def _kind_of(error: BaseException, driver: BaseException | None, place: Place, otherwise: Fault) -> Fault:
    code = getattr(driver, "sqlite_errorcode", None)
    if code is not None:
        if _is_full(code, place.file):
            return _FULL
        return _SQLITE.get(code & 0xFF, otherwise)  # the low byte is the fault, the rest its variety
    if isinstance(error, IntegrityError):
        return _WRONG
    state = getattr(driver, "sqlstate", None)
    if state is None and place_is_away(driver):
        return _AWAY
    return _SQLSTATE.get(state or "", otherwise)


def place_is_away(driver: BaseException | None) -> bool:
    """Whether a server could not be reached at all: then the driver has no code to give."""
    return type(driver).__name__ == "OperationalError"
