"""A sound file as the microphone: any rate, any channels, read in blocks so that a whole night fits in no memory."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import soundfile
import soxr

from audio.errors import MicrophoneError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from audio.wav_writer import Recording, write_wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Recording", "SoundFile", "write_wav"]

_BLOCK_VALUES = 1 << 15
"""Values read at a time, over all channels: a quarter of a megabyte at most on the way."""
_LOWEST_RATE, _HIGHEST_RATE = 4_000, 384_000
_OPEN_ENDED = {0, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFFFF}
"""Sizes that programs write in a WAV header when they do not know how long the sound will be."""
_REMEDY = "give a WAV or FLAC file with speech in it"


class SoundFile:
    """A microphone that plays a file: WAV, FLAC or what else libsndfile reads.

    Args:
        path: the file; it is checked at once, so that nothing is acted on before a fault is found.

    Raises:
        MicrophoneError: the file is missing, no sound, empty or cut off.
    """

    duration_s: float
    """Seconds of sound in the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        _check_is_readable(path)
        with self._opened() as file:
            if not _LOWEST_RATE <= file.samplerate <= _HIGHEST_RATE:
                raise MicrophoneError(f"{path} says {file.samplerate} Hz, which no sound of speech has: {_REMEDY}")
            if file.frames == 0:
                raise MicrophoneError(f"{path} holds no sound at all: {_REMEDY}")
            self._check_is_whole(file)
            self.duration_s = file.frames / file.samplerate

    def frames(self) -> Iterator[Frame]:
        """Yield mono frames at SAMPLE_RATE, in order and without gaps; only the last is shorter.

        Raises:
            MicrophoneError: the file broke or changed while it was read.
        """
        rest = np.zeros(0, dtype=np.float32)
        position = 0
        for block in self._resampled():
            rest = np.concatenate([rest, block])
            whole = len(rest) - len(rest) % FRAME_SAMPLES
            for start in range(0, whole, FRAME_SAMPLES):
                # Frames may be kept by whoever hears them: a copy, so that they do not keep the block.
                yield Frame(rest[start : start + FRAME_SAMPLES].copy(), position / SAMPLE_RATE)
                position += FRAME_SAMPLES
            rest = rest[whole:]
        if len(rest):
            yield Frame(rest, position / SAMPLE_RATE)

    def _resampled(self) -> Iterator[NDArray[np.float32]]:
        with self._opened() as file:
            if file.samplerate == SAMPLE_RATE:
                yield from self._blocks(file)
                return
            resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE, 1, dtype="float32")
            for block in self._blocks(file):
                yield _within_range(resampler.resample_chunk(block))
            yield _within_range(resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True))

    def _blocks(self, file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
        """Mono blocks at the file's own rate."""
        frames = max(1, _BLOCK_VALUES // file.channels)
        remaining = file.frames
        while remaining > 0:
            try:
                block = file.read(frames, dtype="float32", always_2d=True)
            except soundfile.SoundFileError as error:
                raise self._broken(error) from error
            if len(block) == 0:
                raise self._broken(None)
            remaining -= len(block)
            # Float files may hold anything; one "not a number" would silence the resampler for good.
            yield _within_range(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)).mean(axis=1)

    def _opened(self) -> soundfile.SoundFile:
        try:
            return soundfile.SoundFile(self._path)
        except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a name that ends in .raw
            raise MicrophoneError(f"{self._path} is no sound file that can be read: {_REMEDY}") from error

    def _check_is_whole(self, file: soundfile.SoundFile) -> None:
        """Find out at once whether the end is there: by the header of a WAV, by a look at the end of all others."""
        if file.format in {"WAV", "WAVEX"}:
            with self._path.open("rb") as raw:
                promised, present = _data_size(raw)
            if promised > present:
                raise self._broken(None)
            return
        try:
            file.seek(max(0, file.frames - FRAME_SAMPLES))
            last = file.read(FRAME_SAMPLES)
        except soundfile.SoundFileError as error:
            raise self._broken(error) from error
        if len(last) < min(FRAME_SAMPLES, file.frames):
            raise self._broken(None)

    def _broken(self, error: soundfile.SoundFileError | None) -> MicrophoneError:
        reason = "its sound is damaged" if error else "it holds less sound than its beginning says"
        return MicrophoneError(f"{self._path} is cut off or damaged ({reason}): copy it again from where it came from")


def _check_is_readable(path: Path) -> None:
    if not path.exists():
        raise MicrophoneError(f"{path} does not exist: check the name, or give another sound file")
    if path.is_dir():
        raise MicrophoneError(f"{path} is a folder: give the sound file itself")
    if not path.is_file():
        raise MicrophoneError(f"{path} is not a file: {_REMEDY}")
    if not os.access(path, os.R_OK):
        raise MicrophoneError(f"{path} may not be read by this user: change its permissions (chmod +r)")
    if path.stat().st_size == 0:
        raise MicrophoneError(f"{path} is empty: {_REMEDY}")


def _data_size(raw: BinaryIO) -> tuple[int, int]:
    """Bytes of sound that the header of a WAV promises, and those that are there; (0, 0) where it leaves that open."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(12)
    while len(head := raw.read(8)) == 8:  # noqa: PLR2004 - a chunk's name and length
        name, length = struct.unpack("<4sI", head)
        if name == b"data":
            return (0, 0) if length in _OPEN_ENDED else (length, size - raw.tell())
        raw.seek(length + length % 2, os.SEEK_CUR)
    return (0, 0)


def _within_range(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.clip(samples, -1.0, 1.0)
