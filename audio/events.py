"""What travels between the parts of `audio`: frames in, speech events out. Times are seconds of the stream."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hertz, of every frame: microphones convert, recognisers rely on it."""

FRAME_SAMPLES = 512
"""Samples of a frame, 32 ms: what the speech detector takes at a time."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A short piece of mono sound at SAMPLE_RATE."""

    samples: NDArray[np.float32]
    """Shape (n,), values in -1..1; n is FRAME_SAMPLES, fewer only in the last frame of a file."""
    start_s: float
    """When its first sample was, in seconds since the stream began."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was said."""

    text: str
    """Lower case words as a person would say them, without punctuation."""
    log_p: float
    """Natural logarithm of the engine's probability of this reading; comparable within one utterance only."""
    lean: float = 0.0
    """Nats by which the reading is likelier in this place's talk than elsewhere; not part of `log_p`."""

    @property
    def rank(self) -> float:
        """By which readings are ordered and weighed: `log_p` and the leaning together."""
        return self.log_p + self.lean


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance with all its readings, best first; no reading at all where the engine heard no words."""

    readings: tuple[Reading, ...]
    start_s: float
    """Where the speech began."""
    end_s: float
    """Where the speech ended (its last voiced sound, not the pause after it)."""
    engine: str
    """Name of the engine that read it."""
    compute_ms: float = 0.0
    """Milliseconds of computing that it took."""
    allowed: Reading | None = None
    """The likeliest sentence of the grammar the engine was given; None without a grammar or where none fits."""
    free_log_p: float | None = None
    """`log_p` of the likeliest of all texts, nothing and words outside `readings` included; None if not known."""
    second: Heard | None = None
    """What another engine read in the same sound, without readings if no words; None where one engine listened."""
    judged: tuple[Reading, ...] = ()
    """The readings of a search in which a second reader of the same sound had its share; empty where there is none."""
    watched: Reading | None = None
    """The likeliest of the few sentences that are looked for in every short utterance; None where none fits."""
    watched_odds: float | None = None
    """Log P(watched) - log P(likeliest text), nats: the mean over the readers of this sound. 0 is certain."""

    @property
    def fitting(self) -> Reading | None:
        """The sentence, known beforehand, that may join the readings: the grammar's, or else the watched one."""
        return self.allowed or self.watched

    @property
    def text(self) -> str:
        """The best reading's words, or nothing."""
        return self.readings[0].text if self.readings else ""

    @property
    def share(self) -> float:
        """How much of the probability of all readings the best one has, 0..1."""
        return 1 / sum(exp(min(0.0, r.rank - self.readings[0].rank)) for r in self.readings) if self.readings else 0.0

    @property
    def agreement(self) -> float | None:
        """Log P(allowed) - log P(freely read), nats: near 0 if the grammar's sentence was said, far below if not."""
        if self.allowed is None or self.free_log_p is None:
            return None
        return self.allowed.log_p - self.free_log_p


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody began to speak."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Partial:
    """A first reading while the utterance may still go on."""

    heard: Heard


@dataclass(frozen=True, slots=True)
class Final:
    """The utterance is over and read."""

    heard: Heard
    at_s: float
    """When that was decided: the end of speech plus the endpoint's pause."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """Nobody speaks any more; always follows a SpeechStarted, after the Final if words were read."""

    at_s: float


SpeechEvent: TypeAlias = SpeechStarted | Partial | Final | SpeechEnded


@dataclass(frozen=True, slots=True)
class MicrophoneLost:
    """Nothing can be heard from now on."""

    message: str
    """What is wrong, one line."""
    remedy: str
    """What to do about it, one line."""


@dataclass(frozen=True, slots=True)
class MicrophoneFound:
    """Sound comes again, after a MicrophoneLost."""

    name: str
    """The device's name."""


@dataclass(frozen=True, slots=True)
class LoudspeakerLost:
    """Nothing that is played is audible from now on."""

    message: str
    """What is wrong, one line."""
    remedy: str
    """What to do about it, one line."""
