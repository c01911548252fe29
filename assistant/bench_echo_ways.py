"""The ways that `bench echo` compares: how our own voice is kept from counting as the person's."""

from __future__ import annotations

import importlib
import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from audio.echo import Cleaned, EchoCanceller
from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from audio.ears import Canceller
    from audio.events import Frame

_TEN_MS = SAMPLE_RATE // 100
_BANDS = np.unique(np.geomspace(3, FRAME_SAMPLES // 2, 24).astype(int))


class Nothing:
    """The baseline: the microphone as it is."""

    somebody_speaks = False

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:  # noqa: ARG002 - the port's shape
        """The very same frame."""
        return Cleaned(frame, 0.0)


class WebRtcEcho:
    """The canceller and suppressor of WebRTC (AEC3), by `pywebrtc-audio`, which works on pieces of 10 ms."""

    somebody_speaks = False

    def __init__(self) -> None:
        self._library = importlib.import_module("pywebrtc_audio").EchoCanceller(SAMPLE_RATE, 1, 0)
        self._heard = self._played = np.zeros(0, np.float32)
        # A frame is no whole number of pieces: this much is always in arrears.
        self._out = np.zeros(_TEN_MS - math.gcd(_TEN_MS, FRAME_SAMPLES), np.float32)

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """The frame of 8 ms before, cleaned."""
        self._heard = np.concatenate([self._heard, frame.samples])
        self._played = np.concatenate([self._played, played])
        whole = len(self._heard) // _TEN_MS * _TEN_MS
        self._out = np.concatenate([self._out, self._library.process(self._heard[:whole], self._played[:whole])])
        self._heard, self._played = self._heard[whole:], self._played[whole:]
        out, self._out = self._out[:FRAME_SAMPLES], self._out[FRAME_SAMPLES:]
        return Cleaned(type(frame)(out, frame.start_s), 0.0)


class Score:
    """Nothing is cancelled: what rises and falls in the same bands as what was played, up to 0.4 s later, is ours."""

    somebody_speaks = False
    _WINDOW, _LAGS = 10, 13

    def __init__(self) -> None:
        self._heard: deque[NDArray[np.float64]] = deque(maxlen=self._WINDOW)
        self._played: deque[NDArray[np.float64]] = deque(maxlen=self._WINDOW + self._LAGS)

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """The very same frame, and the squared correlation of the two spectrograms at their best lag."""
        self._heard.append(_bands(frame.samples))
        self._played.append(_bands(played))
        full = len(self._played) == self._WINDOW + self._LAGS
        if not full or not any(band.any() for band in self._played):
            return Cleaned(frame, 0.0)
        heard, sent = np.array(self._heard), np.array(self._played)
        lags = [_correlation(heard, sent[lag : lag + self._WINDOW]) for lag in range(self._LAGS + 1)]
        return Cleaned(frame, max(0.0, *lags) ** 2)


class Ungated(EchoCanceller):
    """Our canceller without its opinion on what may open an utterance."""

    def clean(self, frame: Frame, played: NDArray[np.float32]) -> Cleaned:
        """The cleaned frame; nothing in it counts as explained."""
        return Cleaned(super().clean(frame, played).frame, 0.0)


WEBRTC = "cancel, WebRTC"
OURS = "linear and score"
"""What the assistant uses."""
WAYS: dict[str, Callable[[], Canceller]] = {
    "nothing": Nothing,
    "score": Score,
    WEBRTC: WebRtcEcho,
    "cancel, linear": Ungated,
    OURS: EchoCanceller,
}


def _bands(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    return np.asarray(np.sqrt(np.add.reduceat(power, _BANDS)))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / size if size else 0.0
