"""The tables of the page: who may come in, and what the family set."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from assistant.store.columns import ID, UtcTime, metadata

account = Table(
    "account",
    metadata,
    Column("account_id", ID, primary_key=True),
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("name", String(64), nullable=False, unique=True),  # as it is compared: lower case
    Column("shown", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text, nullable=False),  # argon2id, with its salt and costs
    Column("made_at", UtcTime(), nullable=False),
    Column("ended", Boolean, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # of the cookie: a stolen log opens no door
    Column("account_id", ID, ForeignKey("account.account_id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("made_at", UtcTime(), nullable=False),
    Column("ends_at", UtcTime(), nullable=False),
    Index(None, "account_id"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("ends_at", UtcTime(), nullable=False),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("who", String(160), primary_key=True),  # an address or a name
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime(), nullable=False),
)

profile = Table(
    "profile",
    metadata,
    Column("person_id", ID, ForeignKey("person.person_id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)
