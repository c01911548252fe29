"""The words of a line at this moment: the family's numbers, the time, and how many there were tonight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialog.script import MOMENT, NUMBERS
from assistant.dialog.spoken import ordinal, spoken_time
from assistant.store import night_of

if TYPE_CHECKING:
    from datetime import date

    from assistant.clock import Clock
    from assistant.dialog.script import Script
    from assistant.dialog.state import State


class Wording:
    """Fills in what a line leaves open."""

    def __init__(self, script: Script, clock: Clock, numbers: dict[str, str]) -> None:
        self._script = script
        self._clock = clock
        self._numbers = MOMENT | NUMBERS | numbers
        self._night: date | None = None

    def words(self, line: str, tonight: int) -> str:
        """What is said for a line's id, now."""
        spoken = self._script.spoken
        now = {"clock": spoken_time(self._clock.wall(), spoken), "count": ordinal(tonight, spoken)}
        return self._script.words(line, self._numbers | now)

    def told(self, name: str) -> None:
        """This one has been told of an alert."""
        self._numbers["name"] = name

    def of_this_night(self, state: State) -> State:
        """The state, with no cramp counted yet where a new night has begun; a night ends at noon."""
        night = night_of(self._clock.wall())
        if night == self._night or state.is_open:
            return state
        first, self._night = self._night is None, night
        return state if first else replace(state, tonight=0)
