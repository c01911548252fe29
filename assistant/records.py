"""What the conversation wants kept: alerts, unanswered questions, episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.dialog.effects import (
    Acknowledge,
    Alert,
    CloseEpisode,
    Effect,
    GiveEpisode,
    KeepVolume,
    Listen,
    NoteEpisode,
    NoteLast,
    NoteSilence,
    NoteTold,
    OpenEpisode,
    StopListening,
)

if TYPE_CHECKING:
    from assistant.episode_log import EpisodeLog
    from assistant.night_events import Teller
    from audio import Heard

CHANNEL = "bedside"
KEYS = "keys"
"""The engine of what was pressed instead of said."""


class Records:
    """Tells and writes; speaks nothing."""

    def __init__(self, teller: Teller, log: EpisodeLog) -> None:
        self._teller = teller
        self._log = log

    def keep(self, effect: Effect, heard: Heard | None, score: float) -> None:
        """Keep what an effect says; those that are not for the record are passed over.

        Args:
            effect: what the conversation wants done.
            heard: what was heard last, for an episode that opens with it.
            score: how sure its meaning was, 0..1.
        """
        match effect:
            case OpenEpisode():
                self._log.open(effect, heard, score)
            case NoteEpisode(fields):
                self._log.note(fields)
            case GiveEpisode(to):
                self._log.give(to)
            case NoteLast(fields):
                self._log.note_last(fields)
            case CloseEpisode():
                self._log.close(effect)
            case NoteSilence(waited_s):
                self._teller.tell("silence", self._log.episode_id, waited_s=waited_s)
            case Alert() | Acknowledge():
                self._teller.tell("alert", self._log.episode_id, **_alert(effect))
            case _:
                self._of_the_device(effect)

    def _of_the_device(self, effect: Effect) -> None:
        match effect:
            case StopListening(for_s):
                self._teller.tell("listening_ended", None, reason="asked", for_s=for_s)
            case Listen(by):
                self._teller.tell("listening_began", None, reason=by)
            case KeepVolume(level_db):
                self._teller.tell("volume_set", None, level_db=level_db)
            case NoteTold():
                self._teller.tell("worsening_told", None)
            case _:
                pass


def _alert(effect: Alert | Acknowledge) -> dict[str, Any]:
    told = {"level": effect.level, "red_flag": effect.red_flag, "channel": CHANNEL}
    if isinstance(effect, Alert):
        return {**told, "state": "raised"}
    return {**told, "state": "acknowledged", "by": effect.by, "ack_s": effect.after_s}
