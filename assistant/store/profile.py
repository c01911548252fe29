"""What the family set: the person, numbers to call, hours, consent. Each change keeps the old value in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant.store import queries, tables
from assistant.store.records import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assistant.store.link import Link
    from assistant.store.records import Stamp


class Profile:
    """Keys and their JSON values, of one person.

    Args:
        link: the open database.
        owner: the ids that each row carries.
        now: stamps the changes.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now

    def read(self) -> dict[str, Any]:
        """Everything that is set."""
        table = tables.profile.c
        query = select(table.key, table.value).where(table.person_id == self._owner["person_id"])
        with self._link.reading() as connection:
            return {key: value for key, value in connection.execute(query)}  # noqa: C416 - rows are no pairs

    def write(self, values: Mapping[str, Any], by: str) -> None:
        """Set keys; those that do not change leave no trace."""
        table, person = tables.profile, self._owner["person_id"]
        with self._link.writing() as connection:
            old = dict(connection.execute(select(table.c.key, table.c.value).where(table.c.person_id == person)).all())
            new = {key: value for key, value in values.items() if old.get(key) != value}
            for key, value in new.items():
                row = (table.c.person_id == person, table.c.key == key)
                if key in old:
                    connection.execute(table.update().where(*row).values(value=value))
                else:
                    connection.execute(table.insert().values(person_id=person, key=key, value=value))
            if new:
                told = {"old": {key: old.get(key) for key in new}, "new": new, "by": by}
                entry = JournalEntry("profile_changed", None, self._now(), told)
                queries.append(connection, self._owner, entry)
