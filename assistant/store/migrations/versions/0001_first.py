"""The first tables: homes, episodes, the append-only journal with its words apart, and readers' cursors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from assistant.store.records import new_id

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(36)


def upgrade() -> None:
    """Make everything, and the one home, person and device that a new log begins with."""
    _homes()
    _journal()
    _episode()
    _readers()
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _owners(table: str) -> list[sa.ForeignKeyConstraint]:
    return [_reference(table, f"{who}_id", f"{who}.{who}_id") for who in ("house", "person", "device")]


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _owned() -> list[sa.Column[Any]]:
    return [sa.Column(f"{who}_id", ID, nullable=False) for who in ("house", "person", "device")]


def _stamp(prefix: str, *, nullable: bool) -> list[sa.Column[Any]]:
    return [
        sa.Column(f"{prefix}_utc", sa.DateTime(timezone=True), nullable=nullable),
        sa.Column(f"{prefix}_offset_minutes", sa.Integer(), nullable=nullable),
        sa.Column(f"{prefix}_boot_id", sa.String(64), nullable=nullable),
        sa.Column(f"{prefix}_monotonic_s", sa.Float(), nullable=nullable),
        sa.Column(f"{prefix}_trusted", sa.Boolean(), nullable=nullable),
    ]


def _homes() -> None:
    house = op.create_table(
        "house",
        sa.Column("house_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _key("house", "house_id"),
    )
    members = {}
    for who in ("person", "device"):
        unique = [sa.UniqueConstraint("name", name="uq_device_name")] if who == "device" else []
        members[who] = op.create_table(
            who,
            sa.Column(f"{who}_id", ID, nullable=False),
            sa.Column("house_id", ID, nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            _key(who, f"{who}_id"),
            _reference(who, "house_id", "house.house_id"),
            *unique,
        )
    home = new_id()
    op.bulk_insert(house, [{"house_id": home, "name": "home"}])
    op.bulk_insert(members["person"], [{"person_id": new_id(), "house_id": home, "name": "person"}])
    op.bulk_insert(members["device"], [{"device_id": new_id(), "house_id": home, "name": "bedside"}])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        *_owned(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("episode_id", ID),
        *_stamp("at", nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        _key("journal", "seq"),
        *_owners("journal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_episode_id", "journal", ["episode_id"])
    op.create_table(
        "heard_words",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        *_owned(),
        sa.Column("at_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        _key("heard_words", "seq"),
        _reference("heard_words", "seq", "journal.seq"),
        *_owners("heard_words"),
    )
    op.create_index("ix_heard_words_at_utc", "heard_words", ["at_utc"])


EPISODE = {
    sa.Float: "duration_s hold_s relief_latency_s ack_s back_to_quiet_min room_c asr_conf device_latency_ms",
    sa.Integer: (
        "pain_now pain_morning rounds relief sore_next_day cramp_score rls_score answers_missing awakenings "
        "sleep_quality"
    ),
    sa.Boolean: "end_inferred no_response stopped_early helper_present stood_up",
    sa.JSON: "red_flag triggers",
    sa.Text: (
        "ended_by pain_now_source pain_band stretch_site knot urge_to_move relief_by_moving both_legs class level said "
        "acknowledged_by note edited_by"
    ),
}

RANGES = {
    "pain_now": (0, 10),
    "pain_morning": (0, 10),
    "relief": (0, 3),
    "sore_next_day": (0, 3),
    "sleep_quality": (1, 5),
    "asr_conf": (0, 1),
    "duration_s": (0, None),
    "rounds": (0, None),
    "hold_s": (0, None),
}


def _range(column: str, low: int, high: int | None) -> sa.CheckConstraint:
    upper = "" if high is None else f" AND {column} <= {high}"
    return sa.CheckConstraint(f"{column} >= {low}{upper}", name=op.f(f"ck_episode_{column}"))


def _episode() -> None:
    op.create_table(
        "episode",
        sa.Column("episode_id", ID, nullable=False),
        *_owned(),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("night_of", sa.Date(), nullable=False),
        *_stamp("onset", nullable=False),
        *_stamp("end", nullable=True),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("intent", "site", "side", "severity", "engine")],
        sa.Column("versions", sa.JSON(), nullable=False),
        *[sa.Column(name, kind()) for kind, names in EPISODE.items() for name in names.split()],
        _key("episode", "episode_id"),
        _reference("episode", "opened_seq", "journal.seq"),
        *_owners("episode"),
        *[_range(column, *bounds) for column, bounds in RANGES.items()],
    )
    op.create_index("ix_episode_night_of", "episode", ["night_of"])
    op.create_index("ix_episode_onset_utc", "episode", ["onset_utc"])


def _readers() -> None:
    op.create_table(
        "cursor",
        sa.Column("reader", sa.String(64), nullable=False),
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        _key("cursor", "reader"),
        *_owners("cursor"),
    )


def _guard_sqlite() -> None:
    """Hold the journal append-only against everyone, also against `INSERT OR REPLACE`."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
    for change in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER journal_no_{change.lower()} BEFORE {change} ON journal {refuse}")
    again = "WHEN EXISTS (SELECT 1 FROM journal WHERE seq = NEW.seq)"
    op.execute(f"CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal {again} {refuse}")


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION journal_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_append_only()"
    )
