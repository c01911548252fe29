"""What is being said and what waits to be said: barge-in, pauses and saying again, in one place.

Driven by time as an argument; a Speaker makes the sound. A voice that is not ours stops the running line at once.
If what it said was not for us, the line is said again after a short quiet, a few times at most.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from assistant.dialog.effects import Say
    from assistant.dialog.script import Timing


VAIN_CUTS = 2
"""So many lines cut off in a row by voices that meant nothing to us, and voices alone cut off no more of them ..."""
VAIN_FOR_S = 60.0
"""... until nothing was cut off in vain for so long: beside a television, or in a room whose echo deceives us, a person
in pain is still told what to do. Words that mean something to us, "stop" above all, end a line at any time."""


class Speaker(Protocol):
    """Makes lines audible, one at a time."""

    def begin(self, line: str, text: str, now: float) -> float:
        """Begin to say a line; return how many seconds it will take."""
        ...

    def stop(self, now: float) -> None:
        """Fall silent at once."""
        ...


class Listener(Protocol):
    """Is told what the mouth does."""

    def line_begins(self, say: Say) -> None:
        """A line is about to sound."""
        ...

    def line_began(self, line: str) -> None:
        """The first sample of a line sounds."""
        ...

    def line_cut(self, line: str, after_s: float, by: str) -> None:
        """A line was cut off after so many seconds."""
        ...

    def lines_said(self, line: str) -> None:
        """A line has been said, and nothing else waits."""
        ...


@dataclass(slots=True)
class _Waiting:
    say: Say
    text: str
    kind: str
    cuts: int = 0


class Mouth:
    """The queue of lines, and the rules for speaking beside a person who speaks."""

    def __init__(self, speaker: Speaker, listener: Listener, timing: Timing) -> None:
        self._speaker = speaker
        self._listener = listener
        self._timing = timing
        self._queue: deque[_Waiting] = deque()
        self._current: _Waiting | None = None
        self._cut: _Waiting | None = None
        self._began_s = self._ends_s = -1e9
        self._not_before_s = -1e9
        self._vain, self._vain_s = 0, -1e9
        self.somebody_speaks = False

    @property
    def sounds(self) -> bool:
        """Whether a line is being said."""
        return self._current is not None

    @property
    def busy(self) -> bool:
        """Whether a line is being said or waits."""
        return self._current is not None or bool(self._queue)

    def say(self, say: Say, text: str, kind: str, now: float) -> None:
        """Put a line in the queue; one that may be skipped is said now or never."""
        if say.skippable and (self.somebody_speaks or self.busy):
            return
        self._queue.append(_Waiting(say, text, kind))
        self.tick(now)

    def hush(self, now: float, by: str) -> None:
        """Stop in mid-word and forget what waits."""
        self._queue.clear()
        self._cut = None
        self._stop(now, by)

    def drop_cut(self) -> None:
        """The line that was cut off has been answered: it is not said again."""
        if self._cut is not None and self._queue and self._queue[0] is self._cut:
            self._queue.popleft()
        self._cut = None
        self._vain = 0

    def person_began(self, now: float) -> None:
        """Somebody speaks: stop, and keep the line; but for talk that has cut us off in vain again and again."""
        self.somebody_speaks = True
        if self._vain >= VAIN_CUTS and now - self._vain_s < VAIN_FOR_S:
            return
        cut = self._stop(now, "voice")
        if cut is None or cut.kind == "hold":
            return
        cut.cuts += 1
        self._cut = cut
        self._queue.appendleft(cut)

    def person_ended(self, now: float) -> None:
        """Nobody speaks any more; wait for a short quiet, unless it is answered at once."""
        self.somebody_speaks = False
        self._not_before_s = max(self._not_before_s, now + self._timing.quiet_before_line_s)

    def answer_at_once(self, now: float) -> None:
        """What was said was for us and is over: no further quiet is owed."""
        self.somebody_speaks = False
        self._not_before_s = now

    def lasts(self, seconds: float, now: float) -> None:
        """The line that is being said ends so many seconds from now, not when its beginning promised."""
        if self._current is not None:
            self._ends_s = now + seconds

    def next_due(self) -> float | None:
        """When `tick` has something to do, or None."""
        if self._current is not None:
            return self._ends_s
        if not self._queue or self.somebody_speaks:
            return None
        spaced_s = self._began_s + self._queue[0].say.spacing_s
        return max(self._not_before_s, self._ends_s + self._timing.pause_s, spaced_s)

    def tick(self, now: float) -> None:
        """Finish and begin what is due."""
        if self._current is not None and now >= self._ends_s:
            said, self._current = self._current, None
            self._said(said)
        due = self.next_due()
        if self._current is None and due is not None and now >= due:
            self._begin(self._queue.popleft(), now)

    def _begin(self, line: _Waiting, now: float) -> None:
        if line.cuts > self._timing.says_again:
            # Said often enough: go on as if it had been heard.
            self._cut = None
            self._said(line)
            return
        if line.cuts:
            recent = now - self._vain_s < VAIN_FOR_S
            self._vain, self._vain_s = (self._vain + 1 if recent else 1), now
        self._current = line
        self._began_s = now
        self._listener.line_begins(line.say)
        self._ends_s = now + self._speaker.begin(line.say.line, line.text, now)
        self._listener.line_began(line.say.line)

    def _said(self, line: _Waiting) -> None:
        if not self._queue:
            self._listener.lines_said(line.say.line)

    def _stop(self, now: float, by: str) -> _Waiting | None:
        cut, self._current = self._current, None
        if cut is not None:
            self._speaker.stop(now)
            self._ends_s = now
            self._listener.line_cut(cut.say.line, round(now - self._began_s, 3), by)
        return cut


class TextSpeaker:
    """Takes as long as a calm voice would, and makes no sound."""

    LETTERS_A_SECOND = 14

    def begin(self, line: str, text: str, now: float) -> float:  # noqa: ARG002 - the port's shape
        """Seconds that the words take, whatever the voice."""
        return len(text) / self.LETTERS_A_SECOND

    def stop(self, now: float) -> None:
        """Nothing sounds."""
