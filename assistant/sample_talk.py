"""The conversation of a made-up episode, event by event, in the lines of the bedside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assistant.store.records import JournalEntry, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS_A_LETTER = 1 / 14
"""As in a simulated night."""

ORIGIN = "sample"
CARER = "a made-up carer"


@dataclass(frozen=True, slots=True)
class Moment:
    """Makes the stamps of one night."""

    begins: datetime
    """Aware."""
    boot_id: str

    def at(self, seconds: float) -> Stamp:
        """So many seconds after the night began."""
        when = self.begins + timedelta(seconds=seconds)
        offset = when.utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        return Stamp(when.astimezone(UTC), minutes, self.boot_id, round(seconds, 3), trusted=True)


@dataclass(slots=True)
class Talk:
    """Who says what, from one second on."""

    episode_id: str
    moment: Moment
    second: float
    lines: Mapping[str, tuple[str, str]]
    """Line id to its words and kind."""
    keep_words: bool
    events: list[JournalEntry] = field(default_factory=list)
    later: list[JournalEntry] = field(default_factory=list)
    """What comes after the episode."""

    def hear(self, text: str) -> None:
        """The person says something."""
        self.second += 1 + len(text) * SECONDS_A_LETTER
        self._tell("heard", text=text if self.keep_words else None, score=0.9, engine="moonshine")

    def understood(self, intent: str | None, slots: dict[str, str], score: float) -> None:
        """What it meant."""
        self._tell("understood", intent=intent, slots=slots, score=score)

    def say(self, *names: str) -> None:
        """The assistant says lines; one that the pack does not have is left out."""
        for name in names:
            if name in self.lines:
                text, kind = self.lines[name]
                self._tell("said", line=name, kind=kind, text=text)
                self.second += len(text) * SECONDS_A_LETTER + 0.4

    def silence(self) -> None:
        """Nobody answers."""
        self.second += 8
        self._tell("silence", waited_s=8)

    def alert(self, flag: str, level: str) -> None:
        """A red flag is raised."""
        self._tell("alert", level=level, red_flag=flag, channel="bedside", state="raised")
        self.say(f"{flag}.main")

    def acknowledge(self, after_s: float) -> None:
        """A made-up carer takes care of the last alert."""
        alert = self.events[-2] if self.events[-1].kind == "said" else self.events[-1]
        told = alert.payload | {"state": "acknowledged", "channel": "page", "by": CARER}
        at = self.moment.at(alert.stamp.monotonic_s + after_s)
        self.later.append(JournalEntry("alert", self.episode_id, at, told))

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.second += seconds

    def _tell(self, event: str, **payload: Any) -> None:
        self.events.append(JournalEntry(event, self.episode_id, self.moment.at(self.second), payload))
