"""The night, alive: one thread that takes what the others bring, and decides. It waits until something is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant.errors import BedsideError
from assistant.inbox import Answered, Died, Faulted, Pressed, Reached, Rendered, Spoke, Works

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.bedside import Bedside
    from assistant.clock import Clock
    from assistant.ears import Ears
    from assistant.health import Health
    from assistant.inbox import Inbox, LiveEvent
    from assistant.live_speaker import LiveSpeaker
    from assistant.vigil import Vigil
    from assistant.watched import Watched

SLICE_S = 0.25
"""The longest wait: so soon is a signal seen, and so often are the threads looked after."""
SHORTEST_S = 0.001
"""Even if something is due and stays so, the loop leaves the processor to others."""
EARS_FRESH_S = 10.0
"""Ears that gave no beat for so long are not reported as alive."""
EARS_HUNG_S = 30.0
"""Ears that gave none for so long will not come back. Reading the longest utterance takes a third of it."""
SAME_PRESS_S = 0.7
"""The same key again within so short a time is one press."""
DAY_S = 24 * 3600.0
EARS = "ears"


class Service(Protocol):
    """Whoever watches over the process; systemd, or nobody."""

    def ready(self) -> object:
        """It listens now."""
        ...

    def alive(self) -> object:
        """The loop and the ears have just been seen alive."""
        ...

    def stopping(self) -> object:
        """It is about to end."""
        ...


class Unwatched:
    """Nobody watches over the process."""

    def ready(self) -> None:
        """Nobody waits."""

    def alive(self) -> None:
        """Nobody watches."""

    def stopping(self) -> None:
        """Nobody minds."""


class EarsError(BedsideError):
    """Nothing can be heard any more: whoever started the process must start it again."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loop joins."""

    bedside: Bedside
    clock: Clock
    inbox: Inbox
    ears: Ears
    speaker: LiveSpeaker
    health: Health
    vigil: Vigil
    threads: tuple[Watched, ...]
    """All of them, the ears' named EARS among them."""
    service: Service
    daily: Callable[[], None]
    """What is done at the start and every day."""


class Live:
    """The loop.

    Args:
        parts: what it joins.
        ending: asked four times a second whether the night is to end.
    """

    def __init__(self, parts: Parts, ending: Callable[[], bool]) -> None:
        self._parts = parts
        self._ending = ending
        self._threads = {thread.name: thread for thread in parts.threads}
        self._beat = (parts.ears.turns, parts.clock.now())
        self._pressed: tuple[Pressed | None, float] = (None, 0.0)
        self._daily_s = self._told_s = parts.clock.now()

    def run(self) -> None:
        """Run until the night is to end; whatever ends it, an open episode closes and the loudspeaker falls silent.

        Raises:
            EarsError: the ears died too often, or hang.
        """
        parts, reason = self._parts, "broke_off"
        try:
            for thread in parts.threads:
                thread.begin(parts.clock.now())
            parts.vigil.begin()
            parts.service.ready()
            while not self._ending():
                self.turn()
            reason = "shut_down"
        finally:
            parts.service.stopping()
            parts.vigil.end(reason)
            parts.bedside.interrupt()
            parts.bedside.settle()

    def turn(self) -> None:
        """Wait for the next thing, at most a slice, and do it."""
        parts = self._parts
        event = parts.inbox.take(self._patience())
        parts.bedside.tick()
        if event is not None:
            self._take(event)
        parts.ears.expect(parts.bedside.endpoint_s)
        parts.ears.attend(listens=parts.bedside.listens)
        self._look_after()

    def _patience(self) -> float:
        due = self._parts.bedside.next_due()
        wait = SLICE_S if due is None else due - self._parts.clock.now()
        return min(SLICE_S, max(SHORTEST_S, wait))

    def _take(self, event: LiveEvent) -> None:
        parts = self._parts
        match event:
            case Spoke(told):
                parts.bedside.hears(told)
            case Pressed():
                self._press(event)
            case Rendered(text):
                seconds = parts.speaker.rendered(text, parts.clock.now())
                if seconds is not None:
                    parts.bedside.line_lasts(seconds)
            case Faulted() | Works():
                parts.health.take(event)
            case Reached(name):
                parts.bedside.delivered(name)
            case Answered(by):
                parts.bedside.acknowledged(by)
            case Died():
                self._bury(event)

    def _press(self, key: Pressed) -> None:
        """A key that is held down repeats itself; a "yes" must not answer the next question too."""
        now = self._parts.clock.now()
        before, at_s = self._pressed
        self._pressed = (key, now)
        if key != before or now - at_s >= SAME_PRESS_S:
            self._parts.bedside.pressed(key.intent, key.slots)

    def _bury(self, died: Died) -> None:
        thread, now = self._threads[died.thread], self._parts.clock.now()
        message, remedy = f"The thread of the {died.thread} met {died.where}.", "It begins again; report this line."
        self._parts.health.take(Faulted(thread.part, message, remedy, source=died.thread))
        if not thread.fell(now):
            raise EarsError(f"{message} It died again and again. Run ./bedside doctor, then start again.")

    def _look_after(self) -> None:
        self._parts.vigil.tick()
        now, turns = self._parts.clock.now(), self._parts.ears.turns
        if turns != self._beat[0] or self._threads[EARS].due_s is not None:
            self._beat = (turns, now)
        late_s = now - self._beat[1]
        if late_s > EARS_HUNG_S:
            raise EarsError("The ears hang: the microphone or the engine does not answer. Start the assistant again.")
        if late_s <= EARS_FRESH_S and now - self._told_s >= 1:
            self._told_s = now
            self._parts.service.alive()
        self._parts.health.take(self._parts.speaker.report())
        for thread in self._threads.values():
            if thread.tick(now):
                works = Works(thread.part, f"The thread of the {thread.name} works again.", source=thread.name)
                self._parts.health.take(works)
        if now >= self._daily_s:
            self._daily_s = now + DAY_S
            self._parts.daily()
