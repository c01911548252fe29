"""Where the meaning is in doubt: a red flag that was not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.events import Doubted

if TYPE_CHECKING:
    from assistant.dialog.script import Script
    from intents import Match


def doubt_of(match: Match, script: Script) -> Doubted | None:
    """A red flag that was not clear enough to act on, but too likely to be passed over; None: nothing of the kind.

    It may stand behind a complaint that is surer: "my side's gone" beside "my sight's gone blurry". No stretch then.
    """
    flag, score = (match.best, match.score) if match.intent is None else _behind(match, script)
    if flag not in script.red_flags or score < script.timing.doubt.ask_from:
        return None
    return Doubted(flag, score, match.slots)


def _behind(match: Match, script: Script) -> tuple[str | None, float]:
    """What comes after a complaint that is no red flag itself; complaints are about a part of the body."""
    is_complaint = "site" in match.slots and match.intent not in script.red_flags
    return (match.runner_up or (None, 0.0)) if is_complaint else (None, 0.0)
