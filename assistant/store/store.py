"""The store: every write is one transaction, committed to the disk before the call returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import func, or_, select

from assistant.store import queries, rows, tables, upgrade
from assistant.store.errors import StoreError
from assistant.store.link import WAL_LIMIT, WAL_TIDY, Link, claim
from assistant.store.people import People
from assistant.store.profile import Profile
from assistant.store.reading import Reading
from assistant.store.records import LIVE, OWN, Closing, JournalEntry, NewEpisode, Stamp, unsure_now
from assistant.store.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from types import TracebackType

    from assistant.store.episode import Episode


class Store:
    """The log. Safe to use from several threads; readers never wait for the writer, nor the writer for them.

    Every method raises StoreError, or the subclass for the fault, when it could not do its work; a write is then
    not done at all.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now
        self.person_id = owner["person_id"]
        """The first person's; others in the same bed have ids of their own."""
        self.people = People(link, owner, now)
        self.reviews = Reviews(link, owner, now)

    @classmethod
    def open(
        cls,
        where: Path | str,
        *,
        device: str = "bedside",
        checkpoints: bool = False,
        busy_ms: int | None = None,
        now: Callable[[], Stamp] | None = None,
    ) -> Store:
        """Open the log and bring its schema up to date, after a copy of it (`bedside.sqlite3.before-N`).

        Args:
            where: the data folder (made if need be), or an SQLAlchemy address.
            device: the name of what writes; the first time it gets a row of its own.
            checkpoints: for the web process alone: moves the write-ahead log into the file as it goes.
            busy_ms: milliseconds to wait for another process; by default 250, and 5000 with `checkpoints`.
            now: stamps the changes of episodes; by default the machine's clock, marked as not trusted.

        Raises:
            StoreError: or the subclass for what is wrong; the message names the remedy.
        """
        link = Link.open(where, checkpoints=checkpoints, busy_ms=busy_ms)
        try:
            return cls(link, claim(link, device), now or unsure_now)
        except StoreError:
            link.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def schema_number(self) -> int:
        """The schema that the log has."""
        with self._link.reading() as connection:
            return upgrade.schema_number(connection, self._link.place)

    def check(self) -> None:
        """Read the whole log and raise StoreDamaged if it is broken; seconds for a long one."""
        self._link.check()

    def open_episode(self, episode: NewEpisode) -> None:
        """Write the episode and its `episode_opened` event, in one transaction."""
        with self._link.writing() as connection:
            [seq] = queries.append(connection, self._owner, rows.opening_entry(episode))
            values = rows.episode_row(episode) | {"opened_seq": seq} | self._owner
            connection.execute(tables.episode.insert().values(values))

    def update_episode(self, episode_id: str, **fields: Any) -> None:
        """Change fields of an episode; `episode_changed` keeps the old values in the journal.

        Raises:
            StoreError: no such episode, or a field or value that cannot be; it is named.
        """
        wanted = rows.changes(fields)
        with self._link.writing() as connection:
            row = queries.row_of(connection, episode_id)
            new = {name: value for name, value in wanted.items() if row[name] != value}
            if new:
                queries.change(connection, episode_id, new)
                payload = rows.change_payload({name: row[name] for name in new}, new)
                queries.append(
                    connection, self._owner, JournalEntry("episode_changed", episode_id, self._now(), payload)
                )

    def give_episode(self, episode_id: str, name: str) -> None:
        """Make an episode that of another person in the house, who gets a row when first named.

        Raises:
            StoreError: no such episode.
        """
        with self._link.writing() as connection:
            old = queries.row_of(connection, episode_id)["person_id"]
            new = queries.person_named(connection, self._owner["house_id"], name)
            if new != old:
                queries.change(connection, episode_id, {"person_id": new})
                payload = rows.change_payload({"person_id": old}, {"person_id": new})
                entry = JournalEntry("episode_changed", episode_id, self._now(), payload)
                queries.append(connection, self._owner, entry)

    def close_episode(self, episode_id: str, closing: Closing) -> None:
        """Write how the episode ended and its `episode_closed` event, in one transaction.

        Raises:
            StoreError: no such episode, or it is closed already.
        """
        with self._link.writing() as connection:
            row = queries.row_of(connection, episode_id)
            onset = rows.read_stamp("onset", row)
            if onset is None or row["end_utc"] is not None:
                raise StoreError(f"episode {episode_id} is closed already; change its fields instead")
            new = rows.changes(rows.closing_fields(closing, onset))
            queries.change(connection, episode_id, new | rows.stamp_row("end", closing.end))
            queries.append(connection, self._owner, JournalEntry("episode_closed", episode_id, closing.end, new))
        self._link.tidy(WAL_TIDY)

    def episodes(self, since: date | None = None) -> Iterator[Episode]:
        """All episodes from the night `since` on but those put away, oldest first, from one snapshot."""
        query = queries.EPISODES if since is None else queries.EPISODES.where(tables.episode.c.night_of >= since)
        for row in self._link.stream(query):
            yield rows.read_episode(row)

    def episodes_on_night(self, night_of: date, origins: Sequence[str] = OWN) -> int:
        """How many episodes a night has so far: by default those that somebody really had.

        Args:
            night_of: the evening that the night belongs to.
            origins: which episodes count, see `NewEpisode.origin`; those older than that mark always do.
        """
        column = tables.episode.c
        own = or_(column.origin.in_(origins), column.origin.is_(None))
        counted = (column.night_of == night_of, column.deleted_at.is_(None), own)
        query = select(func.count()).select_from(tables.episode).where(*counted)
        with self._link.reading() as connection:
            return connection.scalar(query) or 0

    def reading(self, origins: Sequence[str] = OWN) -> Reading:
        """Questions about whole periods, over the same connections."""
        return Reading(self._link, self._owner["house_id"], origins)

    def open_episodes(self) -> list[Episode]:
        """Episodes that this device heard and that have no end, oldest first: at a start, those of a power cut.

        What was typed on the page or played is nobody's to close; what is older than the mark of origin was heard.
        """
        column = tables.episode.c
        heard = or_(column.origin == LIVE, column.origin.is_(None))
        own = (column.end_utc.is_(None), column.device_id == self._owner["device_id"], heard)
        return [rows.read_episode(row) for row in self._link.stream(queries.ALL_EPISODES.where(*own))]

    def last_sign(self, episode_id: str) -> Stamp:
        """When this device wrote its last event of an episode; what the page writes of it is no sign of life.

        Raises:
            StoreError: it wrote none.
        """
        column = tables.journal.c
        own = (column.episode_id == episode_id, column.device_id == self._owner["device_id"])
        query = queries.JOURNAL.where(*own).order_by(column.seq.desc()).limit(1)
        with self._link.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise StoreError(f"nothing was written of episode {episode_id}; open it first")
        return rows.read_entry(row).stamp

    def append(self, entry: JournalEntry) -> int:
        """Write one event; return its number, higher than all before."""
        return self.append_all([entry])[0]

    def append_all(self, entries: Sequence[JournalEntry]) -> list[int]:
        """Write events in order, all or none; return their numbers."""
        with self._link.writing() as connection:
            numbers = queries.append(connection, self._owner, *entries)
        self._link.tidy(WAL_LIMIT)
        return numbers

    def journal(self, episode_id: str | None = None, after: int = 0) -> Iterator[JournalEntry]:
        """Events with a number above `after`, in order; of one episode if it is given."""
        query = queries.JOURNAL.order_by(tables.journal.c.seq).where(tables.journal.c.seq > after)
        if episode_id is not None:
            query = query.where(tables.journal.c.episode_id == episode_id)
        for row in self._link.stream(query):
            yield rows.read_entry(row)

    def profile(self) -> dict[str, Any]:
        """What the family set on the page."""
        return Profile(self._link, self._owner, self._now).read()

    def newest(self) -> int:
        """The number of the last event; 0 before the first."""
        with self._link.reading() as connection:
            return connection.scalar(select(func.max(tables.journal.c.seq))) or 0

    def cursor(self, reader: str) -> int:
        """The number up to which a reader of the journal has come; 0 at first."""
        with self._link.reading() as connection:
            return connection.scalar(select(tables.cursor.c.seq).where(tables.cursor.c.reader == reader)) or 0

    def move_cursor(self, reader: str, seq: int) -> None:
        """Remember how far a reader has come."""
        table = tables.cursor
        with self._link.writing() as connection:
            moved = connection.execute(table.update().where(table.c.reader == reader).values(seq=seq))
            if moved.rowcount == 0:
                connection.execute(table.insert().values({"reader": reader, "seq": seq} | self._owner))

    def forget_words(self, before: datetime) -> int:
        """Forget what was heard before a time; return of how many events.

        The words are overwritten on the disk, and copies of the log that are older than `before` are deleted.
        """
        words = tables.heard_words
        with self._link.writing() as connection:
            gone = connection.execute(words.delete().where(words.c.at_utc < rows.utc_of(before))).rowcount
        self._link.tidy(0)
        if self._link.place.file:
            upgrade.drop_backups(self._link.place.file, before)
        return gone
