"""The store as the page sees it: one connection, and a part for each kind of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from assistant.store import archive
from assistant.store.editing import Editing
from assistant.store.link import Link, claim
from assistant.store.outbox import Outbox
from assistant.store.people import People
from assistant.store.profile import Profile
from assistant.store.reading import Reading
from assistant.store.records import OWN
from assistant.store.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from assistant.store.records import Stamp


class House:
    """The log of one home, for the process that serves the page: it alone moves the write-ahead log into the file.

    Args:
        where: the data folder, or an SQLAlchemy address.
        now: the time, stamped.
        origins: which episodes are shown; by default those that somebody had.

    Raises:
        StoreError: or the subclass for what is wrong; the message names the remedy.
    """

    def __init__(self, where: Path | str, now: Callable[[], Stamp], origins: Sequence[str] = OWN) -> None:
        self._link = Link.open(where, checkpoints=True, busy_ms=None)
        owner = self._owner = claim(self._link, "page")
        self.now = now
        self.person_id = owner["person_id"]
        """Whose log it is; others in the same bed have ids of their own."""
        self.reading = Reading(self._link, owner["house_id"], origins)
        self.editing = Editing(self._link, owner, now)
        self.people = People(self._link, owner, now)
        self.profile = Profile(self._link, owner, now)
        self.outbox = Outbox(self._link, owner, now)
        self.reviews = Reviews(self._link, owner, now)

    def archive(self) -> Iterator[str]:
        """Everything but who may come in, line by line; see `assistant.store.archive`."""
        return archive.written(self._link)

    def erase_everything(self, by: str) -> None:
        """Everything but who may come in is gone for good."""
        archive.erase_everything(self._link, self._owner, self.now(), by)

    def close(self) -> None:
        """Close every connection."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
