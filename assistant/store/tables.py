"""The tables as the program of today sees them; `migrations/` brings a file there, and a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from assistant.store.columns import ID, UtcTime, metadata, owned, stamp, within
from assistant.store.tables_people import account, invitation, login_failure, profile, session
from assistant.store.tables_sending import delivery, erasing, helper, line_review

__all__ = [
    "account",
    "cursor",
    "delivery",
    "device",
    "episode",
    "erasing",
    "heard_words",
    "helper",
    "house",
    "invitation",
    "journal",
    "line_review",
    "login_failure",
    "metadata",
    "person",
    "profile",
    "session",
]

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
    *owned(),
    Column("opened_seq", Integer, ForeignKey("journal.seq"), nullable=False),
    Column("night_of", Date, nullable=False),
    *stamp("onset", nullable=False),
    *stamp("end", nullable=True),
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
    Column("sleep_disturbance", Integer),
    Column("bother", Integer),
    Column("grade", Text),
    Column("deleted_at", UtcTime()),
    within("pain_now", 0, 10),
    within("pain_morning", 0, 10),
    within("relief", 0, 3),
    within("sore_next_day", 0, 3),
    within("sleep_quality", 1, 5),
    within("sleep_disturbance", 0, 10),
    within("bother", 0, 4),
    within("asr_conf", 0, 1),
    within("duration_s", 0),
    within("rounds", 0),
    within("hold_s", 0),
    Index(None, "night_of"),
    Index(None, "onset_utc"),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    *owned(),
    Column("kind", Text, nullable=False),
    Column("episode_id", ID),  # no foreign key: what was heard stands in the journal even if its episode never opened
    *stamp("at", nullable=False),
    Column("payload", JSON, nullable=False),
    Index(None, "episode_id"),
    Index(None, "kind"),
    Index(None, "at_utc"),
    sqlite_autoincrement=True,  # a number is never given twice
)

heard_words = Table(
    "heard_words",
    metadata,
    Column("seq", Integer, ForeignKey("journal.seq"), primary_key=True, autoincrement=False),
    *owned(),
    Column("at_utc", UtcTime(), nullable=False),
    Column("words", JSON, nullable=False),
    Index(None, "at_utc"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("reader", String(64), primary_key=True),
    *owned(),
    Column("seq", Integer, nullable=False),
)
