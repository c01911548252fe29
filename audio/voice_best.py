"""The best voice for each line: natural where it is rendered ahead, plain where nothing else will do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audio.errors import VoiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from audio.prompt_cache import PromptCache
    from audio.voice_piper import PiperVoice

    _Sound = tuple[NDArray[np.float32], int]

_MOST_FAILURES = 2


class BestVoice:
    """A natural voice, and a plain one behind it that is always there.

    Two voices in one night are jarring, but less so than silence. So a line that the natural voice has not rendered
    ahead is rendered by it at once only where that was measured to be quick (`live`); otherwise, and when it is late or
    fails, the plain voice says it.

    Args:
        natural: the lines that `ahead` rendered.
        ahead: the natural voice with all the patience that it needs; it may have been uninstalled since.
        plain: the voice that is always there, behind its own cache.
        live: the natural voice with a short deadline and one try; None: too slow here, or not installed.
        load_early: lines that cannot be rendered ahead are to be expected, so `live` is loaded with a night's first
            line. Otherwise the first such line loads it, and is itself said by the plain voice: nobody waits for that.
    """

    name: str
    """The natural voice's name."""

    def __init__(
        self,
        natural: PromptCache,
        ahead: PiperVoice,
        plain: PromptCache,
        *,
        live: PiperVoice | None = None,
        load_early: bool = False,
    ) -> None:
        self.name = natural.name
        self._natural = natural
        self.ahead = ahead
        self._plain = plain
        self._live = live
        self._load_early = load_early
        self._failures = 0

    @property
    def fault(self) -> str | None:
        """Why the latest line could not be kept and what to do about it, one line; None where it was."""
        return self._natural.fault or self._plain.fault

    @property
    def ready(self) -> bool:
        """Whether the natural voice can say anything during a night."""
        return self._live is not None or self._natural.any_ahead

    def is_ahead(self, text: str) -> bool:
        """Whether the natural voice has rendered the line ahead."""
        return self._natural.is_ahead(text)

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return mono samples in -1..1, shape (n,), and their rate in hertz.

        Raises:
            VoiceError: the plain voice could not render it either.
        """
        sound = self._natural.kept(text)
        if sound is None or self._load_early:
            sound = self._said_now(text, sound)
        return sound or self._plain.render(text)

    def render_at_leisure(self, text: str) -> _Sound:
        """As `render`, but with all the patience that the natural voice needs: for who waits for it, not for a night.

        Raises:
            VoiceError: the plain voice could not render it either.
        """
        try:
            return self.render_naturally([text])[0]
        except VoiceError:
            return self._plain.render(text)

    def _said_now(self, text: str, sound: _Sound | None) -> _Sound | None:
        """What is kept already, or what the natural voice makes of it in time; loads it for the next line."""
        if self._live is None or self._failures >= _MOST_FAILURES:
            return sound
        try:
            if not self._live.running:
                self._live.start()
            elif sound is None:
                sound = self._live.render(text)
                self._natural.keep(text, *sound)
        except VoiceError:  # said by the plain voice instead; what is wrong is for `doctor` to find
            self._failures += 1
        return sound

    def close(self) -> None:
        """End the program that says the lines of the moment."""
        if self._live is not None:
            self._live.close()

    def warm(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> int:
        """Render ahead what the natural voice has not; what it cannot, the plain voice does. Lines rendered.

        Args:
            texts: all lines.
            progress: told (done, total) after each line.

        Raises:
            VoiceError: a line could not be rendered by either; those before it are kept.
        """
        lines = list(dict.fromkeys(texts))
        try:
            return self.render_ahead(lines, progress)
        except VoiceError:
            return self._plain.warm([line for line in lines if not self._natural.is_ahead(line)], progress)

    def render_ahead(self, texts: Iterable[str], progress: Callable[[int, int], None] | None = None) -> int:
        """Render ahead by the natural voice alone; lines rendered.

        Raises:
            VoiceError: it could not render a line; those before it are kept.
        """
        with self.ahead:
            return self._natural.warm(texts, progress)

    def render_naturally(self, texts: Iterable[str]) -> list[tuple[NDArray[np.float32], int]]:
        """Each line as the natural voice says it, and nobody else.

        Raises:
            VoiceError: it could not render a line.
        """
        with self.ahead:
            return [self._natural.render(text) for text in texts]
