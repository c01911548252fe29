"""A recogniser that does not hear itself speak: the echo canceller in front of any other recogniser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from audio.echo import AHEAD, OPENS
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, SpeechEnded, SpeechStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from audio.echo import Cleaned
    from audio.events import Frame, SpeechEvent
    from audio.ports import Recogniser, SpeechDetector


class Canceller(Protocol):
    """Takes our voice out of frames, one stream; `audio.echo.EchoCanceller` does."""

    somebody_speaks: bool
    """Set while an utterance is open."""

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """One frame without our voice; `played` is what was played AHEAD samples later."""
        ...


class EchoGate:
    """A speech detector that finds no speech in what our own voice explains; implements `audio.ports.SpeechDetector`.

    Args:
        detector: tells speech from noise.
    """

    def __init__(self, detector: SpeechDetector) -> None:
        self.explained = 0.0
        """0..1, of the frame that is judged next."""
        self._detector = detector

    def probability(self, frame: Frame) -> float:
        """How likely, 0..1, the frame holds speech that is not ours."""
        probability = self._detector.probability(frame)
        return probability if self.explained <= 1 - OPENS else 0.0

    def reset(self) -> None:
        """Forget the frames so far."""
        self._detector.reset()
        self.explained = 0.0


class Ears:
    """Implements `audio.ports.Recogniser` for a microphone beside our loudspeaker.

    Args:
        recogniser: hears the cleaned frames; its detector is `gate`.
        gate: the detector inside it.
        canceller: makes what takes our voice out of the frames of one stream.
        played: what went to the loudspeaker between two moments of the frames' clock, in seconds: float32 samples at
            SAMPLE_RATE, silence where nothing was played.
    """

    name: str
    """The recogniser's."""

    def __init__(
        self,
        recogniser: Recogniser,
        gate: EchoGate,
        canceller: Callable[[], Canceller],
        played: Callable[[float, float], NDArray[np.float32]],
    ) -> None:
        self.name = recogniser.name
        self._recogniser = recogniser
        self._gate = gate
        self._make = canceller
        self._canceller = canceller()
        self._played = played

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Take the next frame of the microphone; return what became known by it."""
        start_s = frame.start_s + AHEAD / SAMPLE_RATE
        played = self._played(start_s, start_s + FRAME_SAMPLES / SAMPLE_RATE)
        cleaned = self._canceller.clean(frame, played[:FRAME_SAMPLES])
        self._gate.explained = cleaned.explained
        return self._noted(self._recogniser.accept(cleaned.frame))

    def finish(self) -> list[SpeechEvent]:
        """The stream is over: close what is open, and forget the room. Afterwards a new stream may begin."""
        events = self._noted(self._recogniser.finish())
        # The next microphone may be another device in another place: no echo of this one is known to hold for it.
        self._canceller = self._make()
        return events

    def expect(self, endpoint_s: float) -> None:
        """How many seconds of quiet end the utterance from now on."""
        self._recogniser.expect(endpoint_s)

    def _noted(self, events: list[SpeechEvent]) -> list[SpeechEvent]:
        for event in events:
            if isinstance(event, SpeechStarted | SpeechEnded):
                self._canceller.somebody_speaks = isinstance(event, SpeechStarted)
        return events
