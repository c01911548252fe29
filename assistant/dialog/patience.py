"""The shapes of the conversation's times, levels of doubt and of sound, and of how times are said."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from assistant.dialog.effects import Loudness  # noqa: TC001 - pydantic reads it
from assistant.dialog.plan import Data, Seconds


class Alarm(Data):
    """How a red flag is repeated; seconds."""

    listens_s: Seconds
    repeat_s: Seconds
    repeat_for_s: Seconds
    then_repeat_s: Seconds
    at_most_s: Seconds


class Endpoint(Data):
    """Seconds of quiet that end an utterance."""

    sure_s: Seconds
    answer_s: Seconds
    complaint_s: Seconds


class Doubt(Data):
    """Scores, 0..1, between which a red flag is asked about instead of raised; and how long it is let be."""

    ask_from: NonNegativeFloat
    raise_from: NonNegativeFloat
    again_after_s: Seconds


class Spoken(Data):
    """How times and counts are said; explained in spoken.yaml."""

    hours: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]
    minutes: dict[int, str]
    on_the_hour: str
    past: str
    to: str
    ordinals: tuple[str, ...]
    more: str


class Volume(Data):
    """How loud a line is, decibels beside the volume that is set; explained in timing.yaml."""

    step_db: PositiveFloat
    least_db: float
    most_db: float
    hearing_db: float
    partner_db: float
    day_db: float
    soft_db: float
    unprompted_at_most_db: float
    emergency_at_least_db: float

    def wished(self, wish_db: float, steps: int) -> float:
        """What "louder" and "quieter" make of the wishes so far."""
        return min(self.most_db, max(self.least_db, wish_db + steps * self.step_db))

    def level(self, loudness: Loudness, usual_db: float, *, by_day: bool) -> float:
        """How loud a line is that would usually be `usual_db`."""
        usual = usual_db + (self.day_db if by_day else 0.0)
        if loudness == "soft":
            return min(usual + self.soft_db, self.unprompted_at_most_db)
        return max(usual, self.emergency_at_least_db) if loudness == "emergency" else usual


class Timing(Data):
    """All patience of the conversation; seconds, explained in timing.yaml."""

    pause_s: Seconds
    refinement_s: Seconds
    quiet_before_line_s: Seconds
    answer_s: Seconds
    still_here_s: Seconds
    recheck_s: Seconds
    signs_s: Seconds
    too_long_s: Seconds
    hurt_is_recent_s: Seconds
    silence_closes_s: Seconds
    answers_after_s: Seconds
    again_within_s: Seconds
    says_again: PositiveInt
    slower: PositiveFloat
    doubt: Doubt
    volume: Volume
    alarm: Alarm
    endpoint: Endpoint
