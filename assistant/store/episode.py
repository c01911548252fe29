"""An episode as it is read back: everything that is known of it, the unknown as None."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date, datetime

    from assistant.store.records import Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One cramp (or its like), from the first complaint to the morning's answers."""

    episode_id: str
    house_id: str
    person_id: str
    device_id: str
    night_of: date
    """The evening that the night belongs to."""
    onset: Stamp
    end: Stamp | None = None
    """None while it is open."""
    duration_s: float | None = None
    ended_by: str | None = None
    end_inferred: bool | None = None
    no_response: bool | None = None

    intent: str
    site: str
    side: str
    severity: str
    pain_now: int | None = None
    """0..10, null if unasked."""
    pain_now_source: str | None = None
    """`spoken`, or `inferred` from a word: mild 3, moderate 5, severe 8."""
    pain_morning: int | None = None
    pain_band: str | None = None
    """`mild` 1-3, `moderate` 4-6, `severe` 7-9, `worst` 10."""

    stretch_site: str | None = None
    rounds: int | None = None
    hold_s: float | None = None
    stopped_early: bool | None = None
    relief: int | None = None
    """0 worse, 1 same, 2 some, 3 gone."""
    relief_latency_s: float | None = None
    helper_present: bool | None = None
    stood_up: bool | None = None

    knot: str | None = None
    """`yes`, `no`, `unknown`; so the next three."""
    urge_to_move: str | None = None
    relief_by_moving: str | None = None
    both_legs: str | None = None
    sore_next_day: int | None = None
    """0..3."""
    class_: str | None = None
    """`cramp_like`, `rls_like`, `mixed`, `unclear`, `not_assessed`: never a diagnosis."""
    cramp_score: int | None = None
    rls_score: int | None = None
    answers_missing: int | None = None
    """How many of the questions behind the two scores were not answered."""

    red_flag: tuple[str, ...] | None = None
    level: str | None = None
    said: str | None = None
    acknowledged_by: str | None = None
    ack_s: float | None = None

    awakenings: int | None = None
    back_to_quiet_min: float | None = None
    sleep_quality: int | None = None
    """1..5."""
    sleep_disturbance: int | None = None
    """0 none .. 10 worst: how much the cramp disturbed the night, as on the two-week card."""
    bother: int | None = None
    """0 not at all .. 4 very much."""
    triggers: tuple[str, ...] | None = None
    room_c: float | None = None
    """Degrees Celsius."""

    engine: str
    asr_conf: float | None = None
    """0..1."""
    heard: str | None = None
    """The person's words; None once forgotten."""
    device_latency_ms: float | None = None
    versions: dict[str, str]
    origin: str | None = None
    """`live`, `demo`, `script`, `sample` or `page`, see `NewEpisode.origin`; None where it is older than the mark."""
    note: str | None = None
    edited_by: str | None = None
    """Who changed it last on the page."""
    grade: str | None = None
    """What a carer says of the device: `helped`, `wrong_muscle`, `false_alarm` or `missed`."""
    deleted_at: datetime | None = None
    """When it was put away on the page, in UTC; it counts nowhere then, and can be brought back."""

    @property
    def hour(self) -> int:
        """Of the local clock at its onset."""
        return self.onset.local.hour

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: ids as text, times as local ISO 8601 with offset, each stamp's further parts beside it."""
        out: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in ("onset", "end"):
                out |= _stamp_dict(each.name, value)
            elif each.name in ("night_of", "deleted_at"):
                out[each.name] = value.isoformat() if value else None
            else:
                out[each.name.rstrip("_")] = list(value) if isinstance(value, tuple) else value
        return out


def columns() -> list[str]:
    """The names in `Episode.as_dict`, in its order."""
    names = [
        [*_stamp_dict(e.name, None)] if e.name in ("onset", "end") else [e.name.rstrip("_")] for e in fields(Episode)
    ]
    return [name for some in names for name in some]


def _stamp_dict(name: str, stamp: Stamp | None) -> dict[str, Any]:
    return {
        name: stamp.local.isoformat() if stamp else None,
        f"{name}_boot_id": stamp.boot_id if stamp else None,
        f"{name}_monotonic_s": stamp.monotonic_s if stamp else None,
        f"{name}_trusted": stamp.trusted if stamp else None,
    }
