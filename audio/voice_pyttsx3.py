"""The voice that is always there: pyttsx3 with espeak-ng, rendering to samples in a child process with a deadline."""

from __future__ import annotations

import json
import sys
import tempfile
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from audio import voice_pyttsx3_child as child
from audio.child_process import run_to_deadline
from audio.errors import VoiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# -P: the folder of the child's file holds names such as `events`, which must not shadow other people's modules.
_COMMAND = (sys.executable, "-P", child.__file__)
_LEAD_S = 0.03
"""Silence kept before the first sound: the first word counts, and a loudspeaker needs a moment."""
_TAIL_S = 0.1
_SILENT = 0.01
"""Share of the loudest sample below which a sample is silence."""
_REMEDY = "run ./bedside doctor"


class Pyttsx3Voice:
    """Renders one line at a time; safe to call from any thread, since each line has its own process.

    Args:
        voice: espeak-ng's name of the voice.
        rate_wpm: words a minute. 150 is the middle of the pace that suits older listeners in the night.
        volume: 0..1, of the samples.
        deadline_s: seconds after which a renderer that does not answer is killed; it is tried twice.
        library: "any" takes the system's espeak-ng and for want of it the wheel's; "wheel" takes that only.
        command: the program that renders, with its arguments.
    """

    name: str
    """Engine, voice, rate and volume: everything besides the text that the sound depends on."""

    def __init__(
        self,
        *,
        voice: str = "en-gb",
        rate_wpm: int = 150,
        volume: float = 1.0,
        deadline_s: float = 10.0,
        library: Literal["any", "wheel"] = "any",
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self.name = f"pyttsx3 espeak-ng {voice} {rate_wpm} wpm volume {volume:g}"
        self._request = {"voice": voice, "rate": rate_wpm, "volume": volume, "library": library}
        self._voice = voice
        self._deadline_s = deadline_s
        self._command = tuple(command)

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return mono samples in -1..1, shape (n,), and their rate in hertz; up to 30 ms of silence lead.

        Raises:
            VoiceError: the engine is missing, hung twice, or failed; the text has nothing that can be spoken.
        """
        # Nothing to say makes pyttsx3 wait for ever, and a NUL ends the text for espeak-ng.
        text = text.replace("\0", " ").strip()
        if not text:
            raise VoiceError("there is nothing to say: give a text with words")
        with tempfile.TemporaryDirectory(prefix="bedside-voice-") as folder:
            path = Path(folder) / "line.wav"
            request = json.dumps({**self._request, "text": text, "path": str(path)}).encode()
            status = self._run(request)
            if status is None or status < 0:
                status = self._run(request)
            self._check(status)
            samples, rate = _read(path)
        trimmed = _trim(samples, rate)
        if len(trimmed) == 0:
            raise VoiceError(f"{text[:40]!r} has nothing that can be spoken: give a text with words")
        return trimmed, rate

    def _run(self, request: bytes) -> int | None:
        """Let the child render; its exit status, or None when it hung and was killed."""
        try:
            return run_to_deadline(self._command, request, self._deadline_s)
        except OSError as error:
            raise VoiceError(f"the voice cannot be started ({error.strerror}): {_REMEDY}") from error

    def _check(self, status: int | None) -> None:
        if status is None:
            raise VoiceError(f"the voice hung twice for {self._deadline_s:g} s and was stopped: {_REMEDY}")
        if status == child.NO_LIBRARY:
            raise VoiceError("the voice's library espeak-ng is missing: install it with sudo apt install espeak-ng")
        if status == child.NO_VOICE:
            raise VoiceError(f"espeak-ng knows no voice {self._voice!r}: choose one of espeak-ng --voices, e.g. en-gb")
        if status != 0:
            raise VoiceError(f"the voice failed (status {status}): {_REMEDY}")


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    try:
        with wave.open(str(path), "rb") as sound:
            data, rate = sound.readframes(sound.getnframes()), sound.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise VoiceError(f"the voice wrote no sound: {_REMEDY}") from error
    return np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768), rate


def _trim(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Cut silence: at most _LEAD_S before the first sound, at most _TAIL_S after the last; nothing where all is."""
    loud = np.flatnonzero(np.abs(samples) > _SILENT * np.abs(samples).max(initial=0.0))
    if len(loud) == 0:
        return samples[:0]
    return samples[max(0, loud[0] - round(_LEAD_S * rate)) : loud[-1] + 1 + round(_TAIL_S * rate)]
