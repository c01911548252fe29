"""When it listens and when it is deaf: told, so that the morning's page can say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.store.records import night_of

if TYPE_CHECKING:
    from datetime import date

    from assistant.clock import Clock
    from assistant.night_events import NightEvent, Teller

NEEDED = frozenset({"microphone", "recogniser"})
"""Parts without which nobody is heard."""
NEW_NIGHT = "new_night"


class Attention:
    """Tells `listening_began` and `listening_ended` with a `reason`; deaf for as long as any cause lasts.

    It begins for `start`, `microphone_back`, `recogniser_back`, `new_night`; it ends for `microphone_lost`,
    `recogniser_lost`, `new_night`, `shut_down`, `broke_off`. A night ends and begins at noon, so that each has a
    beginning of its own, however long the process runs. These events belong to no episode: who puts one away must
    not put them away with it.

    Args:
        clock: says which night it is.
        teller: is told, and tells of parts that fail. This one must listen to it last, so that the fault is told first.
    """

    def __init__(self, clock: Clock, teller: Teller) -> None:
        self._clock = clock
        self._teller = teller
        self._night: date | None = None
        self._causes: set[str] = set()

    def begin(self) -> None:
        """It listens from now on."""
        self._night = self._tonight()
        if not self._causes:
            self._tell("listening_began", "start")

    def notice(self, event: NightEvent) -> None:
        """Take what is told of the parts; everything else is passed over."""
        part = event.fields.get("part")
        if part not in NEEDED:
            return
        if event.event == "fault":
            self.deafen(part, f"{part}_lost")
        elif event.event == "recovered":
            self.hear_again(part, f"{part}_back")

    def deafen(self, cause: str, reason: str) -> None:
        """It cannot hear any more, or must not; told with the reason if it heard until now."""
        if self._listens:
            self._tell("listening_ended", reason)
        self._causes.add(cause)

    def hear_again(self, cause: str, reason: str) -> None:
        """This is no cause any more; told with the reason if it was the last one."""
        was_deaf = bool(self._causes)
        self._causes.discard(cause)
        if was_deaf and self._listens:
            self._tell("listening_began", reason)

    def tick(self) -> None:
        """Let a new night begin when it is noon."""
        tonight = self._tonight()
        if self._night is None or tonight == self._night:
            return
        if self._listens:
            self._tell("listening_ended", NEW_NIGHT)
        self._night = tonight
        if self._listens:
            self._tell("listening_began", NEW_NIGHT)

    def end(self, reason: str) -> None:
        """The process ends."""
        if self._listens:
            self._tell("listening_ended", reason)
        self._night = None

    @property
    def _listens(self) -> bool:
        return self._night is not None and not self._causes

    def _tonight(self) -> date:
        return night_of(self._clock.wall())

    def _tell(self, event: str, reason: str) -> None:
        self._teller.tell(event, None, reason=reason)
