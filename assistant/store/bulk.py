"""Many nights at once: for made-up nights, where a transaction for each event would take an hour."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from assistant.store import queries, rows, tables
from assistant.store.link import Link, claim
from assistant.store.records import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from assistant.store.records import Closing, NewEpisode

AT_ONCE = 500
"""Nights in one transaction."""


@dataclass(frozen=True, slots=True)
class Lived:
    """An episode from its first word to the morning: what came between opening and closing, and what is known later."""

    opening: NewEpisode
    between: tuple[JournalEntry, ...]
    closing: Closing | None
    fields: dict[str, Any]


def write_all(where: Path | str, device: str, lived: Iterable[Lived | JournalEntry]) -> int:
    """Write episodes and events of no episode, in order; return how many episodes.

    Raises:
        StoreError: or the subclass for what is wrong.
    """
    link = Link.open(where, checkpoints=True, busy_ms=None)
    try:
        owner = claim(link, device)
        return sum(_write(link, owner, batch) for batch in _batches(iter(lived)))
    finally:
        link.close()


def _batches(items: Iterator[Lived | JournalEntry]) -> Iterator[list[Lived | JournalEntry]]:
    while batch := list(islice(items, AT_ONCE)):
        yield batch


def _write(link: Link, owner: dict[str, str], batch: list[Lived | JournalEntry]) -> int:
    made = []
    with link.writing() as connection:
        for each in batch:
            if isinstance(each, JournalEntry):
                queries.append(connection, owner, each)
                continue
            events, values = _row(each)
            numbers = queries.append(connection, owner, *events)
            made.append(values | owner | {"opened_seq": numbers[0]})
        if made:
            connection.execute(tables.episode.insert(), [_EMPTY | row for row in made])
    return len(made)


_EMPTY: dict[str, Any] = {column.key: None for column in tables.episode.c}


def _row(each: Lived) -> tuple[list[JournalEntry], dict[str, Any]]:
    events = [rows.opening_entry(each.opening), *each.between]
    values = rows.episode_row(each.opening) | rows.changes(each.fields)
    if each.closing is not None:
        closed = rows.changes(rows.closing_fields(each.closing, each.opening.onset))
        values |= closed | rows.stamp_row("end", each.closing.end)
        events.append(JournalEntry("episode_closed", each.opening.episode_id, each.closing.end, closed))
    return events, values
