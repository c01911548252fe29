"""What others write into the log while it listens: an alert was confirmed or is taken care of, or it is not to listen.

The bedside sends nothing itself. What it may say of a message, it may say only because of what stands in the log.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.inbox import Answered, Pressed, Reached
from assistant.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from assistant.inbox import Inbox
    from assistant.store.records import JournalEntry
    from assistant.store.store import Store

LOOK_S = 1.0
WISHES = ("dont_listen", "listening")
"""What somebody may ask of the device on the page, as by a key."""
NEWS = timedelta(minutes=30)
"""So long an emergency is repeated at most; what comes later must wake nobody."""


class News:
    """Reads the journal beside the night.

    Args:
        store: the log.
        inbox: of the loop that decides.
    """

    def __init__(self, store: Store, inbox: Inbox) -> None:
        self._store = store
        self._inbox = inbox
        self._over = threading.Event()
        self._seq = store.newest()
        self._raised: dict[tuple[str | None, str], datetime] = {}

    def watch(self) -> None:
        """Look once a second until the night is over."""
        while not self._over.wait(LOOK_S):
            with suppress(
                StoreError
            ):  # the writer tells of a disk that fails; the next look reads what this one missed
                self.look()

    def look(self) -> None:
        """Tell the loop what is new."""
        for event in self._new():
            told, at = event.payload, event.stamp.utc
            if event.kind == "asked":
                if told.get("wish") in WISHES:
                    self._inbox.put(Pressed(str(told["wish"])))
                continue
            alert = (event.episode_id, str(told.get("red_flag") or "help"))
            if told.get("state") == "raised":
                self._raised[alert] = at
                continue
            since = self._raised.get(alert)
            if since is None or at - since > NEWS:
                continue
            if told.get("state") == "delivered":
                self._inbox.put(Reached(str(told.get("name"))))
            elif told.get("state") == "acknowledged" and told.get("channel") == "page":
                self._inbox.put(Answered(str(told.get("by"))))

    def end(self) -> None:
        """The night is over."""
        self._over.set()

    def _new(self) -> Iterator[JournalEntry]:
        for event in self._store.journal(after=self._seq):
            self._seq = event.seq
            if event.kind in ("alert", "asked"):
                yield event
