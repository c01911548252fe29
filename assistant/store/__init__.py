"""The log: episodes and the journal of events, on disk before they are spoken of.

Importing this package loads no database library: `Store` is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.store.episode import Episode
from assistant.store.errors import (
    StoreBusy,
    StoreChanged,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
)
from assistant.store.records import Closing, JournalEntry, NewEpisode, Stamp, new_id, night_of

if TYPE_CHECKING:
    from assistant.store.store import Store

__all__ = [
    "Closing",
    "Episode",
    "JournalEntry",
    "NewEpisode",
    "Stamp",
    "Store",
    "StoreBusy",
    "StoreChanged",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "new_id",
    "night_of",
]


def __getattr__(name: str) -> Any:
    """Load the store itself late: SQLAlchemy costs a third of a second, and most commands never open the log."""
    if name == "Store":
        from assistant.store.store import Store  # noqa: PLC0415

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
