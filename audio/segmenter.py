"""Where an utterance begins and ends: pure, its time counted in frames, so that a night can be replayed in a second.

A trigger with two thresholds over the detector's probabilities, a pre-roll so that the first word is not lost, and two
pauses: a short one after which computing may begin, and the endpoint after which the turn is over.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audio.events import Frame

ENTER, LEAVE = 0.5, 0.35
"""Probabilities from which a frame begins speech, and below which a frame of speech is quiet."""
ONSET_WINDOW_S = 0.32
"""How long a hesitant beginning may be to count as one: the least speech must be gathered within it."""
DIP_WITHIN_S = 3.0
"""How far back the quietest moment is looked for where speech that does not end is cut."""
DIP_FRAMES = 3
"""Frames that a quiet moment must last, about a tenth of a second: shorter is a gap within a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """The sound of one turn of speech."""

    samples: NDArray[np.float32]
    """Shape (n,) at SAMPLE_RATE: the pre-roll, the speech, and at most `hush_s` of the quiet after it."""
    start_s: float
    """Where the speech itself began, in seconds of the stream."""
    end_s: float
    """Where the speech itself ended."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody began to speak."""

    at_s: float
    """Where the speech began; it is noticed two or three frames later."""


@dataclass(frozen=True, slots=True)
class Hushed:
    """A first short quiet: computing can begin early. More speech may follow, and then another of these."""

    utterance: Utterance
    """What was said so far. If nothing follows, `Closed` brings exactly the same samples."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The utterance is over."""

    utterance: Utterance
    at_s: float
    """When that was decided: the end of the newest frame."""


SegmentEvent: TypeAlias = Opened | Hushed | Closed


@dataclass(frozen=True, slots=True)
class _Piece:
    """A frame and what the detector thought of it."""

    frame: Frame
    probability: float

    @property
    def end_s(self) -> float:
        return self.frame.start_s + len(self.frame.samples) / SAMPLE_RATE


