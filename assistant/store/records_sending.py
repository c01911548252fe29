"""Who is told of alerts, and what became of each message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LEVELS = ("emergency", "urgent", "soon")
"""Of an alert, the gravest first."""

TIMES = ("always", "hours", "never")
"""When a helper is told of a level: at any hour, within their hours, or not at all."""

USUAL = {"emergency": "always", "urgent": "hours", "soon": "hours"}


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who is told."""

    helper_id: str
    name: str
    address: str = field(repr=False)
    """Where to, as the channel's library reads it; it may hold a password."""
    after_min: int = 0
    """Minutes after the alert, if nobody has taken care of it by then; 0: at once."""
    levels: dict[str, str] = field(default_factory=lambda: dict(USUAL))
    """Level to one of TIMES."""
    from_hour: str = "07:00"
    until_hour: str = "22:00"
    """Their hours, by the local clock; the same twice: the whole day."""
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert that waits for somebody, however often it was raised within some minutes."""

    seq: int
    """Of its first event; what "at most once" counts by."""
    level: str
    what: str
    """Id of the red flag, or `help`."""
    at: datetime
    episode_id: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of one alert to one helper."""

    delivery_id: str
    event_seq: int
    helper_id: str
    state: str
    """`sending`, `waiting` (for another try), `sent` (the channel has confirmed), `failed` (given up) or `unknown` (the
    program ended while it was being sent; it is not sent again)."""
    tries: int
    due_at: datetime
    """Of `waiting`: when it is tried again."""
    changed_at: datetime
    title: str
    body: str
    """What was sent, word for word."""
