"""*Alerts*: what somebody has to look at, the open ones first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.store.outbox import SWITCH
from assistant.web.sending import told_of
from assistant.web.visit import go

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from assistant.store.house import House
    from assistant.store.records import JournalEntry
    from assistant.web.visit import Visit

MOST = 300
"""Alert events among which those taken care of are looked for, the newest ones; the open ones are always all there."""

GRAVEST = ("emergency", "urgent", "soon")


@dataclass(frozen=True, slots=True)
class Alert:
    """A red flag or a call for help of one episode, however often it was said."""

    raised: JournalEntry
    """The first time."""
    times: int
    acknowledged: JournalEntry | None

    @property
    def what(self) -> str:
        """Id of the flag, or `help`."""
        return str(self.raised.payload.get("red_flag") or "help")

    @property
    def level(self) -> str:
        """`emergency`, `urgent` or `soon`."""
        return str(self.raised.payload.get("level"))


def open_alerts(house: House) -> list[Alert]:
    """Those that nobody has acknowledged: the gravest on top, then the newest."""
    waiting = [each for each in _grouped(house.reading.unacknowledged()) if each.acknowledged is None]
    return sorted(waiting, key=lambda each: (_rank(each), -each.raised.seq))


def taken_care_of(house: House) -> list[Alert]:
    """Those that somebody has acknowledged of late, the newest first."""
    found = _grouped(house.reading.of_kind("alert", most=MOST)[::-1])
    return [each for each in found if each.acknowledged is not None][::-1]


def show_alerts(visit: Visit) -> Response:
    """The page."""
    return visit.show(
        "alerts.html",
        waiting=open_alerts(visit.house),
        seen=taken_care_of(visit.house),
        sent=bool(visit.house.profile.read().get(SWITCH)),
        told=told_of(visit),
    )


def acknowledge(visit: Visit) -> Response:
    """Say that somebody has taken care of one; done twice it stays with the first."""
    wanted = visit.form.get("alert", "")
    chosen = [each.raised for each in open_alerts(visit.house) if str(each.raised.seq) == wanted]
    if chosen:
        visit.house.editing.acknowledge(chosen, visit.account.shown)
    return go("/alerts", "acknowledged")


def _rank(alert: Alert) -> int:
    return GRAVEST.index(alert.level) if alert.level in GRAVEST else len(GRAVEST)


def _grouped(events: Sequence[JournalEntry]) -> list[Alert]:
    """Events from the oldest on; an alert after an acknowledgement of its like is a new one."""
    open_: dict[tuple[str | None, str], tuple[JournalEntry, int]] = {}
    done: list[Alert] = []
    for event in events:
        key = (event.episode_id, str(event.payload.get("red_flag") or "help"))
        if event.payload.get("state") == "acknowledged":
            if key in open_:
                first, times = open_.pop(key)
                done.append(Alert(first, times, event))
        elif event.payload.get("state") != "raised":
            continue  # whether a message arrived changes nothing of the alert
        elif key in open_:
            first, times = open_[key]
            open_[key] = (first, times + 1)
        else:
            open_[key] = (event, 1)
    return done + [Alert(first, times, None) for first, times in open_.values()]
