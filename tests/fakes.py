"""Simple stand-ins for the ports; each behaviour is proven once with the real part elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intents import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.night_events import NightEvent


class WordUnderstanding:
    """Understands an intent's own name; anything else is silence."""

    def understand(
        self,
        readings: Sequence[tuple[str, float]],
        *,
        idle: bool = False,
        expected: frozenset[str] = frozenset(),
        allowed: tuple[str, float] | None = None,
        second: Sequence[tuple[str, float]] | None = None,
    ) -> Match:
        """`cramp left` is a cramp of the left calf, `worse` is worse, `the news` is nothing."""
        del expected, allowed, second
        first, *rest = readings[0][0].split()
        known = {"cramp", "stop", "help", "yes", "no", "better", "worse", "repeat", "still_hurts"}
        if first not in known or (idle and first not in {"cramp", "help"}):
            return Match(readings[0][0], None, 0.0)
        slots = {"site": "calf", "side": rest[0] if rest else "unknown"} if first == "cramp" else {}
        if first == "better" and rest:
            slots = {"relief": rest[0]}
        return Match(readings[0][0], first, 1.0, slots)


class EventList(list["NightEvent"]):
    """Everything that happened in a night."""

    def of(self, event: str) -> list[dict[str, object]]:
        """The fields of each event of a kind, with its time."""
        return [{"t": round(e.t, 2), **e.fields} for e in self if e.event == event]

    def lines(self) -> list[str]:
        """Ids of the lines that were said, in order."""
        return [e.fields["line"] for e in self if e.event == "said"]

    def names(self) -> list[str]:
        """The events by name, in order."""
        return [e.event for e in self]
