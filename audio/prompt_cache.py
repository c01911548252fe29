"""Rendered lines kept on disk, so that the first word comes at once: a voice in front of a voice."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import struct
import wave
from typing import TYPE_CHECKING

import numpy as np

from audio.wav_writer import encode_wav
from audio.whole_file import written_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from audio.ports import Voice

_SEAL = b"sha2"
"""Name of the WAV chunk that ends each file and holds the SHA-256 of all before it; players pass over it."""
_SEAL_BYTES = 8 + 32
_KEPT = "*.wav"
_LASTING = "ahead"
"""Folder of the lines that were rendered ahead, one folder for each voice below it: these are never thrown out."""
_VOICES_KEPT = 4
"""Folders there: a change of pace is another voice, and trying some must not fill a small card."""


class PromptCache:
    """Keeps what a voice rendered, by hash of (voice, text); holds no sound in memory.

    A file that is damaged is rendered again. A folder that cannot be written is no reason to be silent: the line is
    rendered each time, and `fault` says why it was not kept.

    Args:
        voice: who renders what is not kept yet; its name holds all that its sound depends on.
        folder: where the files are; made when the first line is kept.
        most: files kept at most besides those that were rendered ahead; the oldest go first.
    """

    name: str
    """The name of the voice behind."""
    fault: str | None = None
    """Why the latest line could not be kept and what to do about it, one line; None where it was."""

    def __init__(self, voice: Voice, folder: Path, *, most: int = 2000) -> None:
        self.name = voice.name
        self._voice = voice
        self._folder = folder
        self._most = most

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return mono samples in -1..1, shape (n,), and their rate in hertz, from disk where they are.

        Raises:
            VoiceError: the line is not kept yet and could not be rendered.
        """
        kept = self.kept(text)
        if kept is not None:
            return kept
        samples, rate = self._voice.render(text)
        self.keep(text, samples, rate)
        return samples, rate

    def kept(self, text: str) -> tuple[NDArray[np.float32], int] | None:
        """The line as it lies on disk, whole; None where it does not."""
        return _load(self._ahead(text)) or _load(self._path(text))

    def is_ahead(self, text: str) -> bool:
        """Whether the line was rendered ahead, and is whole."""
        return _load(self._ahead(text)) is not None

    @property
    def any_ahead(self) -> bool:
        """Whether this voice has rendered any line ahead."""
        return any(self._ahead("").parent.glob(_KEPT))

    def keep(self, text: str, samples: NDArray[np.float32], rate: int) -> None:
        """Keep a line that the voice of this name rendered: mono in -1..1, shape (n,), at `rate` hertz."""
        self._write(self._path(text), samples, rate)

    def warm(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> int:
        """Render ahead what is not kept yet, to stay until this voice was not warmed for long; lines rendered.

        Args:
            texts: all lines.
            progress: told (done, total) after each line.

        Raises:
            VoiceError: a line could not be rendered; those before it are kept.
        """
        lines = list(dict.fromkeys(texts))
        rendered = 0
        for done, text in enumerate(lines, 1):
            if not self.is_ahead(text):
                kept = _load(self._path(text))
                self._write(self._ahead(text), *(kept or self._voice.render(text)))
                rendered += kept is None
            if progress is not None:
                progress(done, len(lines))
        _touch_and_forget(self._ahead("").parent, [self._ahead(text) for text in lines], self._most)
        return rendered

    def _path(self, text: str) -> Path:
        return self._folder / f"{_hash(self.name + chr(0) + text)}.wav"

    def _ahead(self, text: str) -> Path:
        return self._folder / _LASTING / _hash(self.name)[:16] / self._path(text).name

    def _write(self, path: Path, samples: NDArray[np.float32], rate: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as file:
                file.write(_sealed(samples, rate))
            _drop_oldest(self._folder, self._most)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.fault = f"lines cannot be kept in {self._folder} ({reason}): make room there or change its permissions"
        else:
            self.fault = None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _drop_oldest(folder: Path, most: int) -> None:
    files = list(folder.glob(_KEPT))
    if len(files) <= most:
        return
    files.sort(key=lambda file: file.stat().st_mtime_ns)
    for file in files[: len(files) - most]:
        file.unlink(missing_ok=True)


def _touch_and_forget(folder: Path, lines: list[Path], most: int) -> None:
    """Mark a voice and its lines as wanted, and drop what has not been so marked for longest."""
    try:
        for path in (*lines, folder):
            os.utime(path)
        _drop_oldest(folder, max(most, len(lines)))
        voices = sorted(folder.parent.iterdir(), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for old in voices[_VOICES_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:  # nothing could be kept: `fault` has told so
        return


def _sealed(samples: NDArray[np.float32], rate: int) -> bytes:
    """A WAV file that ends with the hash of itself."""
    buffer = io.BytesIO()
    encode_wav(buffer, [samples], rate)
    sound = buffer.getvalue()
    whole = b"RIFF" + struct.pack("<I", len(sound) - 8 + _SEAL_BYTES) + sound[8:]
    return whole + _SEAL + struct.pack("<I", 32) + hashlib.sha256(whole).digest()


def _load(path: Path) -> tuple[NDArray[np.float32], int] | None:
    """The sound of a sealed file, or None where it is missing, damaged or not ours."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    whole, seal = data[:-_SEAL_BYTES], data[-_SEAL_BYTES:]
    if seal != _SEAL + struct.pack("<I", 32) + hashlib.sha256(whole).digest():
        return None
    with wave.open(io.BytesIO(data), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        return samples.astype(np.float32) / np.float32(32767), sound.getframerate()
