"""Sound files for benchmarks: those of a folder, as samples at our rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import soundfile
import soxr

from assistant.errors import UsageError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

KINDS = (".wav", ".flac")


@dataclass(frozen=True, slots=True)
class Played:
    """Samples as a sound that is heard frame by frame."""

    samples: NDArray[np.float32]

    def frames(self) -> Iterator[Frame]:
        """Its frames, in order."""
        for at in range(0, len(self.samples), FRAME_SAMPLES):
            yield Frame(self.samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)


def sounds_in(folders: Sequence[Path]) -> list[Path]:
    """Every sound file of some folders and of theirs, in order.

    Raises:
        UsageError: a folder holds none.
    """
    found: list[Path] = []
    for folder in folders:
        here = sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS)
        if not here:
            raise UsageError(f"{folder} holds no WAV or FLAC file. Give a folder of sound with --sound.")
        found += here
    return found


def read_sound(path: Path) -> NDArray[np.float32]:
    """A sound file as samples, shape (n,), at our rate.

    Raises:
        UsageError: it is no sound file.
    """
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise UsageError(f"{path} cannot be read as sound ({error}). Take it out of the folder.") from error
    mono: NDArray[np.float32] = samples.mean(axis=1)
    return mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE)
