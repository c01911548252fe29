"""What leaves the house, as it is kept: who is told, and each message, written down before it goes."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant.store import queries, tables
from assistant.store.records import JournalEntry, new_id
from assistant.store.records_sending import Delivery, Helper

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from assistant.store.link import Link
    from assistant.store.records import Stamp
    from assistant.store.records_sending import Raised

SWITCH = "alerts.on"
"""The key of the profile that an owner turns: without it nothing leaves the house."""

HELPER = tuple(each.name for each in fields(Helper))
DELIVERY = tuple(each.name for each in fields(Delivery))


class Outbox:
    """Helpers and messages.

    Args:
        link: the open database.
        owner: the ids that each row carries.
        now: the time, stamped.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now

    def helpers(self, *, ended: bool = False) -> list[Helper]:
        """Who is told, the first ones first; with `ended` also those who are told no more."""
        table = tables.helper.c
        query = select(*(table[name] for name in HELPER)).order_by(table.after_min, table.name, table.helper_id)
        with self._link.reading() as connection:
            found = connection.execute(query if ended else query.where(table.ended.is_(False)))
            return [Helper(*row) for row in found]

    def save(self, helper: Helper, by: str) -> None:
        """Add somebody, or change what is known of them; the journal gets no address."""
        table, row = tables.helper, asdict(helper)
        same = table.c.helper_id == helper.helper_id
        with self._link.writing() as connection:
            if not connection.execute(table.update().where(same).values(row)).rowcount:
                connection.execute(table.insert().values(row | {"house_id": self._owner["house_id"], "ended": False}))
            self._tell(connection, "helper_changed", helper=helper.name, by=by)

    def end(self, helper: Helper, by: str) -> None:
        """Tell somebody no more; the address is forgotten."""
        table = tables.helper
        with self._link.writing() as connection:
            gone = table.update().where(table.c.helper_id == helper.helper_id)
            connection.execute(gone.values(ended=True, address=""))
            self._tell(connection, "helper_ended", helper=helper.name, by=by)

    def deliveries(self, since: datetime) -> list[Delivery]:
        """The messages that were changed since a time, the newest first."""
        table = tables.delivery.c
        query = select(*(table[name] for name in DELIVERY)).where(table.changed_at >= since)
        with self._link.reading() as connection:
            return [Delivery(*row) for row in connection.execute(query.order_by(table.changed_at.desc()))]

    def claim(self, raised: Raised, helper: Helper, title: str, body: str) -> Delivery | None:
        """Write down that a message is being sent, before it is; None where that was done already."""
        now, table = self._now().utc, tables.delivery
        made = Delivery(new_id(), raised.seq, helper.helper_id, "sending", 1, now, now, title, body)
        same = (table.c.event_seq == raised.seq, table.c.helper_id == helper.helper_id)
        with self._link.writing() as connection:
            before = connection.execute(select(*(table.c[name] for name in DELIVERY)).where(*same)).one_or_none()
            if before is None:
                connection.execute(table.insert().values(asdict(made)))
                return made
            known = Delivery(*before)
            if known.state != "waiting":
                return None
            again = replace(made, delivery_id=known.delivery_id, tries=known.tries + 1)
            connection.execute(table.update().where(*same).values(asdict(again)))
            return again

    def settle(self, delivery: Delivery, raised: Raised, helper: Helper, channel: str) -> None:
        """Write down what became of a message; the journal tells it to the bedside once it is decided."""
        now, table = self._now(), tables.delivery
        state = {"sent": "delivered", "failed": "failed", "unknown": "failed"}.get(delivery.state)
        with self._link.writing() as connection:
            same = table.c.delivery_id == delivery.delivery_id
            values = asdict(replace(delivery, changed_at=now.utc))
            connection.execute(table.update().where(same).values(values))
            if state:
                after_s = round((now.utc - raised.at).total_seconds(), 1)
                told: dict[str, Any] = {
                    "level": raised.level,
                    "red_flag": raised.what,
                    "channel": channel,
                    "state": state,
                }
                told |= {"state": state, "name": helper.name, "of": raised.seq, "after_s": after_s}
                self._tell(connection, "alert", raised.episode_id, **told)

    def broken_off(self) -> int:
        """At a start: messages that were being sent when the program ended. Nobody knows whether they arrived."""
        table = tables.delivery
        with self._link.writing() as connection:
            left = table.update().where(table.c.state == "sending")
            return connection.execute(left.values(state="unknown", changed_at=self._now().utc)).rowcount

    def _tell(self, connection: Connection, kind: str, episode_id: str | None = None, **payload: Any) -> None:
        queries.append(connection, self._owner, JournalEntry(kind, episode_id, self._now(), payload))
