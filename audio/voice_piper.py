"""A natural voice: Piper, a separate program in an environment of its own, asked line by line.

Piper is GPL-3.0-or-later. Nothing of it is imported here: it is started as the program that it is, reads lines on its
input, and leaves a WAV file for each. One process renders many lines, since loading the voice takes longer than
most of them; it ends by itself when its input ends, so also when we die.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import tempfile
import threading
import wave
import weakref
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Self, cast

import numpy as np

from audio.child_process import kill_group
from audio.errors import VoiceError
from audio.loudness import even

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_OWN_PACE_WPM = 170
"""Setting at which Piper's own pace is that of espeak-ng, measured over the lines of the bedside."""
_BETWEEN_SENTENCES_S = 0.25
_WROTE = b"Wrote "
"""How Piper reports a finished file, on its error output."""
_LONGEST = 500
"""Characters of a line; longer ones would take longer than any deadline."""
_REMEDY = "run ./bedside voices get"


class PiperVoice:
    """Renders one line at a time; safe to call from any thread. Close it, or use it in a `with`, to end its process.

    Args:
        command: the program with the voice's model, all but the options of this class.
        name: voice and versions: what the sound depends on besides text and rate.
        rate_wpm: words a minute, on espeak-ng's scale.
        deadline_s: seconds for a line, loading included; a program that takes longer is killed.
        tries: how often a line is tried.
    """

    name: str
    """Engine, voice and rate: everything besides the text that the sound depends on."""

    def __init__(
        self, command: Sequence[str], *, name: str, rate_wpm: int = 150, deadline_s: float = 20.0, tries: int = 2
    ) -> None:
        self.name = f"piper {name} {rate_wpm} wpm even"
        pace = f"{_OWN_PACE_WPM / rate_wpm:.3f}"
        self._command = (*command, "--length-scale", pace, "--sentence-silence", str(_BETWEEN_SENTENCES_S))
        self._deadline_s = deadline_s
        self._tries = tries
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._end: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        """Nothing is started before the first line."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the voice is loaded or loading."""
        return self._running is not None

    def start(self) -> None:
        """Load the voice in the background, so that the next line comes sooner.

        Raises:
            VoiceError: the program cannot be started.
        """
        with self._lock:
            self._start()

    def close(self) -> None:
        """End the process; the next line starts another."""
        with self._lock:
            self._stop()

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return mono samples in -1..1 of even loudness, shape (n,), and their rate in hertz.

        Raises:
            VoiceError: the program is missing, hung or failed each time; the text has nothing that can be spoken.
        """
        text = " ".join(text.replace("\0", " ").split())
        if not any(letter.isalnum() for letter in text) or len(text) > _LONGEST:
            raise VoiceError(f"{text[:40]!r} cannot be spoken as one line: give 1 to {_LONGEST} letters with words")
        with self._lock:
            for _ in range(self._tries):
                path = self._start().say(text, self._deadline_s)
                if path is not None:
                    return _read(path)
                self._stop()
        raise VoiceError(f"the natural voice hung or failed {self._tries} times: {_REMEDY}")

    def _start(self) -> _Running:
        if self._running is None:
            self._running = _Running(self._command)
            self._end = weakref.finalize(self, self._running.end)  # also when nobody closes
        return self._running

    def _stop(self) -> None:
        self._end()
        self._running = None


class _Running:
    """The program, while it runs, with the folder that it writes into."""

    def __init__(self, command: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bedside-voice-")
        try:
            self._process = subprocess.Popen(
                (*command, "--output-dir", self._folder.name),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise VoiceError(f"the natural voice cannot be started ({error.strerror}): {_REMEDY}") from error
        # Popen's type does not know that both were asked for.
        self._to, self._from = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stderr)
        self._told = b""

    def say(self, text: str, deadline_s: float) -> Path | None:
        """The finished file of a line; None when the program died or took too long."""
        try:
            self._to.write(text.encode() + b"\n")
        except BrokenPipeError:
            return None
        ends = perf_counter() + deadline_s
        while (line := self._next_line(ends)) is not None:
            _, wrote, path = line.partition(_WROTE)
            if wrote:
                return Path(os.fsdecode(path))
        return None

    def _next_line(self, ends: float) -> bytes | None:
        """The next whole line of the error output; None at its end and at the deadline."""
        while b"\n" not in self._told:
            readable, _, _ = select.select([self._from], [], [], max(0.0, ends - perf_counter()))
            more = os.read(self._from.fileno(), 4096) if readable else b""
            if not more:
                return None
            self._told += more
        line, _, self._told = self._told.partition(b"\n")
        return line

    def end(self) -> None:
        kill_group(self._process)
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                pipe.close()
        self._folder.cleanup()


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    """A finished file's sound; the file is removed."""
    try:
        with wave.open(str(path), "rb") as sound:
            data, rate = sound.readframes(sound.getnframes()), sound.getframerate()
        path.unlink()
    except (OSError, EOFError, wave.Error) as error:
        raise VoiceError(f"the natural voice wrote no sound: {_REMEDY}") from error
    samples = even(np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768), rate)
    if len(samples) == 0:
        raise VoiceError(f"the natural voice wrote silence: {_REMEDY}")
    return samples, rate
