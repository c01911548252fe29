"""What an utterance means, as far as that depends on what we are doing, and whether a first reading is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.interruption import meaning_over_us
from assistant.meaning import Meaning, is_complete, meaning_of

if TYPE_CHECKING:
    from audio import Heard
    from intents import Match


class Following:
    """Follows one utterance from its beginning to its end."""

    def __init__(self, understanding: Meaning) -> None:
        self._understanding = understanding
        self._over_us = False
        self.sure = False
        """What was said so far means something to us already, and may be all."""

    def began(self, *, over_us: bool) -> None:
        """Somebody began to speak; `over_us`: while a line of ours sounded."""
        self._over_us, self.sure = over_us, False

    def guessed(self, heard: Heard, *, idle: bool, expected: frozenset[str]) -> None:
        """A first reading, while the person may go on: where it means something already, a short quiet ends it."""
        self.sure = is_complete(self.meaning(heard, idle=idle, expected=expected))

    def meaning(self, heard: Heard, *, idle: bool, expected: frozenset[str]) -> Match:
        """What was meant; see `meaning_of`."""
        if self._over_us:
            return meaning_over_us(self._understanding, heard, expected)
        return meaning_of(self._understanding, heard, idle=idle, expected=expected)

    def ended(self) -> None:
        """Nobody speaks any more."""
        self.sure = False
