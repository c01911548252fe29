"""Whether the device listened: told by its own events, and not known where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assistant.store.records import JournalEntry, Stamp


BEGAN, ENDED = LISTENING = ("listening_began", "listening_ended")


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
    """As `assistant.vigil` tells it, or CUT_OFF."""


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
    turns = _turns(events)
    last = turns[-1] if turns else None
    over = last is not None and last.kind == ENDED and _reason(last) in FOR_GOOD
    return Watch(
        begins=turns[0].stamp if turns else None,
        ends=last.stamp if last is not None and over else None,
        deaf=tuple(_deaf(events, turns)),
        faults=tuple(_faults(events)),
    )


def _turns(events: Sequence[JournalEntry]) -> list[JournalEntry]:
    """When it began and ended to listen; of several ends in a row the first, and none before a beginning."""
    turns: list[JournalEntry] = []
    for event in events:
        if event.kind == BEGAN or (event.kind == ENDED and turns and turns[-1].kind == BEGAN):
            turns.append(event)
    return turns


def _deaf(events: Sequence[JournalEntry], turns: Sequence[JournalEntry]) -> Iterator[Deaf]:
    """The times between an end and the next beginning; those too that nothing told."""
    for before, after in pairwise(turns):
        if before.kind == after.kind:
            earlier = events[: events.index(after)]
            # What somebody wrote on the page is no sign of the device.
            sign = next(each for each in reversed(earlier) if each is before or "by" not in each.payload)
            yield Deaf(sign.stamp, after.stamp, CUT_OFF)
        elif before.kind == ENDED and _reason(before) != "new_night":
            yield Deaf(before.stamp, after.stamp, _reason(before))
    if turns and turns[-1].kind == ENDED and _reason(turns[-1]) not in FOR_GOOD:
        yield Deaf(turns[-1].stamp, None, _reason(turns[-1]))


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
