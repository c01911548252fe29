"""WAV files written whole or not at all; the standard library only, so that anything may import it."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from audio.errors import AudioError
from audio.whole_file import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_BLOCK = 1 << 16


def to_pcm(samples: NDArray[np.float32]) -> bytes:
    """16-bit little-endian sound of samples in -1..1, shape (n,); what lies outside is clipped."""
    finite = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return (np.clip(finite, -1.0, 1.0) * 32767).round().astype("<i2").tobytes()


def encode_wav(file: BinaryIO, blocks: Iterable[NDArray[np.float32]], rate: int) -> None:
    """Write mono 16-bit blocks, each of shape (n,) in -1..1, at `rate` hertz, to a file that can seek."""
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        for block in blocks:
            sound.writeframes(to_pcm(block))


def write_wav(path: Path, samples: NDArray[np.float32] | Iterable[NDArray[np.float32]], rate: int) -> None:
    """Write mono 16-bit sound, shape (n,) in -1..1 or blocks of it, at `rate` hertz; whole or not at all.

    Raises:
        AudioError: the folder is missing, read-only or full.
    """
    blocks = [samples] if isinstance(samples, np.ndarray) else samples
    try:
        with written_whole(path) as file:
            encode_wav(file, blocks, rate)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AudioError(f"{path} cannot be written ({reason}): choose a folder that exists and has room") from error


class Recording:
    """What was said, each piece at its time; a sink that becomes a WAV file.

    Args:
        rate: hertz of every piece.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._pieces: list[tuple[int, NDArray[np.float32]]] = []

    @property
    def duration_s(self) -> float:
        """Seconds until the end of the last piece."""
        return max((start + len(samples) for start, samples in self._pieces), default=0) / self.rate

    def put(self, at_s: float, samples: NDArray[np.float32]) -> None:
        """Add a piece, shape (n,) in -1..1, that begins `at_s` seconds after the start; overlapping pieces add up."""
        if at_s < 0:
            raise ValueError(f"at_s {at_s} lies before the recording: give 0 or more")
        self._pieces.append((round(at_s * self.rate), samples))

    def save(self, path: Path) -> None:
        """Write everything so far, with silence between; a quiet night takes no memory.

        Raises:
            AudioError: the file cannot be written.
        """
        write_wav(path, self._blocks(), self.rate)

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        for begin in range(0, round(self.duration_s * self.rate), _BLOCK):
            end = min(begin + _BLOCK, round(self.duration_s * self.rate))
            block = np.zeros(end - begin, dtype=np.float32)
            for start, samples in self._pieces:
                low, high = max(start, begin), min(start + len(samples), end)
                if low < high:
                    block[low - begin : high - begin] += samples[low - start : high - start]
            yield block
