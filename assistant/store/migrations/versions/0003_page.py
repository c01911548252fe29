"""The caregivers' page: grades, the morning's two further answers, deletion that can be undone, people, the profile."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW = (
    ("sleep_disturbance", sa.Integer(), "sleep_disturbance >= 0 AND sleep_disturbance <= 10"),
    ("bother", sa.Integer(), "bother >= 0 AND bother <= 4"),
    ("grade", sa.Text(), None),
    ("deleted_at", sa.DateTime(timezone=True), None),
)


def upgrade() -> None:
    """Add columns, tables and the two indexes that find the events of a night and its alerts."""
    for name, kind, bounds in NEW:
        if bounds and op.get_bind().dialect.name == "sqlite":
            # SQLite adds a bounded column at once, but no bound later without copying the whole table.
            op.execute(f"ALTER TABLE episode ADD COLUMN {name} INTEGER CONSTRAINT ck_episode_{name} CHECK ({bounds})")
            continue
        op.add_column("episode", sa.Column(name, kind))
        if bounds:
            op.create_check_constraint(op.f(f"ck_episode_{name}"), "episode", bounds)
    op.create_index(op.f("ix_journal_kind"), "journal", ["kind"])
    op.create_index(op.f("ix_journal_at_utc"), "journal", ["at_utc"])
    _people()
    _let_erased_episodes_go()


def _let_erased_episodes_go() -> None:
    """Events may be deleted once their episode is gone for good; those of no episode, and all others, never."""
    kept = "OLD.episode_id IS NULL OR EXISTS (SELECT 1 FROM episode WHERE episode_id = OLD.episode_id)"
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        op.execute("DROP TRIGGER journal_no_delete")
        op.execute(f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal WHEN {kept} {refuse}")
        return
    op.execute("DROP TRIGGER journal_append_only ON journal")
    call = "EXECUTE FUNCTION journal_append_only()"
    op.execute(f"CREATE TRIGGER journal_append_only BEFORE UPDATE OR TRUNCATE ON journal FOR EACH STATEMENT {call}")
    op.execute(
        "CREATE FUNCTION journal_no_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {kept} THEN RAISE EXCEPTION 'the journal is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_no_delete()"
    )


def _people() -> None:
    time, key = sa.DateTime(timezone=True), sa.String(36)
    op.create_table(
        "account",
        sa.Column("account_id", key, nullable=False),
        sa.Column("house_id", key, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("made_at", time, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.house_id"], name=op.f("fk_account_house_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("account_id", key, nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("made_at", time, nullable=False),
        sa.Column("ends_at", time, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"])
    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("house_id", key, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("ends_at", time, nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.house_id"], name=op.f("fk_invitation_house_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invitation")),
    )
    op.create_table(
        "login_failure",
        sa.Column("who", sa.String(160), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", time, nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_login_failure")),
    )
    op.create_table(
        "profile",
        sa.Column("person_id", key, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_profile")),
    )
