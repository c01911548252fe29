"""What the conversation wants kept or set: alerts, unanswered questions, episodes, the volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.events import (
    Acknowledge,
    Alert,
    ChangeVolume,
    CloseEpisode,
    Effect,
    NoteEpisode,
    NoteLast,
    NoteSilence,
    OpenEpisode,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.episode_log import EpisodeLog
    from assistant.night_events import Teller
    from audio import Heard

CHANNEL = "bedside"


class Records:
    """Tells and writes; speaks nothing."""

    def __init__(self, teller: Teller, log: EpisodeLog, volume: Callable[[float], None]) -> None:
        self._teller = teller
        self._log = log
        self._volume = volume

    def keep(self, effect: Effect, heard: Heard | None, score: float) -> None:
        """Keep what an effect says; those that are not for the record are passed over.

        Args:
            effect: what the conversation wants done.
            heard: what was heard last, for an episode that opens with it.
            score: how sure its meaning was, 0..1.
        """
        episode = self._log.episode_id
        match effect:
            case Alert(level, red_flag):
                told = {"level": level, "red_flag": red_flag, "channel": CHANNEL, "state": "raised"}
                self._teller.tell("alert", episode, **told)
            case Acknowledge(level, red_flag, by, after_s):
                told = {"level": level, "red_flag": red_flag, "channel": CHANNEL, "state": "acknowledged"}
                self._teller.tell("alert", episode, **told, by=by, ack_s=after_s)
            case ChangeVolume(step_db):
                self._volume(step_db)
            case NoteSilence(waited_s):
                self._teller.tell("silence", episode, waited_s=waited_s)
            case OpenEpisode():
                self._log.open(effect, heard, score)
            case NoteEpisode(fields):
                self._log.note(fields)
            case NoteLast(fields):
                self._log.note_last(fields)
            case CloseEpisode():
                self._log.close(effect)
            case _:
                pass
