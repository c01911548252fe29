"""Joins the parts of a live night: who hears, who speaks, who decides, who writes; knows no adapter."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from assistant.bedside import Bedside
from assistant.clock import RealClock
from assistant.dialog.script import NUMBERS
from assistant.ears import Ears
from assistant.episode_log import EpisodeLog
from assistant.got_worse import got_worse
from assistant.health import Health
from assistant.inbox import Inbox
from assistant.keys import Keys
from assistant.live import EARS, Live, Parts, Unwatched
from assistant.live_speaker import LiveSpeaker
from assistant.news import News
from assistant.night_events import Teller
from assistant.prompts import Prompts, lines_ahead
from assistant.scribe import Scribe
from assistant.vigil import Vigil
from assistant.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.clock import Clock
    from assistant.dialog.script import Script
    from assistant.hands import Hands
    from assistant.live import Service
    from assistant.live_speaker import Loudspeaker
    from assistant.meaning import Meaning
    from assistant.night_events import NightEvent
    from assistant.settings import Settings
    from assistant.store.store import Store
    from audio import LiveMicrophone, Recogniser, Voice

JOIN_S = 2.0
"""How long the end waits for each thread; one that hangs in a driver is left behind."""


@dataclass(frozen=True, slots=True)
class Senses:
    """The devices of the bedside; both stamp their sound by the bedside's clock."""

    microphone: LiveMicrophone
    loudspeaker: Loudspeaker


@dataclass(frozen=True, slots=True)
class Mind:
    """What understands and speaks."""

    settings: Settings
    script: Script
    understanding: Meaning
    recogniser: Callable[[], Recogniser]
    """Makes an engine: one for the start, and another when it broke."""
    voice: Voice

    @property
    def numbers(self) -> dict[str, str]:
        """What is said for the family's numbers."""
        return NUMBERS | self.settings.numbers.model_dump()


@contextmanager
def at_the_bedside(
    senses: Senses,
    mind: Mind,
    store: Store,
    tell: Callable[[NightEvent], None],
    *,
    ending: Callable[[], bool],
    hands: Hands | None = None,
    service: Service | None = None,
    clock: Clock | None = None,
) -> Iterator[Live]:
    """Yield the loop, ready to run; afterwards every thread has been told to end.

    Args:
        senses: microphone and loudspeaker.
        mind: what understands and speaks.
        store: the log.
        tell: is told every event of the night.
        ending: asked again and again whether the night is to end.
        hands: keys; by default none.
        service: whoever watches over the process; by default nobody.
        clock: by default the real one.
    """
    clock, inbox = clock or RealClock(), Inbox()
    prompts = Prompts(mind.voice, lines_ahead(mind.script, mind.numbers), inbox)
    speaker = LiveSpeaker(senses.loudspeaker, prompts)
    news, keys = News(store, inbox), Keys(hands.meanings, hands.sources(inbox), inbox) if hands else None
    with closing(Scribe(store)) as scribe:
        teller, log, vigil = _told(clock, scribe, tell, keep_words=mind.settings.words.keep)
        ears = _ears(senses, mind, inbox)
        health = Health(lambda event, /, **fields: teller.tell(event, log.episode_id, **fields))
        bedside = _bedside(mind, clock, speaker, teller, log, faulty=lambda: health.faulty, keys=keys is not None)
        if rehearsed := store.reading().of_kind("volume_set", most=1):
            bedside.begins_at(rehearsed[0].payload["level_db"])
        parts = Parts(
            bedside=bedside,
            clock=clock,
            inbox=inbox,
            ears=ears,
            speaker=speaker,
            health=health,
            vigil=vigil,
            threads=tuple(_threads(ears, prompts, news, keys, inbox)),
            service=service or Unwatched(),
            daily=partial(_each_day, bedside, log, clock, mind.settings.words.days),
        )
        try:
            yield Live(parts, ending)
        finally:
            _end(parts, prompts, news, keys)


def _told(
    clock: Clock, scribe: Scribe, tell: Callable[[NightEvent], None], *, keep_words: bool
) -> tuple[Teller, EpisodeLog, Vigil]:
    """Who is told what happens, in this order; what a power cut left open is closed first."""
    teller = Teller(clock)
    log, vigil = EpisodeLog(scribe, clock, teller, keep_words=keep_words), Vigil(clock, teller)
    for listener in (tell, log.keep, vigil.notice):
        teller.listen(listener)
    log.close_left_open()
    return teller, log, vigil


def _ears(senses: Senses, mind: Mind, inbox: Inbox) -> Ears:
    return Ears(
        senses.microphone,
        mind.recogniser(),
        mind.recogniser,
        inbox,
        endpoint_s=mind.script.timing.endpoint.complaint_s,
    )


def _bedside(
    mind: Mind,
    clock: Clock,
    speaker: LiveSpeaker,
    teller: Teller,
    log: EpisodeLog,
    *,
    faulty: Callable[[], tuple[str, ...]],
    keys: bool,
) -> Bedside:
    return Bedside(
        clock=clock,
        script=mind.script,
        understanding=mind.understanding,
        speaker=speaker,
        teller=teller,
        log=log,
        numbers=mind.numbers,
        profile=mind.settings.person.profile,
        other=mind.settings.other.profile,
        volume=speaker.set_volume,
        faulty=faulty,
        keys=keys,
    )


def _threads(ears: Ears, prompts: Prompts, news: News, keys: Keys | None, inbox: Inbox) -> Iterator[Watched]:
    yield Watched(EARS, "recogniser", ears.listen, inbox.put, vital=True)
    yield Watched("voice", "speaker", prompts.render, inbox.put)
    yield Watched("news", "store", news.watch, inbox.put)
    if keys is not None:
        yield Watched("keys", "keys", keys.watch, inbox.put)


def _end(parts: Parts, prompts: Prompts, news: News, keys: Keys | None) -> None:
    """Let every thread end, and wait a while for it."""
    parts.ears.end()
    prompts.end()
    news.end()
    if keys is not None:
        keys.end()
    parts.inbox.close()
    for thread in parts.threads:
        thread.join(JOIN_S)


def _each_day(bedside: Bedside, log: EpisodeLog, clock: Clock, days: int) -> None:
    """Forget old words, and look whether it has got worse."""
    wall = clock.wall()

    def tell(worse: bool) -> None:  # noqa: FBT001 - the store's answer
        if worse:
            bedside.worsened()

    log.ask(lambda store: store.forget_words(wall - timedelta(days=days)), lambda _: None)
    log.ask(lambda store: got_worse(store, wall), tell)
