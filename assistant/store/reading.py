"""What the page reads: a window of time, never the whole log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, or_, select

from assistant.store import queries, rows, tables
from assistant.store.brief import COLUMNS, Brief
from assistant.store.records import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement

    from assistant.store.episode import Episode
    from assistant.store.link import Link
    from assistant.store.records import JournalEntry


class Reading:
    """Questions of the page.

    Args:
        link: the open database.
        house_id: of the home; rows of another one in the same database are not there.
        origins: which episodes are shown and counted, see `NewEpisode.origin`; those older than that mark always are.
    """

    def __init__(self, link: Link, house_id: str, origins: Sequence[str] = OWN) -> None:
        self._link = link
        self._house_id = house_id
        self.origins = tuple(origins)

    def episode(self, episode_id: str) -> Episode | None:
        """One episode, also one that is put away; None where there is none of this id."""
        query = queries.ALL_EPISODES.where(tables.episode.c.episode_id == episode_id, self._of_this_house())
        return next((rows.read_episode(row) for row in self._link.stream(query)), None)

    def episodes(self, first: date, last: date) -> list[Episode]:
        """The episodes from one night to another, both included, oldest first."""
        nights = tables.episode.c.night_of.between(first, last)
        query = queries.EPISODES.where(nights, self._counted())
        return [rows.read_episode(row) for row in self._link.stream(query)]

    def briefs(self, first: date, last: date, person_id: str | None = None) -> list[Brief]:
        """The same as far as figures need it, of one person or of all: a tenth of the time."""
        table = tables.episode.c
        shown = (table.night_of.between(first, last), table.deleted_at.is_(None), self._of(person_id))
        with self._link.reading() as connection:
            found = connection.execute(select(*COLUMNS).where(*shown).order_by(table.onset_utc))
            return [Brief(*row) for row in found]

    def all_episodes(self) -> Iterator[Episode]:
        """Every episode that counts, a few hundred at a time in memory."""
        for row in self._link.stream(queries.EPISODES.where(self._counted())):
            yield rows.read_episode(row)

    def people(self) -> dict[str, str]:
        """Who sleeps in this house, by id, with the names that the log has for them."""
        table = tables.person.c
        query = select(table.person_id, table.name).where(table.house_id == self._house_id).order_by(table.person_id)
        with self._link.reading() as connection:
            return {person_id: name for person_id, name in connection.execute(query)}  # noqa: C416 - rows are no pairs

    def persons_of(self, episodes: Iterable[str]) -> dict[str, str]:
        """Whose these episodes are: id of the episode -> id of the person."""
        table = tables.episode.c
        query = select(table.episode_id, table.person_id).where(table.episode_id.in_(set(episodes)))
        with self._link.reading() as connection:
            return {episode_id: person for episode_id, person in connection.execute(query)}  # noqa: C416 - likewise

    def put_away(self) -> list[Episode]:
        """Episodes that are put away and can be brought back."""
        query = queries.ALL_EPISODES.where(tables.episode.c.deleted_at.is_not(None), self._of_this_house())
        return [rows.read_episode(row) for row in self._link.stream(query)]

    def counts(self, first: date, last: date) -> dict[date, int]:
        """How many episodes each night has; a night without one is not there."""
        table = tables.episode.c
        counted = (table.night_of.between(first, last), table.deleted_at.is_(None), self._counted())
        query = select(table.night_of, func.count()).where(*counted).group_by(table.night_of)
        with self._link.reading() as connection:
            return {night: number for night, number in connection.execute(query)}  # noqa: C416 - rows are no pairs

    def bounds(self, person_id: str | None = None) -> tuple[date, date] | None:
        """The first and the last night with an episode of one person or of anybody, or None."""
        night = tables.episode.c.night_of
        shown = select(night).where(tables.episode.c.deleted_at.is_(None), self._of(person_id)).limit(1)
        with self._link.reading() as connection:
            # Two walks along the index that end at their first step; the least and the greatest would read every row.
            first, last = (connection.scalar(shown.order_by(way)) for way in (night.asc(), night.desc()))
        return None if first is None or last is None else (first, last)

    def events(self, begins: datetime, ends: datetime, most: int = 2000) -> list[JournalEntry]:
        """The events of a time in their order, the first `most`; only of episodes that are shown, or of none."""
        table = tables.journal.c
        query = queries.JOURNAL.where(table.at_utc >= begins, table.at_utc < ends, self._shown())
        return self._own(query.order_by(table.at_utc, table.seq).limit(most))

    def of_kind(self, *kinds: str, most: int = 500) -> list[JournalEntry]:
        """The newest events of some kinds, the newest first; only of episodes that are shown, or of none."""
        table = tables.journal.c
        newest = table.seq.desc()
        # One question for each kind: the index then gives the newest first, and nothing is sorted.
        each = [queries.JOURNAL.where(table.kind == kind, self._shown()).order_by(newest).limit(most) for kind in kinds]
        found = [entry for query in each for entry in self._own(query)]
        return sorted(found, key=lambda entry: -entry.seq)[:most]

    def alerts_since(self, since: datetime) -> list[JournalEntry]:
        """All events of alerts from a time on, oldest first."""
        table = tables.journal.c
        query = queries.JOURNAL.where(table.kind == "alert", table.at_utc >= since, self._shown())
        return self._own(query.order_by(table.seq))

    def unacknowledged(self) -> list[JournalEntry]:
        """Alerts of episodes after which nobody acknowledged the same, and all alerts of no episode; oldest first."""
        table, later = tables.journal.c, tables.journal.alias("later")
        of, state = table.payload["red_flag"].as_string(), later.c.payload["state"].as_string()
        same = later.c.payload["red_flag"].as_string().is_not_distinct_from(of)
        seen = exists().where(
            later.c.episode_id == table.episode_id,
            later.c.kind == "alert",
            later.c.seq >= table.seq,
            state == "acknowledged",
            same,
        )
        wanted = (table.kind == "alert", self._shown(), or_(table.episode_id.is_(None), ~seen))
        return self._own(queries.JOURNAL.where(*wanted).order_by(table.seq))

    def of_episode(self, episode_id: str) -> list[JournalEntry]:
        """The events of an episode in their order."""
        table = tables.journal.c
        return self._entries(queries.JOURNAL.where(table.episode_id == episode_id).order_by(table.seq))

    def newest(self) -> JournalEntry | None:
        """The last event of all."""
        return next(iter(self._entries(queries.JOURNAL.order_by(tables.journal.c.seq.desc()).limit(1))), None)

    def _entries(self, query: Any) -> list[JournalEntry]:
        with self._link.reading() as connection:
            return [rows.read_entry(row) for row in connection.execute(query).mappings()]

    def _own(self, query: Any) -> list[JournalEntry]:
        return [each for each in self._entries(query) if each.episode_id or origin_of(each) in (*self.origins, "page")]

    def _shown(self) -> ColumnElement[bool]:
        table = tables.episode.c
        same = table.episode_id == tables.journal.c.episode_id
        shown = exists().where(same, table.deleted_at.is_(None), self._counted())
        return and_(tables.journal.c.house_id == self._house_id, or_(tables.journal.c.episode_id.is_(None), shown))

    def _counted(self) -> ColumnElement[bool]:
        origin = tables.episode.c.origin
        return and_(self._of_this_house(), or_(origin.in_(self.origins), origin.is_(None)))

    def _of(self, person_id: str | None) -> ColumnElement[bool]:
        """Of one person, or of all."""
        own = tables.episode.c.person_id == person_id
        return self._counted() if person_id is None else and_(self._counted(), own)

    def _of_this_house(self) -> ColumnElement[bool]:
        return tables.episode.c.house_id == self._house_id


def origin_of(event: JournalEntry) -> str:
    """Where an event of no episode comes from: its mark, or by its clock; what a page writes is a page's."""
    if "by" in event.payload:
        return "page"
    played = "script" if event.stamp.boot_id == "simulated" else "live"
    return str(event.payload.get("origin", played))
