"""Speakers: what a line sounds like, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.mouth import TextSpeaker
from audio import VoiceError
from audio.wav_writer import Recording

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from audio import Voice

LONGEST_PAUSE_S = 1.0
"""Silence kept between two lines when waits are skipped."""


class RecordingSpeaker:
    """Renders every line and keeps it for a WAV; opens no sound device.

    Args:
        voice: renders.
        skip_waits: the night is simulated: lines take as long as a calm voice would, long silences are left out.
    """

    fault: str | None = None
    """Why the latest line that could not be rendered stayed silent, and what to do about it."""

    def __init__(self, voice: Voice, *, skip_waits: bool) -> None:
        self._voice = voice
        self._skip_waits = skip_waits
        self._recording: Recording | None = None
        self._rate = 0
        self._line: NDArray[np.float32] | None = None
        self._began_s = self._ended_s = 0.0
        self._cursor_s = 0.0

    def begin(self, line: str, text: str, now: float) -> float:
        """Render a line; return the seconds that it takes. Where the voice fails, the night goes on in writing."""
        self._keep()
        try:
            samples, self._rate = self._voice.render(text)
        except VoiceError as error:
            self.fault = str(error)
            return TextSpeaker().begin(line, text, now)
        self._line, self._began_s = samples, now
        return TextSpeaker().begin(line, text, now) if self._skip_waits else len(samples) / self._rate

    def stop(self, now: float) -> None:
        """Keep only what was said before the line was cut off."""
        if self._line is not None:
            self._line = self._line[: round((now - self._began_s) * self._rate)]
            self._keep()

    def save(self, path: Path) -> bool:
        """Write everything that was said; False where nothing was."""
        self._keep()
        if self._recording is None:
            return False
        self._recording.save(path)
        return True

    def _keep(self) -> None:
        """Put the line before into the recording, now that it is known how much of it was said."""
        if self._line is None:
            return
        if self._recording is None:
            self._recording = Recording(self._rate)
        pause_s = self._began_s - self._ended_s
        self._cursor_s += min(pause_s, LONGEST_PAUSE_S) if self._skip_waits else pause_s
        self._recording.put(max(0.0, self._cursor_s), self._line)
        length_s = len(self._line) / self._rate
        self._cursor_s += length_s
        self._ended_s = self._began_s + length_s
        self._line = None
