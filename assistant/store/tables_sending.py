"""The tables of what leaves the house, of who approved a line, and the sign under which a whole log may go."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from assistant.store.columns import ID, UtcTime, metadata

helper = Table(
    "helper",
    metadata,
    Column("helper_id", ID, primary_key=True),
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("after_min", Integer, nullable=False),
    Column("levels", JSON, nullable=False),
    Column("from_hour", String(5), nullable=False),
    Column("until_hour", String(5), nullable=False),
    Column("snoozed_until", UtcTime()),
    Column("ended", Boolean, nullable=False),  # who is told no more stays beside what they were told
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", ID, primary_key=True),
    Column("event_seq", Integer, nullable=False),  # no foreign key: an erased episode takes its events along
    Column("helper_id", ID, ForeignKey("helper.helper_id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcTime(), nullable=False),
    Column("changed_at", UtcTime(), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("event_seq", "helper_id", name="uq_delivery_event_seq"),  # once for each alert and helper
    Index(None, "changed_at"),
)

line_review = Table(
    "line_review",
    metadata,
    Column("line", String(120), primary_key=True),
    Column("mark", String(64), primary_key=True),  # of the very words that were approved
    Column("house_id", ID, ForeignKey("house.house_id"), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("by", String(64), nullable=False),  # whose account signed
    Column("at", UtcTime(), nullable=False),
)

erasing = Table("erasing", metadata, Column("by", String(64), primary_key=True))
"""Has a row while the whole log is being erased, within that transaction: the journal lets its events go then."""
