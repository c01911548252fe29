"""Opens all that a live night needs, in the order in which it may fail, and runs it."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from assistant.at_bedside import Mind, at_the_bedside
from assistant.clock import RealClock
from assistant.dialog.script import load_script
from assistant.notify import ServiceNotifier
from assistant.only_one import only_one

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from assistant.app import App
    from assistant.at_bedside import Senses
    from assistant.clock import Clock
    from assistant.hands import Hands
    from assistant.night_events import NightEvent


class Announced(ServiceNotifier):
    """Says when it listens, to systemd and to whoever waits for it at the start."""

    def __init__(self, listening: Callable[[], None]) -> None:
        super().__init__()
        self._listening = listening

    def ready(self, status: str = "") -> bool:
        """It listens now."""
        self._listening()
        return super().ready(status)


def run_live(
    app: App,
    tell: Callable[[NightEvent], None],
    *,
    ending: Callable[[], bool],
    listening: Callable[[], None],
    senses: Callable[[Clock], AbstractContextManager[Senses]] | None = None,
    hands: AbstractContextManager[Hands] | None = None,
) -> None:
    """Listen and help until it is to end.

    Args:
        app: makes the adapters.
        tell: is told every event.
        ending: asked again and again whether the night is to end.
        listening: called when it listens.
        senses: opens microphone and loudspeaker, for a clock; by default the settings'.
        hands: keys; by default none.

    Raises:
        BedsideError: another one listens already, or the ears cannot be kept alive.
        StoreError, AudioError, PackError: something that it cannot do without is missing; the message says what to do.
    """
    with ExitStack() as stack:
        # What is refused is refused before anything is loaded: the settings, then a second assistant.
        voice, clock = app.voice(), RealClock()
        stack.enter_context(only_one(app.data))
        understanding, script = app.understanding(), load_script()
        store = stack.enter_context(app.store(clock))
        app.meet(store)
        devices = stack.enter_context((senses or app.senses)(clock))
        recogniser = partial(app.ears, understanding, devices.loudspeaker.played)
        fingers = stack.enter_context(hands) if hands else None
        live = at_the_bedside(
            devices,
            Mind(app.settings, script, understanding, recogniser, voice),
            store,
            tell,
            ending=ending,
            hands=fingers,
            service=Announced(listening),
            clock=clock,
        )
        stack.enter_context(live).run()
