"""A made bedroom for `bench echo`: our loudspeaker, the walls, a person and a microphone, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.floating[Any]]

PERSON_RMS = (0.03, 0.01)
"""Level of the person's speech at the microphone: near, and half a bed away. Full scale is 1."""
FADE = SAMPLE_RATE // 10
"""Samples in which a line falls silent when it is cut off."""
_HISS = 3e-4
_LEAD_S = 0.5
_GAP_S = 1.5
"""Quiet after a line: the endpoint's pause fits into it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Lines that we say one after another, and what a person says over some of them."""

    lines: tuple[Sound, ...]
    """As played, at SAMPLE_RATE."""
    over: tuple[Sound | None, ...]
    """What the person says over each line, its loud parts at an RMS of 1; None: nothing."""
    echo_db: float
    """Our voice above the person's, at the microphone."""
    delay_s: float
    """From the moment a sample is played until it reaches the microphone."""
    distortion: float
    """Drive of the loudspeaker's soft clipping; near 0: none."""
    person_rms: float
    seed: int


class Room:
    """Plays a scene; a line can be cut off while it sounds.

    Args:
        scene: who says what.
        silent: our loudspeaker is off: the same person in the same moments, without us.
    """

    def __init__(self, scene: Scene, *, silent: bool = False) -> None:
        self._scene = scene
        self._rng = np.random.default_rng(scene.seed)
        self.spans: list[tuple[int, int]] = []
        """First sample of each line and the one after its last."""
        pieces: list[Sound] = [np.zeros(round(_LEAD_S * SAMPLE_RATE))]
        at = len(pieces[0])
        for line in scene.lines:
            self.spans.append((at, at + len(line)))
            pieces += [line, np.zeros(round(_GAP_S * SAMPLE_RATE))]
            at += len(line) + len(pieces[-1])
        played = np.concatenate(pieces)
        self.played = np.pad(played, (0, -len(played) % FRAME_SAMPLES)).astype(np.float32)
        """What goes to the loudspeaker, whole frames."""
        self._walls = self._impulse_response()
        echo = self._echo()
        self._gain = scene.person_rms * 10 ** (scene.echo_db / 20) / loudness(echo)
        self._reflected = echo
        if silent:
            self._gain, self.played = 0.0, np.zeros_like(self.played)
        self.begins: list[int | None] = []
        """First sample of what the person says over each line."""
        self._person = self._talk()

    def frame(self, first: int) -> NDArray[np.float32]:
        """The microphone's samples from `first` on, shape (FRAME_SAMPLES,); it clips at full scale."""
        part = slice(first, first + FRAME_SAMPLES)
        heard = self._gain * self._reflected[part] + self._person[part]
        return np.clip(heard, -1, 1).astype(np.float32)

    def played_between(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """What goes to the loudspeaker between two moments; silence after the end."""
        first, end = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
        return np.pad(self.played[first:end], (0, max(0, end - max(first, len(self.played)))))

    def line_at(self, sample: int) -> int:
        """Which line sounds then, or sounded last."""
        return max(0, sum(sample >= first for first, _ in self.spans) - 1)

    def cut(self, sample: int) -> None:
        """Let the line that sounds fall silent from this sample on."""
        end = self.spans[self.line_at(sample)][1]
        if sample >= end:
            return
        fade = np.zeros(end - sample, np.float32)
        short = min(FADE, len(fade))
        fade[:short] = np.linspace(1, 0, short)
        self.played[sample:end] *= fade
        self._reflected = self._echo()

    def _echo(self) -> Sound:
        drive = self._scene.distortion
        sounded = np.tanh(self.played * drive) / drive
        size = len(sounded) + len(self._walls)
        reflected = np.fft.irfft(np.fft.rfft(sounded, size) * np.fft.rfft(self._walls, size), size)
        late = round(self._scene.delay_s * SAMPLE_RATE)
        return np.concatenate([np.zeros(late), reflected])[: len(sounded)]

    def _impulse_response(self) -> Sound:
        n = round(self._rng.uniform(0.2, 0.4) * SAMPLE_RATE)
        walls = 0.15 * self._rng.normal(size=n) * np.exp(-6.9 * np.arange(n) / n)
        walls[0] = 1.0
        walls[[37, 91, 160]] += self._rng.uniform(-0.4, 0.4, 3)
        return np.asarray(walls)

    def _talk(self) -> Sound:
        sound = self._rng.normal(0, _HISS, len(self.played))
        for (first, end), words in zip(self.spans, self._scene.over, strict=True):
            if words is None:
                self.begins.append(None)
                continue
            earliest, latest = first + 0.3 * SAMPLE_RATE, max(first + 0.31 * SAMPLE_RATE, end - 0.4 * SAMPLE_RATE)
            begin = round(self._rng.uniform(earliest, latest))
            fits = min(len(words), len(sound) - begin)
            sound[begin : begin + fits] += self._scene.person_rms * words[:fits]
            self.begins.append(begin)
        return sound


def loudness(sound: Sound) -> float:
    """RMS of the loud parts of a sound."""
    return float(np.sqrt((sound[np.abs(sound) > 0.02 * np.abs(sound).max()] ** 2).mean()))
