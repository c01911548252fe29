"""Simple stand-ins for the ports; each behaviour is proven once with the real part elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.script import load_script
from intents import Match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.night_events import NightEvent


SCRIPT = load_script()
IDLE = {
    "cramp",
    "rls",
    "numbness",
    "help",
    "time",
    "how_many_tonight",
    "listening",
    "dont_listen",
    "practise",
    "page_code",
}
"""Intents that count with nothing open, beside red flags."""
KNOWN = {
    *(name for table in (SCRIPT.red_flags, SCRIPT.complaints, SCRIPT.answers) for name in table),
    *("cramp", "stop", "help", "yes", "no", "better", "worse", "repeat", "still_hurts", "pause", "next", "slower"),
    *("louder", "quieter", "cancel", "good_night", "thanks"),
    *("listening", "dont_listen", "practise", "page_code", "for_other", "number", "later", "which", "heard_you"),
}


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
        """`cramp shin left` is a cramp of the left shin, `cramp` one of the calf, `rf_fall_injury sign=pop` a pop.

        `perhaps rf_stroke 0.6` is a red flag that was not clear, `cramp behind=rf_stroke` one behind a surer
        cramp; `the news` is nothing.
        """
        del expected, allowed, second
        first, *rest = readings[0][0].split()
        if first == "perhaps":
            return Match(readings[0][0], None, float(rest[1]), best=rest[0])
        if first not in KNOWN or (idle and first not in IDLE and not first.startswith("rf_")):
            return Match(readings[0][0], None, 0.0)
        slots = {"site": "calf", "side": "unknown"} if first == "cramp" else {}
        for word in rest:
            slot, _, value = word.rpartition("=")
            slots[slot or _slot_of(word)] = value
        behind = slots.pop("behind", None)
        return Match(readings[0][0], first, 1.0, slots, runner_up=(behind, 0.55) if behind else None)


def _slot_of(word: str) -> str:
    if word in ("left", "right", "both"):
        return "side"
    return "relief" if word in ("gone", "some") else "site"


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
