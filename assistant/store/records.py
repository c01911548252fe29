"""What is written to the log: frozen records, free of any database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment, kept so that it can be judged later even if the clock was wrong or jumped."""

    utc: datetime
    """Aware; kept to the microsecond, in UTC."""
    offset_minutes: int
    """What local time was ahead of UTC, in minutes."""
    boot_id: str
    """Which run of the machine `monotonic_s` counts in; empty where that is not known."""
    monotonic_s: float
    """Seconds of the clock that cannot jump, counted from where that run of the machine began."""
    trusted: bool
    """Whether the machine knew the time (a network or a hardware clock had set it)."""

    def __post_init__(self) -> None:
        """Hold the moment in UTC, whatever zone it came in."""
        if self.utc.tzinfo is None:
            raise ValueError("a stamp needs a time with a zone: pass datetime.now(UTC)")
        object.__setattr__(self, "utc", self.utc.astimezone(UTC))

    @property
    def local(self) -> datetime:
        """The moment as the clock on the wall showed it, with its offset."""
        return self.utc.astimezone(timezone(timedelta(minutes=self.offset_minutes)))

    def seconds_since(self, earlier: Stamp) -> float | None:
        """Seconds from `earlier` to here; None where nobody can know, or where `earlier` is the later one.

        By the clock that cannot jump if the machine ran through, else by the wall's if it was right both times.
        """
        if self.boot_id and self.boot_id == earlier.boot_id:
            passed = self.monotonic_s - earlier.monotonic_s
        elif self.trusted and earlier.trusted:
            passed = (self.utc - earlier.utc).total_seconds()
        else:
            return None
        return passed if passed >= 0 else None


LIVE = "live"
OWN = (LIVE, "page")
"""Origins of episodes that somebody really had. What counts episodes counts these; one without an origin is older than
the mark, and counts too."""


@dataclass(frozen=True, slots=True)
class NewEpisode:
    """What is known when an episode opens."""

    episode_id: str
    """From `new_id`."""
    night_of: date
    """From `night_of`: the night belongs to the evening."""
    onset: Stamp
    """When the complaint began to be spoken."""
    intent: str
    site: str = "unknown"
    side: str = "unknown"
    severity: str = "unknown"
    engine: str = ""
    """The engine that heard it."""
    asr_conf: float | None = None
    """0..1, how sure the meaning was."""
    heard: str | None = None
    """The person's words; None where words are not kept. Forgotten in time, see `Store.forget_words`."""
    device_latency_ms: float | None = None
    """Milliseconds from the end of the complaint to the first useful sound, if known yet."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of the program, the models and the packs: name to version."""
    origin: str = LIVE
    """Where it comes from: `live` (somebody had it), `demo`, `script` (a played night), `sample` (made up to show
    something) or `page` (typed on the page). Only `live` and `page` are the person's own; see `OWN`."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What is known when an episode closes. None leaves a field as it is."""

    end: Stamp
    ended_by: str
    """`better`, `stop`, `cancel`, `silence`, `red_flag` or `interrupted`."""
    duration_s: float | None = None
    """Seconds; None: counted from onset to end, see `Stamp.seconds_since`."""
    relief: int | None = None
    """0 worse, 1 same, 2 some, 3 gone."""
    relief_latency_s: float | None = None
    """Seconds from the first instruction to the relief."""
    rounds: int | None = None
    hold_s: float | None = None
    """Seconds held in all."""
    stretch_site: str | None = None
    """The site whose stretch was spoken."""
    stopped_early: bool | None = None
    end_inferred: bool = False
    """The end was not spoken: silence, or a power cut."""
    no_response: bool = False
    """Nobody answered any question of this episode."""
    helper_present: bool | None = None
    stood_up: bool | None = None
    red_flag: tuple[str, ...] | None = None
    """Ids of the red flags that were raised."""
    level: str | None = None
    """The gravest of them: `emergency`, `urgent` or `soon`."""
    said: str | None = None
    """The id of the reviewed line that was said for it."""
    acknowledged_by: str | None = None
    ack_s: float | None = None
    """Seconds from alert to acknowledgement."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One event of the append-only journal."""

    kind: str
    """Past participle: `heard`, `said`, `episode_opened`."""
    episode_id: str | None
    stamp: Stamp
    payload: dict[str, Any] = field(default_factory=dict)
    """JSON values. The person's own words (see `words.py`) are kept apart from it and forgotten in time."""
    seq: int = field(default=0, compare=False)
    """Its number, given by the store; 0 before that."""


def new_id() -> str:
    """A new UUIDv7 as text: unique everywhere, and in the order of creation."""
    from uuid6 import uuid7  # noqa: PLC0415 - records stay free of libraries for those who only read them

    return str(uuid7())


def night_of(local: datetime) -> date:
    """The evening to which a local time belongs: noon to noon, so that 3 in the morning is still last night."""
    return (local.replace(tzinfo=None) - timedelta(hours=12)).date()


def pain_band(pain: int | None) -> str | None:
    """The band of a pain from 0 to 10; none for 0 and where it is not known."""
    if not pain:
        return None
    return next(band for band, most in (("mild", 3), ("moderate", 6), ("severe", 9), ("worst", 10)) if pain <= most)


def unsure_now() -> Stamp:
    """The machine's time for whoever brings no clock."""
    local = datetime.now(UTC).astimezone()
    offset = local.utcoffset()
    return Stamp(local, int(offset.total_seconds() // 60) if offset else 0, "", 0.0, trusted=False)
