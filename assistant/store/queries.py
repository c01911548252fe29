"""What is asked of the database by more than one reader, and how an event is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from assistant.store import rows, tables
from assistant.store.errors import StoreError
from assistant.store.records import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy.engine import Connection, RowMapping

    from assistant.store.records import JournalEntry

ALL_EPISODES = (
    select(tables.episode, tables.heard_words.c.words)
    .outerjoin(tables.heard_words, tables.heard_words.c.seq == tables.episode.c.opened_seq)
    .order_by(tables.episode.c.onset_utc, tables.episode.c.episode_id)
)
"""Those put away too."""

EPISODES = ALL_EPISODES.where(tables.episode.c.deleted_at.is_(None))

JOURNAL = select(tables.journal, tables.heard_words.c.words).outerjoin(
    tables.heard_words, tables.heard_words.c.seq == tables.journal.c.seq
)

_NUMBERED = tables.journal.insert().returning(tables.journal.c.seq, sort_by_parameter_order=True)


def append(connection: Connection, owner: Mapping[str, str], *entries: JournalEntry) -> list[int]:
    """Write events in order within a transaction; return their numbers."""
    made = [rows.journal_row(entry) for entry in entries]
    numbers = list(connection.scalars(_NUMBERED, [row | dict(owner) for row, _ in made])) if made else []
    heard = [
        {"seq": seq, "at_utc": entry.stamp.utc, "words": words} | dict(owner)
        for seq, entry, (_, words) in zip(numbers, entries, made, strict=True)
        if words
    ]
    if heard:
        connection.execute(tables.heard_words.insert(), heard)
    return numbers


def row_of(connection: Connection, episode_id: str) -> RowMapping:
    """The row of an episode.

    Raises:
        StoreError: there is none.
    """
    query = select(tables.episode).where(tables.episode.c.episode_id == episode_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise StoreError(f"there is no episode {episode_id}; open it first")
    return row


def person_named(connection: Connection, house_id: str, name: str) -> str:
    """The id of a person of the house, made where there is none of that name."""
    table = tables.person
    query = select(table.c.person_id).where(table.c.house_id == house_id, table.c.name == name)
    found: str | None = connection.scalar(query)
    if found is None:
        found = new_id()
        connection.execute(table.insert().values(person_id=found, house_id=house_id, name=name))
    return found


def change(connection: Connection, episode_id: str, new: Mapping[str, Any]) -> None:
    """Set columns of an episode."""
    table = tables.episode
    connection.execute(table.update().where(table.c.episode_id == episode_id).values(dict(new)))
