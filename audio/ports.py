"""The ports of sound. Adapters live in files of their own and are wired by the composition root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from audio.events import Frame, MicrophoneFound, MicrophoneLost, SpeechEvent


class Microphone(Protocol):
    """A source of frames: a device, or a sound file of any rate and channels."""

    def frames(self) -> Iterator[Frame]:
        """Yield mono frames at SAMPLE_RATE, in order and without gaps, until the source ends.

        Raises:
            MicrophoneError: the source cannot be opened or read; the message names the remedy.
        """
        ...


class LiveMicrophone(Protocol):
    """A device, which may go and come back."""

    def next(self, timeout_s: float) -> Frame | MicrophoneLost | MicrophoneFound | None:
        """Wait for what comes next, about `timeout_s` seconds at most; None: nothing yet. Never raises."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


class SpeechDetector(Protocol):
    """Tells speech from everything else, one frame at a time."""

    def probability(self, frame: Frame) -> float:
        """How likely, 0..1, the frame holds speech; keeps state from frame to frame."""
        ...

    def reset(self) -> None:
        """Forget the frames so far."""
        ...


class Recogniser(Protocol):
    """An engine that turns frames into words, streaming."""

    name: str

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Take the next frame; return what became known by it, in order, often nothing.

        Raises:
            RecogniserError: the engine broke; the message names the remedy.
        """
        ...

    def finish(self) -> list[SpeechEvent]:
        """The stream is over: close what is open. Afterwards a new stream may begin."""
        ...

    def expect(self, endpoint_s: float) -> None:
        """How many seconds of quiet end the utterance from now on: short for answers, longer for a first complaint."""
        ...


class Voice(Protocol):
    """Renders words to sound; never plays."""

    name: str
    """Engine and voice, as it stands in `doctor` and in the key of the prompt cache."""

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return mono samples in -1..1, shape (n,), and their rate in hertz.

        Raises:
            VoiceError: the engine is missing, hung or failed; the message names the remedy.
        """
        ...
