"""The shapes of what the assistant says about itself: whether it listens, the rehearsal, and the page's code."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt  # noqa: TC002 - pydantic reads it

from assistant.dialog.plan import Data, Lines, Seconds


class Listening(Data):
    """What is said of ourselves; the keys are explained in device.yaml."""

    well: Lines
    parts: dict[Literal["microphone", "recogniser", "speaker", "store"], Lines]
    stops: Lines
    with_keys: Lines
    without_keys: Lines
    again: Lines
    for_s: Seconds

    @property
    def lines(self) -> Lines:
        """Every line that it may say."""
        parts = (line for lines in self.parts.values() for line in lines)
        return (*self.well, *parts, *self.stops, *self.with_keys, *self.without_keys, *self.again)


class Practise(Data):
    """The rehearsal by day; the keys are explained in device.yaml."""

    at_night: str
    begins: Lines
    hear: str
    say: str
    tries: PositiveInt
    loudest: Lines
    unheard: Lines
    not_heard: Lines
    done: Lines

    @property
    def lines(self) -> Lines:
        """Every line that it may say."""
        asked = (self.at_night, self.hear, self.say)
        return (*asked, *self.begins, *self.loudest, *self.unheard, *self.not_heard, *self.done)


class Page(Data):
    """The code for the first visit of the page; the keys are explained in device.yaml."""

    code: Lines
    owned: Lines
    at_night: Lines

    @property
    def lines(self) -> Lines:
        """Every line that it may say."""
        return (*self.code, *self.owned, *self.at_night)
