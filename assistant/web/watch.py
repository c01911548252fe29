"""Whether the device listened: told by its own events, and not known where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from assistant.store.records import JournalEntry, Stamp


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
class Watch:
    """What a night's events say of the device."""

    begins: Stamp | None
    """When it began to listen; None where nothing says so."""
    ends: Stamp | None
    faults: tuple[Fault, ...]

    @property
    def deaf(self) -> tuple[Fault, ...]:
        """Faults during which nobody was heard."""
        return tuple(each for each in self.faults if each.part in ("microphone", "recogniser"))


def bounds(night: date, offset_minutes: int) -> tuple[datetime, datetime]:
    """A night from noon to noon by the local clock, in UTC."""
    noon = datetime(night.year, night.month, night.day, 12, tzinfo=UTC) - timedelta(minutes=offset_minutes)
    return noon, noon + timedelta(days=1)


def watch_of(events: Sequence[JournalEntry]) -> Watch:
    """Read the events of a night, in their order."""
    began = next((each.stamp for each in events if each.kind == "listening_began"), None)
    ended = next((each.stamp for each in reversed(events) if each.kind == "listening_ended"), None)
    return Watch(began, ended, tuple(_faults(events)))


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
