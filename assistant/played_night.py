"""Opens all that a scripted or recorded night needs, and plays it to its end."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from assistant.bedside import Bedside
from assistant.clock import RealClock, SimulatedClock
from assistant.dialog.script import load_script
from assistant.episode_log import EpisodeLog
from assistant.keys import load_keys
from assistant.mouth import TextSpeaker
from assistant.night import Night, closed_when_cut_short
from assistant.night_events import NightEvent, Teller
from assistant.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.app import App
    from assistant.clock import Clock
    from assistant.mouth import Speaker
    from assistant.scene import Scene


def play_night(
    app: App,
    scene: Scene,
    tell: Callable[[NightEvent], None],
    *,
    realtime: bool,
    speaker: Speaker | None = None,
    origin: str = "script",
) -> None:
    """Play a night to its end.

    Args:
        app: makes the adapters.
        scene: what happens.
        tell: is told every event.
        realtime: takes as long as it takes; otherwise waits are skipped.
        speaker: says the lines; by default nothing sounds.
        origin: marks its episodes in the log, so that nobody counts them as the person's own.
    """
    clock: Clock = RealClock() if realtime else SimulatedClock(scene.begins)
    # All that may be wrong is looked at before the log is opened, so that a refused night leaves nothing behind.
    script, _, keys, broken = load_script(), app.in_force, load_keys(), set[str]()
    sounds = {item.wav: app.microphone(item.wav) for item in scene.items if item.wav is not None}
    understanding = app.understanding()
    with app.store(clock) as store, closing(Scribe(store)) as scribe:
        app.meet(store)
        settings = app.settings
        _forget(scribe, settings.words.days)
        teller = Teller(clock)
        log = EpisodeLog(scribe, clock, teller, keep_words=settings.words.keep, origin=origin)
        teller.listen(tell)
        teller.listen(log.keep)
        bedside = Bedside(
            clock=clock,
            script=script,
            understanding=understanding,
            speaker=speaker or TextSpeaker(),
            teller=teller,
            log=log,
            numbers=settings.numbers.model_dump(),
            profile=settings.person.profile if scene.profile is None else scene.profile,
            other=settings.other.profile,
            faulty=lambda: broken,
            keys=True,
        )
        ears = partial(app.recogniser, understanding)
        night = Night(bedside, clock, open_sound=sounds.__getitem__, recogniser=ears, keys=keys, broken=broken)
        with closed_when_cut_short(bedside, lambda: teller.forget(tell)):
            night.play(scene)


def _forget(scribe: Scribe, days: int) -> None:
    """By the real time: a script that is dated in the future must not make real words old."""
    before = RealClock().wall() - timedelta(days=days)
    scribe.write(lambda kept: kept.forget_words(before))
