"""What may be typed of an episode: each field with its bounds, read from a form or a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from assistant.store.editing import GRADES
from assistant.store.records import Stamp, pain_band

if TYPE_CHECKING:
    from collections.abc import Mapping

SITES = (
    "calf", "foot_arch", "toes", "shin", "hamstring", "quad", "adductor", "glute",
    "hand", "forearm", "neck", "back", "abdomen", "unknown",
)  # fmt: skip
SIDES = ("left", "right", "both", "unknown")
YES_NO = ("yes", "no", "unknown")

RANGES = {
    "pain_now": (0, 10),
    "pain_morning": (0, 10),
    "relief": (0, 3),
    "sore_next_day": (0, 3),
    "sleep_quality": (1, 5),
    "sleep_disturbance": (0, 10),
    "bother": (0, 4),
    "awakenings": (0, 50),
}
CHOICES = {
    "site": SITES,
    "side": SIDES,
    "grade": GRADES,
    "knot": YES_NO,
    "urge_to_move": YES_NO,
    "relief_by_moving": YES_NO,
    "both_legs": YES_NO,
}
LONGEST_NOTE = 2000
LONGEST_MINUTES = 24 * 60


class Wrong(ValueError):  # noqa: N818 - what is wrong with a value, told to whoever typed it
    """A value that cannot be; the message says which one can."""


def read_fields(given: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an episode in a form; an empty text empties the field.

    Raises:
        Wrong: a value cannot be; field and remedy are named.
    """
    found: dict[str, Any] = {}
    for name, (low, high) in RANGES.items():
        if name in given:
            found[name] = whole(name, given[name], low, high)
    for name, known in CHOICES.items():
        if name in given:
            found[name] = _choice(name, given[name], known)
    if "note" in given:
        found["note"] = note(given["note"])
    if "pain_now" in found:
        found["pain_now_source"] = None if found["pain_now"] is None else "written"
        found["pain_band"] = pain_band(found["pain_now"])
    return found


def whole(name: str, text: str, low: int, high: int) -> int | None:
    """A whole number within bounds, or None for nothing.

    Raises:
        Wrong: it is none.
    """
    shown = text.strip()
    if not shown:
        return None
    if not (shown.isascii() and shown.isdecimal()) or not low <= int(shown[:9]) <= high:
        raise Wrong(f"{name}: {shown[:20]!r} cannot be. Give a whole number from {low} to {high}, or nothing.")
    return int(shown)


def note(text: str) -> str | None:
    """A note as it was written.

    Raises:
        Wrong: it is too long.
    """
    shown = text.replace("\r\n", "\n").replace("\0", "").strip()
    if len(shown) > LONGEST_NOTE:
        raise Wrong(f"note: that is too long. Write {LONGEST_NOTE} letters at most.")
    return shown or None


def moment(day: str, hour: str, now: Stamp) -> Stamp:
    """A time that somebody remembers; it is marked as not measured.

    Raises:
        Wrong: it is no time, or has not come yet.
    """
    try:
        when = datetime.combine(date.fromisoformat(day.strip()), datetime.strptime(hour.strip(), "%H:%M").time())  # noqa: DTZ007 - local
    except ValueError:
        raise Wrong("date and time: write the date like 2026-01-31 and the time like 04:00.") from None
    zone = timezone(timedelta(minutes=now.offset_minutes))
    utc = when.replace(tzinfo=zone).astimezone(UTC)
    if utc > now.utc:
        raise Wrong("date and time: that has not come yet. Give a time that has passed.")
    return Stamp(utc, now.offset_minutes, "", 0.0, trusted=False)


def minutes(text: str) -> float | None:
    """Minutes, with a decimal if need be, or None for nothing.

    Raises:
        Wrong: it is none.
    """
    shown = text.strip().replace(",", ".")
    if not shown:
        return None
    try:
        value = float(shown)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LONGEST_MINUTES:
        raise Wrong(f"minutes: {shown[:20]!r} cannot be. Give minutes from 0 to {LONGEST_MINUTES}, or nothing.")
    return value


def _choice(name: str, text: str, known: tuple[str, ...]) -> str | None:
    shown = text.strip().lower().replace(" ", "_")
    if not shown:
        return None if name not in ("site", "side") else "unknown"
    if shown not in known:
        raise Wrong(f"{name}: {text[:20]!r} cannot be. Give one of {', '.join(known)}.")
    return shown
