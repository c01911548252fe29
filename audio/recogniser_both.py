"""Recogniser: two engines on the same utterances. The second streams words; their readings are handed on side by side.

The readings are not merged here: each engine's probabilities are of its own making, and what a disagreement means is
for whoever decides the meaning.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from audio.events import Final, Heard, Partial, SpeechEnded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audio.events import Frame, SpeechEvent
    from audio.ports import SpeechDetector
    from audio.segmenter import Segmenter, SegmentEvent


class Reader(Protocol):
    """An engine that reads the utterances of a segmenter which somebody else feeds."""

    name: str

    def told(self, events: Sequence[SegmentEvent]) -> list[SpeechEvent]:
        """Read on, after the segmenter has taken a frame and told `events`."""
        ...


class BothRecogniser:
    """Implements `audio.ports.Recogniser`.

    A `Final` holds the first engine's readings, the second's in `Heard.second`. Where the first heard no words, the
    second's come first, and `second` is without readings. `Partial` is told by either, under its own name.

    Args:
        first: whose readings come first.
        second: the other; it reads the same segmenter.
        detector: tells speech from noise, for this stream alone.
        segmenter: the one that both engines were made with.
    """

    def __init__(self, first: Reader, second: Reader, detector: SpeechDetector, segmenter: Segmenter) -> None:
        self.name = f"{first.name}+{second.name}"
        self._first = first
        self._second = second
        self._detector = detector
        self._segmenter = segmenter

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Take the next frame; return what became known by it.

        Raises:
            RecogniserError: an engine broke.
        """
        return self._told(self._segmenter.accept(frame, self._detector.probability(frame)))

    def finish(self) -> list[SpeechEvent]:
        """The stream is over: close what is open."""
        events = self._told(self._segmenter.finish())
        self._detector.reset()
        return events

    def expect(self, endpoint_s: float) -> None:
        """How many seconds of quiet end the utterance from now on."""
        self._segmenter.endpoint_s = endpoint_s

    def _told(self, events: Sequence[SegmentEvent]) -> list[SpeechEvent]:
        theirs, final = self._second.told(events), None
        their_final = next((event.heard for event in theirs if isinstance(event, Final)), None)
        told: list[SpeechEvent] = []
        for event in self._first.told(events):
            match event:
                case Final(heard):
                    final = heard
                case SpeechEnded(at_s):
                    told += self._ended(at_s, final, their_final)
                case _:
                    told.append(event)
        # Where an utterance has just ended, these are the first words of the next.
        return told + [event for event in theirs if isinstance(event, Partial)]

    def _ended(self, at_s: float, ours: Heard | None, theirs: Heard | None) -> list[SpeechEvent]:
        best = ours or theirs
        if best is None:
            return [SpeechEnded(at_s)]
        other = theirs if ours else None
        nothing = Heard((), best.start_s, best.end_s, self._second.name if ours else self._first.name)
        spent_ms = best.compute_ms + (other.compute_ms if other else 0.0)
        joined = replace(best, engine=self.name, second=other or nothing, compute_ms=spent_ms)
        return [Final(joined, at_s), SpeechEnded(at_s)]
