"""Texts read aloud for benchmarks, by the speech programs of this machine."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.bench_sound import read_sound
from assistant.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

PROGRAMS = {
    "flite": ("slt", "rms", "awb", "kal16"),
    "espeak-ng": ("en-us", "en-gb+f4", "en-gb-scotland+m3", "en-us+f2"),
}
"""Program -> voices of it that read where none are named."""
LONGEST = 400
"""Letters of one passage, half a minute: longer ones are cut at the end of a sentence."""
_LEAST = 40
_DEADLINE_S = 60
_MOST_SIGNS = 0.1
"""Share of a passage that may be signs: more is a drawing or a table."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A voice of a program."""

    program: str
    voice: str

    def read(self, words: str) -> NDArray[np.float32]:
        """The sound of some words.

        Raises:
            UsageError: the program failed, or took too long.
        """
        with tempfile.TemporaryDirectory() as folder:
            text, sound = Path(folder) / "text", Path(folder) / "sound.wav"
            text.write_text(words, encoding="utf-8")
            ways = {
                "flite": ["flite", "-voice", self.voice, "-f", str(text), "-o", str(sound)],
                "espeak-ng": ["espeak-ng", "-v", self.voice, "-f", str(text), "-w", str(sound)],
            }
            try:
                subprocess.run(ways[self.program], check=True, capture_output=True, timeout=_DEADLINE_S)
            except (OSError, subprocess.SubprocessError) as error:
                told = f"{self.program} could not read with the voice {self.voice} ({type(error).__name__})"
                raise UsageError(f"{told}. Name another with --voices.") from error
            return read_sound(sound)


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words, and who reads them."""

    words: str
    reader: Reader

    def read_aloud(self) -> NDArray[np.float32]:
        """Its sound."""
        return self.reader.read(self.words)


def reader_of(name: str) -> Reader:
    """The voice of that name, "flite:slt".

    Raises:
        UsageError: no such program is known, or it is not here.
    """
    program, _, voice = name.partition(":")
    if program not in PROGRAMS or not voice:
        raise UsageError(f"There is no voice {name}. Give it as flite:slt or espeak-ng:en-us.")
    if shutil.which(program) is None:
        raise UsageError(f"{program} is not here. Install it: sudo apt install {program}")
    return Reader(program, voice)


def readers_here() -> list[Reader]:
    """Every voice that reads where none is named, the programs by turns.

    Raises:
        UsageError: no speech program is here.
    """
    here = [
        [Reader(program, voice) for voice in voices] for program, voices in PROGRAMS.items() if shutil.which(program)
    ]
    if not here:
        raise UsageError("Nobody can read texts aloud here. Install a voice: sudo apt install flite espeak-ng")
    return [reader for turn in zip(*here, strict=True) for reader in turn]


def passages_in(path: Path) -> Iterator[str]:
    """The passages of a text, each short enough to be read in one go; drawings and tables are left out.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Give a text with --text FILE.") from error
    for passage in re.split(r"\n%\n|\n\s*\n", text):
        words = " ".join(passage.split())
        signs = sum(not (letter.isalnum() or letter in " .,;:!?'\"-()") for letter in words)
        if len(words) >= _LEAST and signs <= _MOST_SIGNS * len(words):
            yield from _cut(words)


def _cut(words: str) -> Iterator[str]:
    while len(words) > LONGEST:
        ends = [found.end() for found in re.finditer(r"[.!?;]\s", words[:LONGEST])]
        at = ends[-1] if ends else words.rfind(" ", 0, LONGEST) + 1 or LONGEST
        yield words[:at].strip()
        words = words[at:]
    if words.strip():
        yield words.strip()
