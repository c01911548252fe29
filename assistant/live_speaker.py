"""What a line sounds like at the bedside: from memory at once, or as soon as it has been rendered, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.inbox import Faulted, Works
from assistant.mouth import TextSpeaker
from audio import AudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.inbox import Inbox
    from assistant.prompts import Prompts

DEADLINE_S = 3.0
"""A line that is not there yet is still said when it is ready so soon; later it would be a wrong line."""
REMEDY = "Run ./bedside doctor."


class Loudspeaker(Protocol):
    """Plays one sound at a time."""

    def begin(self, samples: NDArray[np.float32], rate: int) -> float:
        """Begin to play mono samples in -1..1, shape (n,), at `rate` hertz; return the seconds until its end."""
        ...

    def stop(self) -> None:
        """Fade out at once."""
        ...


class LiveSpeaker:
    """Implements `assistant.mouth.Speaker`; never waits for a voice. Used by the loop's thread alone.

    Where nothing can be played, lines take as long as a calm voice would, and the night goes on in writing.

    Args:
        loudspeaker: plays.
        prompts: has the sounds.
        inbox: is told of faults.
    """

    def __init__(self, loudspeaker: Loudspeaker, prompts: Prompts, inbox: Inbox) -> None:
        self._loudspeaker = loudspeaker
        self._prompts = prompts
        self._inbox = inbox
        self._awaited: tuple[str, float] | None = None
        self._failed = False

    def begin(self, line: str, text: str, now: float) -> float:
        """Begin to say a line; return how many seconds it will take at most."""
        self._awaited = None
        sound = self._prompts.get(text)
        if sound is None:
            self._awaited = (text, now + DEADLINE_S)
            self._prompts.ask(text)
            return DEADLINE_S + TextSpeaker().begin(line, text, now)
        took = self._play(*sound)
        return TextSpeaker().begin(line, text, now) if took is None else took

    def stop(self, now: float) -> None:  # noqa: ARG002 - the port's shape
        """Fall silent at once."""
        self._awaited = None
        self._loudspeaker.stop()

    def rendered(self, text: str, now: float) -> float | None:
        """Say the line that was waited for; return how many seconds it takes, None where nobody waits any more."""
        if self._awaited is None or self._awaited[0] != text:
            return None
        deadline_s, self._awaited = self._awaited[1], None
        sound = self._prompts.get(text)
        return self._play(*sound) if sound is not None and now <= deadline_s else None

    def _play(self, samples: NDArray[np.float32], rate: int) -> float | None:
        try:
            took = self._loudspeaker.begin(samples, rate)
        except AudioError as error:
            self._failed = True
            message, _, remedy = str(error).partition(": ")
            self._inbox.offer(Faulted("speaker", message, remedy or REMEDY, source="loudspeaker"))
            return None
        if self._failed:
            self._failed = False
            self._inbox.offer(Works("speaker", "The loudspeaker plays again.", source="loudspeaker"))
        return took
