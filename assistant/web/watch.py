"""Whether the device listened: told by its own events, and not known where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assistant.store.records import JournalEntry, Stamp


LISTENING = ("listening_began", "listening_ended")


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that did not work."""

    part: str
    message: str
    remedy: str
    begins: Stamp
    ends: Stamp | None
    """None: it still does not, or nothing says that it does."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """A time in which nobody was heard."""

    begins: Stamp
    """Where it was cut off: its last sign before that."""
    ends: Stamp | None
    """None: it has not listened again that night."""
    reason: str
    """As `assistant.attention` tells it, or CUT_OFF."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a night's events say of the device."""

    begins: Stamp | None
    """When it began to listen; None where nothing says so."""
    ends: Stamp | None
    """When it was ended; None where it listens still, is deaf, or was cut off."""
    deaf: tuple[Deaf, ...]
    faults: tuple[Fault, ...]


CUT_OFF = "cut_off"
"""It began anew without having ended: a power cut, or it was killed."""
FOR_GOOD = ("shut_down", "broke_off", "new_night")
"""Ends after which nobody can say that it should have listened."""


def bounds(night: date, offset_minutes: int) -> tuple[datetime, datetime]:
    """A night from noon to noon by the local clock, in UTC."""
    noon = datetime(night.year, night.month, night.day, 12, tzinfo=UTC) - timedelta(minutes=offset_minutes)
    return noon, noon + timedelta(days=1)


def watch_of(events: Sequence[JournalEntry]) -> Watch:
    """Read the events of a night, in their order."""
    began = next((each.stamp for each in events if each.kind == "listening_began"), None)
    deaf = list(_deaf(events))
    last = next((each for each in reversed(events) if each.kind in LISTENING), None)
    ended = last is not None and last.kind == "listening_ended"
    if last is not None and ended and _reason(last) not in FOR_GOOD:
        deaf.append(Deaf(last.stamp, None, _reason(last)))
        ended = False
    return Watch(began, last.stamp if last is not None and ended else None, tuple(deaf), tuple(_faults(events)))


def _deaf(events: Sequence[JournalEntry]) -> Iterator[Deaf]:
    """The times between an end of listening and the next beginning; those too that nothing told."""
    before: JournalEntry | None = None
    sign: JournalEntry | None = None
    for event in events:
        if event.kind == "listening_began" and before is not None and sign is not None:
            if before.kind == "listening_began":
                yield Deaf(sign.stamp, event.stamp, CUT_OFF)
            elif _reason(before) != "new_night":
                yield Deaf(before.stamp, event.stamp, _reason(before))
        if event.kind in LISTENING:
            before = event
        if "by" not in event.payload:  # what somebody wrote on the page is no sign of the device
            sign = event


def _reason(event: JournalEntry) -> str:
    return str(event.payload.get("reason", "shut_down"))


def _faults(events: Sequence[JournalEntry]) -> list[Fault]:
    found = []
    for at, event in enumerate(events):
        if event.kind != "fault":
            continue
        told = event.payload
        later = (each for each in events[at + 1 :] if each.kind == "recovered")
        works = next((each.stamp for each in later if each.payload.get("part") == told.get("part")), None)
        message, remedy = str(told.get("message", "")), str(told.get("remedy", ""))
        found.append(Fault(str(told.get("part", "?")), message, remedy, event.stamp, works))
    return found
