"""What a line sounds like at the bedside: from memory at once, or as soon as it has been rendered, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.inbox import Faulted, Works
from assistant.mouth import TextSpeaker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.prompts import Prompts
    from audio.events import LoudspeakerLost

DEADLINE_S = 3.0
"""A line that is not there yet is still said when it is ready so soon; later it would be a wrong line."""


class Loudspeaker(Protocol):
    """Plays one sound at a time; never waits, never raises."""

    volume: float
    """0..1."""

    @property
    def lost(self) -> LoudspeakerLost | None:
        """Why nothing is audible now; None while all is well."""
        ...

    def played(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """What it gave between two moments of the frames' clock, shape (n,) at 16 kHz; zeros where it gave nothing."""
        ...

    def begin(self, samples: NDArray[np.float32], rate: int) -> float:
        """Begin to play mono samples in -1..1, shape (n,), at `rate` hertz; return the seconds that they last."""
        ...

    def stop(self) -> None:
        """Fade out at once."""
        ...


class LiveSpeaker:
    """Implements `assistant.mouth.Speaker`; never waits for a voice. Used by the loop's thread alone.

    Where nothing can be played, lines take as long all the same, and the night goes on in writing.

    Args:
        loudspeaker: plays.
        prompts: has the sounds.
    """

    def __init__(self, loudspeaker: Loudspeaker, prompts: Prompts) -> None:
        self._loudspeaker = loudspeaker
        self._prompts = prompts
        self._awaited: tuple[str, float] | None = None
        self._usual = loudspeaker.volume

    def begin(self, line: str, text: str, now: float) -> float:
        """Begin to say a line; return how many seconds it will take at most."""
        self._awaited = None
        sound = self._prompts.get(text)
        if sound is None:
            self._awaited = (text, now + DEADLINE_S)
            self._prompts.ask(text)
            return DEADLINE_S + TextSpeaker().begin(line, text, now)
        return self._loudspeaker.begin(*sound)

    def stop(self, now: float) -> None:  # noqa: ARG002 - the port's shape
        """Fall silent at once."""
        self._awaited = None
        self._loudspeaker.stop()

    def set_volume(self, level_db: float) -> None:
        """So much louder or quieter than the volume that is set, within what the loudspeaker can."""
        self._loudspeaker.volume = min(1.0, self._usual * 10 ** (level_db / 20))

    def rendered(self, text: str, now: float) -> float | None:
        """Say the line that was waited for; return how many seconds it takes, None where nobody waits any more."""
        if self._awaited is None or self._awaited[0] != text:
            return None
        deadline_s, self._awaited = self._awaited[1], None
        sound = self._prompts.get(text)
        return self._loudspeaker.begin(*sound) if sound is not None and now <= deadline_s else None

    def report(self) -> Faulted | Works:
        """Whether the loudspeaker can be heard now."""
        lost = self._loudspeaker.lost
        if lost is None:
            return Works("speaker", "The loudspeaker plays again.", source="loudspeaker")
        return Faulted("speaker", lost.message, lost.remedy, source="loudspeaker")
