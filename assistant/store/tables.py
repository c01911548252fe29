"""The tables as the program of today sees them; `migrations/` brings a file there, and a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
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


def _owned() -> list[Column[str]]:
    """Whose row it is: in each table from the first migration, so that homes can be joined later."""
    return [
        Column(f"{who}_id", ID, ForeignKey(f"{who}.{who}_id"), nullable=False) for who in ("house", "person", "device")
    ]


def _stamp(prefix: str, *, nullable: bool) -> list[Column[Any]]:
    kinds: dict[str, TypeEngine[Any]] = {
        "utc": UtcTime(),
        "offset_minutes": Integer(),
        "boot_id": String(64),
        "monotonic_s": Float(),
        "trusted": Boolean(),
    }
    return [Column(f"{prefix}_{name}", kind, nullable=nullable) for name, kind in kinds.items()]


def _within(column: str, low: float, high: float | None = None) -> CheckConstraint:
    upper = "" if high is None else f" AND {column} <= {high}"
    return CheckConstraint(f"{column} >= {low}{upper}", name=column)


house = Table("house", metadata, Column("house_id", ID, primary_key=True), Column("name", Text, nullable=False))

person = Table(
    "person",
    metadata,
    Column("person_id", ID, primary_key=True),
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("name", Text, nullable=False),
)

device = Table(
    "device",
    metadata,
    Column("device_id", ID, primary_key=True),
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("name", Text, nullable=False, unique=True),
)

episode = Table(
    "episode",
    metadata,
    Column("episode_id", ID, primary_key=True),
    *_owned(),
    Column("opened_seq", Integer, ForeignKey("journal.seq"), nullable=False),
    Column("night_of", Date, nullable=False),
    *_stamp("onset", nullable=False),
    *_stamp("end", nullable=True),
    Column("duration_s", Float),
    Column("ended_by", Text),
    Column("end_inferred", Boolean),
    Column("no_response", Boolean),
    Column("intent", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("pain_now", Integer),
    Column("pain_now_source", Text),
    Column("pain_morning", Integer),
    Column("pain_band", Text),
    Column("stretch_site", Text),
    Column("rounds", Integer),
    Column("hold_s", Float),
    Column("stopped_early", Boolean),
    Column("relief", Integer),
    Column("relief_latency_s", Float),
    Column("helper_present", Boolean),
    Column("stood_up", Boolean),
    Column("knot", Text),
    Column("urge_to_move", Text),
    Column("relief_by_moving", Text),
    Column("both_legs", Text),
    Column("sore_next_day", Integer),
    Column("class", Text, key="class_"),
    Column("cramp_score", Integer),
    Column("rls_score", Integer),
    Column("answers_missing", Integer),
    Column("red_flag", JSON(none_as_null=True)),
    Column("level", Text),
    Column("said", Text),
    Column("acknowledged_by", Text),
    Column("ack_s", Float),
    Column("awakenings", Integer),
    Column("back_to_quiet_min", Float),
    Column("sleep_quality", Integer),
    Column("triggers", JSON(none_as_null=True)),
    Column("room_c", Float),
    Column("engine", Text, nullable=False),
    Column("asr_conf", Float),
    Column("device_latency_ms", Float),
    Column("versions", JSON, nullable=False),
    Column("note", Text),
    Column("edited_by", Text),
    Column("origin", Text),
    _within("pain_now", 0, 10),
    _within("pain_morning", 0, 10),
    _within("relief", 0, 3),
    _within("sore_next_day", 0, 3),
    _within("sleep_quality", 1, 5),
    _within("asr_conf", 0, 1),
    _within("duration_s", 0),
    _within("rounds", 0),
    _within("hold_s", 0),
    Index(None, "night_of"),
    Index(None, "onset_utc"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    *_owned(),
    Column("kind", Text, nullable=False),
    Column("episode_id", ID),  # no foreign key: what was heard stands in the journal even if its episode never opened
    *_stamp("at", nullable=False),
    Column("payload", JSON, nullable=False),
    Index(None, "episode_id"),
    sqlite_autoincrement=True,  # a number is never given twice
)

heard_words = Table(
    "heard_words",
    metadata,
    Column("seq", Integer, ForeignKey("journal.seq"), primary_key=True, autoincrement=False),
    *_owned(),
    Column("at_utc", UtcTime(), nullable=False),
    Column("words", JSON, nullable=False),
    Index(None, "at_utc"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("reader", String(64), primary_key=True),
    *_owned(),
    Column("seq", Integer, nullable=False),
)
