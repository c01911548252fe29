"""What people change on the page: every change keeps the old value, who made it and when; nothing is lost by a slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from assistant.store import queries, rows, tables
from assistant.store.errors import StoreChanged, StoreError
from assistant.store.records import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import Connection

    from assistant.store.link import Link
    from assistant.store.records import Closing, NewEpisode, Stamp

GRADES = ("helped", "wrong_muscle", "false_alarm", "missed")
"""What a carer may say of the device."""

CHANGES = ("episode_opened", "episode_changed", "episode_closed", "episode_put_away", "episode_brought_back")
"""Kinds of event after which an episode reads otherwise."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an episode."""

    seq: int
    kind: str
    by: str | None
    """The name of who made it; None: the device."""
    at: Stamp
    old: dict[str, Any]
    new: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entered:
    """An episode that was typed: its opening, its end where it is over, and what else is known."""

    opening: NewEpisode
    closing: Closing | None
    fields: dict[str, Any]


class Editing:
    """Changes by people; one transaction each.

    Args:
        link: the open database.
        owner: the ids that each row carries.
        now: stamps the changes.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now

    def enter(self, entered: Sequence[Entered], by: str) -> None:
        """Write typed episodes, all or none."""
        with self._link.writing() as connection:
            for each in entered:
                self._enter(connection, each, by)

    def change(self, episode_id: str, by: str, seen: int, fields: dict[str, Any]) -> None:
        """Change fields of an episode as it was seen.

        Args:
            episode_id: which.
            by: who.
            seen: `revision` of what the person saw; if it has moved on, a field that both changed is refused.
            fields: name to new value, None to empty it.

        Raises:
            StoreChanged: somebody changed one of these fields meanwhile.
            StoreError: no such episode, or a value that cannot be.
        """
        wanted = rows.changes(fields)
        with self._link.writing() as connection:
            row = queries.row_of(connection, episode_id)
            new = {name: value for name, value in wanted.items() if row[name] != value}
            _refuse_overwriting(self._since(connection, episode_id, seen), new)
            if not new:
                return
            old = {name: row[name] for name in new}
            payload = rows.change_payload(old, new) | {"by": by}
            queries.change(connection, episode_id, new | {"edited_by": by})
            self._tell(connection, "episode_changed", episode_id, payload)

    def end(self, episode_id: str, by: str, closing: Closing) -> None:
        """End an episode that is open; one that is over stays as it is."""
        with self._link.writing() as connection:
            row = queries.row_of(connection, episode_id)
            onset = rows.read_stamp("onset", row)
            if onset is None or row["end_utc"] is not None:
                return
            closed = rows.changes(rows.closing_fields(closing, onset))
            queries.change(connection, episode_id, closed | rows.stamp_row("end", closing.end) | {"edited_by": by})
            ending = JournalEntry("episode_closed", episode_id, closing.end, closed | {"by": by})
            queries.append(connection, self._owner, ending)

    def put_away(self, episode_id: str, by: str) -> None:
        """Delete an episode so that it can be brought back; it counts nowhere meanwhile."""
        self._set_away(episode_id, "episode_put_away", by, away=True)

    def bring_back(self, episode_id: str, by: str) -> None:
        """Undo `put_away`."""
        self._set_away(episode_id, "episode_brought_back", by, away=False)

    def erase(self, episode_id: str, by: str) -> None:
        """Delete an episode, its events and its words for good; only the fact that it was done stays.

        Raises:
            StoreError: it is not put away.
        """
        with self._link.writing() as connection:
            if queries.row_of(connection, episode_id)["deleted_at"] is None:
                raise StoreError("only an episode that is put away can be erased; put it away first")
            connection.execute(tables.episode.delete().where(tables.episode.c.episode_id == episode_id))
            events = select(tables.journal.c.seq).where(tables.journal.c.episode_id == episode_id)
            connection.execute(tables.delivery.delete().where(tables.delivery.c.event_seq.in_(events)))
            connection.execute(tables.heard_words.delete().where(tables.heard_words.c.seq.in_(events)))
            connection.execute(tables.journal.delete().where(tables.journal.c.episode_id == episode_id))
            self._tell(connection, "episode_erased", None, {"by": by})
        self._link.tidy(0)

    def revision(self, episode_id: str) -> int:
        """The number of the last change; 0 where there is no such episode."""
        table = tables.journal.c
        query = select(func.max(table.seq)).where(table.episode_id == episode_id, table.kind.in_(CHANGES))
        with self._link.reading() as connection:
            return connection.scalar(query) or 0

    def history(self, episode_id: str) -> list[Change]:
        """Every change of an episode, the first one first."""
        with self._link.reading() as connection:
            return self._since(connection, episode_id, 0)

    def record(self, kind: str, episode_id: str | None, **payload: Any) -> None:
        """Write what somebody did on the page: an acknowledgement, a login, an export."""
        with self._link.writing() as connection:
            self._tell(connection, kind, episode_id, payload)

    def acknowledge(self, alerts: Sequence[JournalEntry], by: str) -> None:
        """Say that somebody has taken care of alerts; their episodes name who, and after how long."""
        now = self._now()
        with self._link.writing() as connection:
            for alert in alerts:
                said = {"state": "acknowledged", "channel": "page", "by": by}
                self._tell(connection, "alert", alert.episode_id, alert.payload | said)
                if alert.episode_id is None:
                    continue
                row = queries.row_of(connection, alert.episode_id)
                if row["acknowledged_by"] is None:
                    waited = max(0.0, (now.utc - alert.stamp.utc).total_seconds())
                    queries.change(connection, alert.episode_id, {"acknowledged_by": by, "ack_s": round(waited, 1)})

    def ask(self, wish: str, by: str) -> None:
        """Ask the device for something, as a key beside the bed would: `dont_listen`, or `listening`."""
        with self._link.writing() as connection:
            self._tell(connection, "asked", None, {"wish": wish, "by": by})

    def _enter(self, connection: Connection, each: Entered, by: str) -> None:
        opening, fields = each.opening, rows.changes(each.fields)
        first = rows.opening_entry(opening)
        told = JournalEntry(first.kind, first.episode_id, first.stamp, first.payload | {"by": by})
        [seq] = queries.append(connection, self._owner, told)
        values = rows.episode_row(opening) | {"opened_seq": seq, "edited_by": by} | self._owner | fields
        if each.closing is not None:
            counted = rows.changes(rows.closing_fields(each.closing, opening.onset))
            closed = {name: value for name, value in counted.items() if name not in fields}
            values |= closed | rows.stamp_row("end", each.closing.end)
            ending = JournalEntry("episode_closed", opening.episode_id, each.closing.end, closed | {"by": by})
            queries.append(connection, self._owner, ending)
        connection.execute(tables.episode.insert().values(values))

    def _since(self, connection: Connection, episode_id: str, seq: int) -> list[Change]:
        table = tables.journal.c
        query = queries.JOURNAL.where(table.episode_id == episode_id, table.seq > seq, table.kind.in_(CHANGES))
        found = connection.execute(query.order_by(table.seq)).mappings()
        return [_change_of(rows.read_entry(row)) for row in found]

    def _set_away(self, episode_id: str, kind: str, by: str, *, away: bool) -> None:
        with self._link.writing() as connection:
            is_away = queries.row_of(connection, episode_id)["deleted_at"] is not None
            if is_away != away:
                queries.change(connection, episode_id, {"deleted_at": self._now().utc if away else None})
                self._tell(connection, kind, episode_id, {"by": by})

    def _tell(self, connection: Connection, kind: str, episode_id: str | None, payload: dict[str, Any]) -> None:
        queries.append(connection, self._owner, JournalEntry(kind, episode_id, self._now(), payload))


def _change_of(entry: JournalEntry) -> Change:
    told = dict(entry.payload)
    by = told.pop("by", None)
    old, new = (told["old"], told["new"]) if entry.kind == "episode_changed" else ({}, told)
    return Change(entry.seq, entry.kind, by, entry.stamp, old, new)


def _refuse_overwriting(since: Sequence[Change], new: dict[str, Any]) -> None:
    for change in since:
        both = sorted(name for name in new if name.rstrip("_") in change.new)
        if both:
            who = change.by or "the device"
            raise StoreChanged(f"{who} changed {', '.join(both)} meanwhile; look at it, then save again")