class Segmenter:
    """Turns frames and probabilities into utterances that never overlap; holds `longest_s` of sound at most.

    Args:
        endpoint_s: seconds of quiet that end an utterance.
        pre_roll_s: seconds of sound kept from before the speech.
        hush_s: seconds of quiet after which `Hushed` is told, and of the quiet kept at an utterance's end.
        longest_s: seconds after which an utterance is closed though the speech goes on (television), at the quietest
            moment of its end; what follows that moment begins the next.
        enter: probability from which a frame begins speech.
        leave: probability below which a frame of speech is quiet.
        least_s: seconds of frames at or above `enter` that make it speech: a click opens nothing.
    """

    endpoint_s: float
    """Seconds of quiet that end an utterance; may be changed at any time and counts from the next frame on."""

    def __init__(
        self,
        *,
        endpoint_s: float = 1.2,
        pre_roll_s: float = 0.4,
        hush_s: float = 0.2,
        longest_s: float = 8.0,
        enter: float = ENTER,
        leave: float = LEAVE,
        least_s: float = 0.09,
    ) -> None:
        if not 0 < leave <= enter <= 1:
            raise ValueError(f"enter {enter} and leave {leave}: give 0 < leave <= enter <= 1")
        if longest_s <= pre_roll_s + ONSET_WINDOW_S:
            raise ValueError(f"longest_s {longest_s} leaves no room for speech: give more than the pre-roll")
        self.endpoint_s = endpoint_s
        self._hush = _samples(hush_s)
        self._longest = _samples(longest_s)
        self._enter = enter
        self._leave = leave
        self._least = _samples(least_s)
        self._before: deque[_Piece] = deque(maxlen=_frames(pre_roll_s) + _frames(ONSET_WINDOW_S))
        self._pre_roll = _frames(pre_roll_s)
        self._pieces: list[_Piece] = []
        self._forget()

    def accept(self, frame: Frame, probability: float) -> list[SegmentEvent]:
        """Take the next frame and how likely, 0..1, it holds speech; return what became known by it, in order."""
        piece = _Piece(frame, probability)
        if self._open:
            return self._continue(piece)
        self._before.append(piece)
        return self._begin()

    def frames_from(self, sample: int) -> list[Frame]:
        """Frames of the open utterance, pre-roll included, from its `sample`-th sample on; none where none is open.

        For engines that read while the person speaks; `sample` must be where a frame begins.
        """
        newest: list[Frame] = []
        at = self._count(self._pieces)
        for piece in reversed(self._pieces):
            at -= len(piece.frame.samples)
            if at < sample:
                break
            newest.append(piece.frame)
        return newest[::-1]

    def finish(self) -> list[SegmentEvent]:
        """The stream is over: close what is open. Afterwards a new stream may begin."""
        events = self._close() if self._open else []
        self._before.clear()
        return events

    def _begin(self) -> list[SegmentEvent]:
        """Open an utterance if the newest frames are a run of speech that is long enough."""
        newest_first = list(reversed(self._before))[: _frames(ONSET_WINDOW_S)]
        run = list(takewhile(lambda piece: piece.probability >= self._leave, newest_first))
        if sum(len(piece.frame.samples) for piece in run if piece.probability >= self._enter) < self._least:
            return []
        pieces = list(self._before)
        first = len(pieces) - len(run)
        self._pieces = pieces[max(0, first - self._pre_roll) :]
        self._before.clear()
        self._open, self._speaking = True, True
        self._start_s = run[-1].frame.start_s
        self._voiced = len(self._pieces)
        return [Opened(self._start_s)]

    def _continue(self, piece: _Piece) -> list[SegmentEvent]:
        self._pieces.append(piece)
        # Between the thresholds nothing changes: a fan that wavers there neither ends a turn nor holds it open.
        self._speaking = piece.probability >= (self._leave if self._speaking else self._enter)
        if self._speaking:
            self._voiced = len(self._pieces)
            self._hushed = False
        quiet = self._count(self._pieces[self._voiced :])
        events: list[SegmentEvent] = []
        if quiet >= self._hush and not self._hushed:
            self._hushed = True
            events.append(Hushed(self._utterance()))
        if quiet >= max(1, _samples(self.endpoint_s)):
            events += self._close()
        elif self._count(self._pieces) >= self._longest:
            events += self._split() if self._speaking else self._close()
        return events

    def _split(self) -> list[SegmentEvent]:
        """Close at the quietest moment of the end, and open again with what follows it: the speech goes on."""
        cut = self._quietest()
        rest, self._pieces = self._pieces[cut:], self._pieces[:cut]
        self._voiced = cut
        closed = Closed(self._utterance(), rest[-1].end_s)
        self._forget()
        self._open, self._speaking = True, True
        self._pieces, self._voiced = rest, len(rest)
        self._start_s = rest[0].frame.start_s
        return [closed, Opened(self._start_s)]

    def _quietest(self) -> int:
        """Where the quietest moment of the end is, as the number of pieces before its middle."""
        back = min(_frames(DIP_WITHIN_S), len(self._pieces) // 2)
        power = [float(np.square(piece.frame.samples).mean()) for piece in self._pieces[-back:]]
        moments = np.convolve(power, np.ones(DIP_FRAMES), "valid") if back >= DIP_FRAMES else np.array(power)
        return len(self._pieces) - back + int(moments.argmin()) + min(DIP_FRAMES, back) // 2

    def _close(self) -> list[SegmentEvent]:
        closed = Closed(self._utterance(), self._pieces[-1].end_s)
        rest = self._pieces[self._kept() :]
        self._forget()
        # What the utterance did not take is the pre-roll of the next, so no sound is lost and none is heard twice.
        self._before.extend(rest)
        return [closed]

    def _kept(self) -> int:
        """How many pieces belong to the utterance: up to the last of speech, and the short quiet after it."""
        quiet = 0
        for index in range(self._voiced, len(self._pieces)):
            if quiet >= self._hush:
                return index
            quiet += len(self._pieces[index].frame.samples)
        return len(self._pieces)

    def _utterance(self) -> Utterance:
        samples = np.concatenate([piece.frame.samples for piece in self._pieces[: self._kept()]])
        return Utterance(samples, self._start_s, self._pieces[self._voiced - 1].end_s)

    def _forget(self) -> None:
        self._open = False
        self._speaking = False
        self._hushed = False
        self._pieces = []
        self._voiced = 0
        self._start_s = 0.0

    @staticmethod
    def _count(pieces: list[_Piece]) -> int:
        return sum(len(piece.frame.samples) for piece in pieces)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def _frames(seconds: float) -> int:
    """Frames that cover these seconds; an incomplete one counts whole."""
    return -(-_samples(seconds) // FRAME_SAMPLES)
