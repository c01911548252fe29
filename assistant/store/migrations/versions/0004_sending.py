"""What leaves the house and to whom; who approved which words; a whole log that may be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME, KEY = sa.DateTime(timezone=True), sa.String(36)


def upgrade() -> None:
    """Add four tables, and let the journal go while a whole log is being erased."""
    op.create_table(
        "helper",
        sa.Column("helper_id", KEY, nullable=False),
        sa.Column("house_id", KEY, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("after_min", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.Column("from_hour", sa.String(5), nullable=False),
        sa.Column("until_hour", sa.String(5), nullable=False),
        sa.Column("snoozed_until", TIME),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.house_id"], name=op.f("fk_helper_house_id")),
        sa.PrimaryKeyConstraint("helper_id", name=op.f("pk_helper")),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", KEY, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("helper_id", KEY, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["helper_id"], ["helper.helper_id"], name=op.f("fk_delivery_helper_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("event_seq", "helper_id", name=op.f("uq_delivery_event_seq")),
    )
    op.create_index(op.f("ix_delivery_changed_at"), "delivery", ["changed_at"])
    op.create_table(
        "line_review",
        sa.Column("line", sa.String(120), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("house_id", KEY, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.house_id"], name=op.f("fk_line_review_house_id")),
        sa.PrimaryKeyConstraint("line", "mark", name=op.f("pk_line_review")),
    )
    op.create_table(
        "erasing",
        sa.Column("by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("by", name=op.f("pk_erasing")),
    )
    _let_a_whole_log_go()


def _let_a_whole_log_go() -> None:
    """As in 0003; and all events while `erasing` has a row, which it has within one transaction only."""
    kept = "(OLD.episode_id IS NULL OR EXISTS (SELECT 1 FROM episode WHERE episode_id = OLD.episode_id))"
    kept += " AND NOT EXISTS (SELECT 1 FROM erasing)"
    if op.get_bind().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        op.execute("DROP TRIGGER journal_no_delete")
        op.execute(f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal WHEN {kept} {refuse}")
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION journal_no_delete() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {kept} THEN RAISE EXCEPTION 'the journal is append-only'; END IF; RETURN OLD; END $$"
    )
