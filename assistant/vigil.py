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
BEGAN, ENDED = "listening_began", "listening_ended"
ASKED, NEW_NIGHT = "asked", "new_night"


class Vigil:
    """Tells `listening_began` and `listening_ended` with a `reason`; deaf for as long as any cause lasts.

    It begins for `start`, `microphone_back`, `recogniser_back`, `new_night`; it ends for `microphone_lost`,
    `recogniser_lost`, `new_night`, `shut_down`, `broke_off`. Who is asked not to listen tells the same two events, with
    reasons of its own. A night ends and begins at noon, so that each has a beginning of its own, however long the
    process runs. These events belong to no episode: who puts one away must not put them away with it.

    Args:
        clock: says which night it is.
        teller: is told, and tells of parts that fail. This one must listen to it last, so that the fault is told first.
    """

    def __init__(self, clock: Clock, teller: Teller) -> None:
        self._clock = clock
        self._teller = teller
        self._night: date | None = None
        self._causes: dict[str, str] = {}
        self._tells = False

    def begin(self) -> None:
        """It listens from now on."""
        self._night = self._tonight()
        if not self._causes:
            self._tell(BEGAN, "start")

    def notice(self, event: NightEvent) -> None:
        """Take what is told of the parts, and of being asked; everything else is passed over."""
        part = event.fields.get("part")
        if self._tells:
            return
        if event.event == "fault" and part in NEEDED:
            self._deafen(part)
        elif event.event == "recovered" and part in self._causes:
            self._hear_again(part)
        elif event.event == ENDED:
            self._causes[ASKED] = ASKED
        elif event.event == BEGAN:
            self._may_hear_again()

    def tick(self) -> None:
        """Let a new night begin when it is noon."""
        tonight = self._tonight()
        if self._night is None or tonight == self._night:
            return
        if self._listens:
            self._tell(ENDED, NEW_NIGHT)
        self._night = tonight
        if self._listens:
            self._tell(BEGAN, NEW_NIGHT)

    def end(self, reason: str) -> None:
        """The process ends."""
        if self._listens:
            self._tell(ENDED, reason)
        self._night = None

    def _deafen(self, part: str) -> None:
        listened = self._listens
        self._causes[part] = f"{part}_lost"
        if listened:
            self._tell(ENDED, self._causes[part])

    def _hear_again(self, part: str) -> None:
        del self._causes[part]
        if self._listens:
            self._tell(BEGAN, f"{part}_back")

    def _may_hear_again(self) -> None:
        """Nobody asks it not to listen any more; what fails still fails."""
        self._causes.pop(ASKED, None)
        if self._causes:
            self._tell(ENDED, next(iter(self._causes.values())))

    @property
    def _listens(self) -> bool:
        return self._night is not None and not self._causes

    def _tonight(self) -> date:
        return night_of(self._clock.wall())

    def _tell(self, event: str, reason: str) -> None:
        self._tells = True
        self._teller.tell(event, None, reason=reason)
        self._tells = False
