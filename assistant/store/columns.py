"""What every table is made of: times, ids, owners, bounds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """An aware time, always handed out in UTC: SQLite itself knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Drop the zone for SQLite only, after turning the time to UTC."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

ID = String(36)
"""A UUID as text."""


def owned() -> list[Column[str]]:
    """Whose row it is: in each table from the first migration, so that homes can be joined later."""
    return [
        Column(f"{who}_id", ID, ForeignKey(f"{who}.{who}_id"), nullable=False) for who in ("house", "person", "device")
    ]


def stamp(prefix: str, *, nullable: bool) -> list[Column[Any]]:
    """The columns of a moment, see `Stamp`."""
    kinds: dict[str, TypeEngine[Any]] = {
        "utc": UtcTime(),
        "offset_minutes": Integer(),
        "boot_id": String(64),
        "monotonic_s": Float(),
        "trusted": Boolean(),
    }
    return [Column(f"{prefix}_{name}", kind, nullable=nullable) for name, kind in kinds.items()]


def within(column: str, low: float, high: float | None = None) -> CheckConstraint:
    """The column lies between two numbers, or above one."""
    upper = "" if high is None else f" AND {column} <= {high}"
    return CheckConstraint(f"{column} >= {low}{upper}", name=column)
