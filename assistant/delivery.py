"""How a line is delivered: its words at this moment, how loud it is, and that it was said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialog.events import Begun, Spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.dialog.effects import Say
    from assistant.dialog.script import Script
    from assistant.dialog.state import State
    from assistant.episode_log import EpisodeLog
    from assistant.night_events import Teller
    from assistant.wording import Wording


class Delivery:
    """Knows what the log holds and how loud it may be now; listens to the mouth.

    Args:
        script: the reviewed words.
        wording: fills in what they leave open.
        log: lines that speak of it wait for it.
        volume: sets how loud the next line is, decibels beside the volume that is set.
        state: where the conversation stands.
        teller: is told of every line.
        told: takes that a line begins to sound, and that the last one that waited has been said.
    """

    def __init__(
        self,
        script: Script,
        wording: Wording,
        log: EpisodeLog,
        *,
        volume: Callable[[float], None],
        state: Callable[[], State],
        teller: Teller,
        told: Callable[[Begun | Spoken], None],
    ) -> None:
        self._script = script
        self._wording = wording
        self._log = log
        self._volume = volume
        self._state = state
        self._teller = teller
        self._level_db = 0.0
        self._told = told

    def worded(self, say: Say) -> Iterator[tuple[Say, str, str]]:
        """What is said for it, with words and kind; of the log only what is on the disk."""
        instead = self._script.lines[say.line].unwritten
        lines = (say.line,) if instead is None or self._log.written() else instead
        for line in lines:
            yield (replace(say, line=line), *self._words_and_kind(line))

    def line_begins(self, say: Say) -> None:
        """A line is about to sound: as loud as the hour, its urgency and the wishes of this night allow."""
        volume, state = self._script.timing.volume, self._state()
        self._level_db = volume.level(say.loudness, state.usual_db + state.wish_db, by_day=state.by_day)
        self._volume(self._level_db)

    def line_began(self, line: str) -> None:
        """The first sample of a line sounds."""
        text, kind = self._words_and_kind(line)
        told = {"text": text, "line": line, "kind": kind, "level_db": self._level_db}
        self._teller.tell("said", self._log.episode_id, **told)
        self._told(Begun(line))

    def lines_said(self, line: str) -> None:
        """A line has been said, and nothing else waits."""
        self._told(Spoken(line))

    def line_cut(self, line: str, after_s: float, by: str) -> None:
        """A line was cut off."""
        self._teller.tell("interrupted", self._log.episode_id, line=line, after_s=after_s, by=by)

    def _words_and_kind(self, line: str) -> tuple[str, str]:
        return self._wording.words(line, self._state()), self._script.lines[line].kind
