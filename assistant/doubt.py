"""Where the meaning is in doubt: a red flag that was not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.events import Doubted

if TYPE_CHECKING:
    from assistant.dialog.script import Script
    from intents import Match


def doubt_of(match: Match, script: Script) -> Doubted | None:
    """A red flag that was not clear enough to act on, but too likely to be passed over; None: nothing of the kind."""
    if match.best is None or match.best not in script.red_flags or match.score < script.timing.doubt.ask_from:
        return None
    return Doubted(match.best, match.score, match.slots)
