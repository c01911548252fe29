"""Who may come in: accounts, sessions, invitations, and failed tries. Secrets are kept only as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from assistant.store import queries, tables
from assistant.store.errors import StoreError
from assistant.store.records import JournalEntry, new_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import RowMapping

    from assistant.store.link import Link
    from assistant.store.records import Stamp

ROLES = ("owner", "carer", "reviewer", "read_only")
"""Owner: everything. Carer: reads, writes, grades, acknowledges. Reviewer and read-only: read."""

FORGET_TRIES = timedelta(hours=24)
"""After a day without a try, an address or a name starts from nothing again."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in."""

    account_id: str
    name: str
    """As it is compared: lower case."""
    shown: str
    role: str
    password: str
    """The argon2id hash."""


@dataclass(frozen=True, slots=True)
class Session:
    """A visit that is logged in."""

    token_hash: str
    csrf: str
    account: Account


class People:
    """Accounts and their sessions.

    Args:
        link: the open database.
        owner: the ids that each row carries.
        now: the time.
    """

    def __init__(self, link: Link, owner: dict[str, str], now: Callable[[], Stamp]) -> None:
        self._link = link
        self._owner = owner
        self._now = now

    def anybody(self) -> bool:
        """Whether there is an account at all."""
        with self._link.reading() as connection:
            return bool(connection.scalar(select(func.count()).select_from(tables.account)))

    def accounts(self) -> list[Account]:
        """Everybody who may come in, by name."""
        query = select(tables.account).where(tables.account.c.ended.is_(False)).order_by(tables.account.c.name)
        with self._link.reading() as connection:
            return [_account(row) for row in connection.execute(query).mappings()]

    def named(self, name: str) -> Account | None:
        """The account of a name, however it is capitalised."""
        return next((each for each in self.accounts() if each.name == name.strip().casefold()), None)

    def make_account(self, name: str, role: str, password: str, *, only_as_first: bool = False) -> Account:
        """Make an account; `password` is its argon2id hash.

        Raises:
            StoreError: the name is taken, or with `only_as_first` somebody has an account already.
        """
        shown = " ".join(name.split())
        made = Account(new_id(), shown.casefold(), shown, role, password)
        table = tables.account
        with self._link.writing() as connection:
            if only_as_first and connection.scalar(select(func.count()).select_from(table)):
                raise StoreError("somebody has made the first account already; log in")
            if connection.scalar(select(table.c.account_id).where(table.c.name == made.name)):
                raise StoreError("that name is taken; choose another")
            values = {"name": made.name, "shown": shown, "role": role, "password": password, "ended": False}
            ids = {"account_id": made.account_id, "house_id": self._owner["house_id"], "made_at": self._now().utc}
            connection.execute(table.insert().values(values | ids))
            told = JournalEntry("account_made", None, self._now(), {"by": shown, "role": role})
            queries.append(connection, self._owner, told)
        return made

    def end_account(self, account_id: str) -> None:
        """Let somebody in no more; their sessions end at once, what they wrote stays."""
        with self._link.writing() as connection:
            table = tables.account
            connection.execute(table.update().where(table.c.account_id == account_id).values(ended=True))
            connection.execute(tables.session.delete().where(tables.session.c.account_id == account_id))

    def begin_session(self, account: Account, token_hash: str, csrf: str, lasts: timedelta) -> None:
        """Begin a visit, and forget the visits that are over."""
        now = self._now().utc
        values = {"token_hash": token_hash, "account_id": account.account_id, "csrf": csrf}
        with self._link.writing() as connection:
            connection.execute(tables.session.delete().where(tables.session.c.ends_at < now))
            connection.execute(tables.session.insert().values(values | {"made_at": now, "ends_at": now + lasts}))

    def session(self, token_hash: str) -> Session | None:
        """The visit of a cookie; None when it is over or never was."""
        of = tables.session.join(tables.account, tables.account.c.account_id == tables.session.c.account_id)
        open_ = (tables.session.c.ends_at > self._now().utc, tables.account.c.ended.is_(False))
        query = select(tables.session.c.csrf, tables.account).select_from(of)
        with self._link.reading() as connection:
            wanted = query.where(tables.session.c.token_hash == token_hash, *open_)
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else Session(token_hash, row["csrf"], _account(row))

    def end_session(self, token_hash: str) -> None:
        """Log out."""
        with self._link.writing() as connection:
            connection.execute(tables.session.delete().where(tables.session.c.token_hash == token_hash))

    def end_sessions(self, account: Account) -> None:
        """Log somebody out wherever they are logged in."""
        with self._link.writing() as connection:
            connection.execute(tables.session.delete().where(tables.session.c.account_id == account.account_id))

    def invite(self, code_hash: str, role: str, lasts: timedelta) -> None:
        """Let somebody make an account with a code, once."""
        values = {"code_hash": code_hash, "house_id": self._owner["house_id"], "role": role}
        with self._link.writing() as connection:
            connection.execute(tables.invitation.insert().values(values | {"ends_at": self._now().utc + lasts}))

    def take_invitation(self, code_hash: str) -> str | None:
        """Use a code up; return its role, or None where it is none or too old."""
        table = tables.invitation
        with self._link.writing() as connection:
            known = (table.c.code_hash == code_hash, table.c.ends_at > self._now().utc)
            role: str | None = connection.scalar(select(table.c.role).where(*known))
            connection.execute(table.delete().where(table.c.code_hash == code_hash))
        return role

    def wait_s(self, *who: str) -> float:
        """Seconds before one of these may try again; 0: now."""
        now = self._now().utc
        table = tables.login_failure
        with self._link.reading() as connection:
            found = list(connection.execute(select(table.c.count, table.c.last_at).where(table.c.who.in_(who))))
        return max((_delay_s(count) - (now - last).total_seconds() for count, last in found), default=0.0)

    def count_try(self, *who: str) -> None:
        """Count a try of these, before it is known whether it is right."""
        table, now = tables.login_failure, self._now().utc
        with self._link.writing() as connection:
            connection.execute(table.delete().where(table.c.last_at < now - FORGET_TRIES))
            for each in who:
                row = (table.c.who == each,)
                if connection.execute(table.update().where(*row).values(count=table.c.count + 1, last_at=now)).rowcount:
                    continue
                connection.execute(table.insert().values(who=each, count=1, last_at=now))

    def forgive(self, *who: str) -> None:
        """A right password clears the count."""
        with self._link.writing() as connection:
            connection.execute(tables.login_failure.delete().where(tables.login_failure.c.who.in_(who)))


FREE_TRIES = 5
LONGEST_DELAY_S = 900.0


def _delay_s(tries: int) -> float:
    """Nothing for the first five; then 2, 4, 8 … seconds, a quarter of an hour at most."""
    return 0.0 if tries < FREE_TRIES else min(LONGEST_DELAY_S, 2.0 ** min(tries - FREE_TRIES + 1, 20))


def _account(row: RowMapping) -> Account:
    return Account(**{name: row[name] for name in ("account_id", "name", "shown", "role", "password")})
