"""Words spoken over our own voice, at the bedside: a "stop" that was read wrongly still stops us."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from conftest import BEGINS
from fakes import EventList, WordUnderstanding

from assistant.bedside import Bedside
from assistant.clock import SimulatedClock
from assistant.dialog.script import load_script
from assistant.episode_log import EpisodeLog
from assistant.interruption import meaning_over_us
from assistant.mouth import TextSpeaker
from assistant.night_events import Teller
from assistant.scribe import Scribe
from audio import Heard, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.store.store import Store
    from intents import Match


def heard(text: str, watched: str) -> Heard:
    return Heard((Reading(text, -2.0),), 0.0, 1.0, "told", watched=Reading(watched, -4.5), watched_odds=-2.5)


@pytest.mark.parametrize(("seconds_later", "intents"), [(0.5, ["cramp", "stop"]), (14.0, ["cramp", None])])
def test_a_misread_stop_counts_over_our_voice_and_not_in_a_silence_of_ours(
    store: Store, seconds_later: float, intents: list[str | None]
):
    clock, events = SimulatedClock(BEGINS), EventList()
    teller = Teller(clock)
    teller.listen(events.append)
    with closing(Scribe(store)) as scribe:
        bedside = Bedside(
            clock=clock,
            script=load_script(),
            understanding=WordUnderstanding(),
            speaker=TextSpeaker(),
            teller=teller,
            log=EpisodeLog(scribe, clock, teller),
        )
        bedside.heard(heard("cramp left", "cramp left"))
        moment = clock.now() + seconds_later
        while (due := bedside.next_due()) is not None and due <= moment:
            clock.wait_until(due)
            bedside.tick()
        clock.wait_until(moment)
        bedside.person_began()
        bedside.heard(heard("star", "stop"))
        bedside.person_ended()
        bedside.interrupt()
        bedside.settle()
    assert [each["intent"] for each in events.of("understood")] == intents


class Asked(WordUnderstanding):
    """Remembers what it is asked beside the first engine's readings."""

    def __init__(self) -> None:
        self.second: list[Sequence[tuple[str, float]] | None] = []

    def understand(
        self,
        readings: Sequence[tuple[str, float]],
        *,
        idle: bool = False,
        expected: frozenset[str] = frozenset(),
        allowed: tuple[str, float] | None = None,
        second: Sequence[tuple[str, float]] | None = None,
    ) -> Match:
        self.second.append(second)
        return super().understand(readings, idle=idle, expected=expected, allowed=allowed, second=second)


def test_over_our_voice_the_other_engine_has_its_say_too_ranked_as_at_other_times():
    asked = Asked()
    other = Heard((Reading("stop", -1.0, 0.5),), 0.0, 1.0, "other")
    meaning_over_us(asked, replace(heard("stop", "stop"), second=other))
    meaning_over_us(asked, replace(heard("stop", "stop"), second=replace(other, readings=())))
    meaning_over_us(asked, heard("stop", "stop"))
    assert asked.second == [[("stop", -0.5)], [], None]
