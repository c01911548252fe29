"""Hears what a script says: for typed nights and for tests; takes the time that a person would take to say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audio.events import SAMPLE_RATE, Final, Heard, Reading, SpeechEnded, SpeechStarted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audio.events import Frame, SpeechEvent

LETTERS_A_SECOND = 12
"""How fast a person with a cramp speaks; typed words take this long and are understood when they end."""


class ScriptedRecogniser:
    """Implements `audio.ports.Recogniser` without listening.

    Args:
        lines: (seconds of the stream at which the person begins, words), in any order; one that begins while
            another is being said begins when that one ends.
    """

    name = "typed"

    def __init__(self, lines: Iterable[tuple[float, str]]) -> None:
        self._coming: list[tuple[float, SpeechEvent]] = []
        free_s = 0.0
        for at_s, text in sorted(lines):
            start_s = max(at_s, free_s)
            free_s = end_s = start_s + len(text) / LETTERS_A_SECOND
            heard = Heard((Reading(text, 0.0),), start_s, end_s, self.name)
            self._coming += [
                (start_s, SpeechStarted(start_s)),
                (end_s, Final(heard, end_s)),
                (end_s, SpeechEnded(end_s)),
            ]

    def next_due(self) -> float | None:
        """When the next event happens, in seconds of the stream; None: nothing more is said."""
        return self._coming[0][0] if self._coming else None

    def until(self, now_s: float) -> list[SpeechEvent]:
        """Take out what has happened by now."""
        happened = [event for at_s, event in self._coming if at_s <= now_s]
        self._coming = self._coming[len(happened) :]
        return happened

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Let the frame's time pass; its sound is not listened to."""
        return self.until(frame.start_s + len(frame.samples) / SAMPLE_RATE)

    def finish(self) -> list[SpeechEvent]:
        """Say what is left."""
        return self.until(float("inf"))

    def expect(self, endpoint_s: float) -> None:
        """Typed words end when they end."""
