"""Pure: who is told of which alert, and when. The disk, the network and the clock are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from assistant.store.records_sending import Delivery, Helper, Raised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.store.records import JournalEntry, Stamp

SAME = timedelta(minutes=10)
"""What is raised again within this time of the first is the same alert: an emergency is said again and again."""
LATEST = timedelta(hours=12)
"""After this an alert is no news: it is shown, and sent to nobody."""
LOOK_BACK = 2 * LATEST
"""Events so old are read, so that the first event of an alert is always among them while it can still be sent."""

TRIES = (10, 30, 60, 120, 300, 600, 1200, 1800, 1800, 1800, 1800)
"""Seconds of waiting after each try that failed; after the last one it is given up, some two and a half hours on."""

GIVEN_UP = ("failed", "unknown")


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be sent, at this time or later."""

    raised: Raised
    helper: Helper
    at: datetime


def waiting_alerts(events: Iterable[JournalEntry]) -> list[Raised]:
    """The alerts among events, oldest first, that nobody has acknowledged."""
    found: list[Raised] = []
    for event in events:
        if event.kind != "alert":
            continue
        told = event.payload
        what, state = str(told.get("red_flag") or "help"), told.get("state")
        if state == "acknowledged":
            found = [each for each in found if (each.episode_id, each.what) != (event.episode_id, what)]
        elif state == "raised" and not any(_same(each, event, what) for each in found):
            found.append(Raised(event.seq, str(told.get("level")), what, event.stamp.utc, event.episode_id))
    return found


def _same(raised: Raised, event: JournalEntry, what: str) -> bool:
    same = (raised.episode_id, raised.what) == (event.episode_id, what)
    return same and event.stamp.utc - raised.at <= SAME


def plan(
    raised: Raised, helpers: Sequence[Helper], known: Mapping[str, Delivery], now: Stamp, since: datetime
) -> list[Due]:
    """Who is still to be told of an alert.

    Args:
        raised: the alert, which nobody has acknowledged.
        helpers: everybody, the first ones first.
        known: the messages of this alert, by helper.
        now: this moment; its offset tells the local clock.
        since: when sending was turned on; what is older is sent to nobody.
    """
    if raised.at < max(since, now.utc - LATEST):
        return []
    wanted = [each for each in helpers if each.levels.get(raised.level, "never") != "never"]
    found = []
    for helper in wanted:
        earlier = [known.get(each.helper_id) for each in wanted if each.after_min < helper.after_min]
        # Those before could not be told: nobody waits for them.
        alone = bool(earlier) and all(each is not None and each.state in GIVEN_UP for each in earlier)
        first = raised.at if alone else raised.at + timedelta(minutes=helper.after_min)
        before = known.get(helper.helper_id)
        if before is not None and before.state != "waiting":
            continue
        found.append(Due(raised, helper, _allowed(helper, raised.level, before.due_at if before else first, now)))
    return found


def _allowed(helper: Helper, level: str, at: datetime, now: Stamp) -> datetime:
    """The first moment from `at` on at which this helper may be disturbed."""
    at = max(at, helper.snoozed_until or at)
    if helper.levels[level] == "always":
        return at
    zone = timezone(timedelta(minutes=now.offset_minutes))
    local = max(at, now.utc).astimezone(zone)
    begins, ends = time.fromisoformat(helper.from_hour), time.fromisoformat(helper.until_hour)
    if _within(local.time(), begins, ends):
        return at
    opening = datetime.combine(local.date(), begins, zone)
    return opening if opening > local else opening + timedelta(days=1)


def _within(clock: time, begins: time, ends: time) -> bool:
    if begins == ends:
        return True
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def after_a_failure(delivery: Delivery, now: datetime) -> tuple[str, datetime]:
    """The state of a message that was not taken, and when it is tried again."""
    if delivery.tries > len(TRIES):
        return "failed", now
    return "waiting", now + timedelta(seconds=TRIES[delivery.tries - 1])
