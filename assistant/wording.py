"""The words of a line at this moment: the family's numbers, the time, and how many there were tonight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.dialog.script import MOMENT, NUMBERS
from assistant.dialog.spoken import ordinal, spoken_time
from assistant.store import night_of

if TYPE_CHECKING:
    from datetime import date

    from assistant.clock import Clock
    from assistant.dialog.script import Script
    from assistant.dialog.state import State


NOON = 12


class Wording:
    """Fills in what a line leaves open."""

    def __init__(self, script: Script, clock: Clock, numbers: dict[str, str]) -> None:
        self._script = script
        self._clock = clock
        self._numbers = MOMENT | NUMBERS | numbers
        self._night: date | None = None
        self._morning = False

    def words(self, line: str, state: State) -> str:
        """What is said for a line's id, now."""
        spoken, wall = self._script.spoken, self._clock.wall()
        now = {"clock": spoken_time(wall, spoken), "count": ordinal(state.tonight, spoken)}
        if state.listens_s is not None:
            now["until"] = spoken_time(wall + timedelta(seconds=state.listens_s - self._clock.now()), spoken)
        return self._script.words(line, self._numbers | now)

    def told(self, name: str) -> None:
        """This one has been told of an alert."""
        self._numbers["name"] = name

    def code(self, code: str) -> None:
        """This is the code that is said next, digit by digit, with a breath in the middle; empty: none will be."""
        half = len(code) // 2
        self._numbers["code"] = ", ".join(" ".join(part) for part in (code[:half], code[half:]))

    def of_this_night(self, state: State) -> State:
        """The state as the hour changes it: a new night counts from none and ends at noon; the morning comes once."""
        wall = self._clock.wall()
        night = night_of(wall)
        if state.is_open:
            return state
        own, (begins, ends) = state.profile, self._script.morning.day
        by_day = (own.wake_hour or begins) <= wall.hour < (own.bed_hour or ends)
        state = replace(state, by_day=by_day, weekday=wall.weekday())
        if night != self._night:
            first, self._night, self._morning = self._night is None, night, False
            return state if first else replace(state, tonight=0, morning=False, wish_db=0.0)
        if not self._morning and (own.wake_hour or self._script.morning.from_hour) <= wall.hour < NOON:
            self._morning = True
            return replace(state, morning=state.last is not None)
        return state
