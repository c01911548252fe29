"""What can go wrong with the log; each message says what happened and what to do about it, in one line."""

from __future__ import annotations


class StoreError(Exception):
    """Base of every error of the store; also raised itself for a record that cannot be right."""


class StoreTooNew(StoreError):  # noqa: N818 - names what the store is, and reads so where it is caught
    """The log was written by a newer version of the program."""


class StoreReadOnly(StoreError):  # noqa: N818
    """The log, or the folder it is in, may not be written."""


class StoreFull(StoreError):  # noqa: N818
    """The disk has no room, or takes no more writes."""


class StoreBusy(StoreError):  # noqa: N818
    """Another program held the log for longer than the bedside may wait."""


class StoreDamaged(StoreError):  # noqa: N818
    """The file is no log of ours, or is broken."""


class StoreChanged(StoreError):  # noqa: N818
    """Somebody else changed the same thing meanwhile."""
