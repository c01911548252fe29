"""Words spoken over our own voice, at the bedside: a "stop" that was read wrongly still stops us."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from conftest import BEGINS
from fakes import EventList, WordUnderstanding

from assistant.bedside import Bedside
from assistant.clock import SimulatedClock
from assistant.dialog.script import load_script
from assistant.episode_log import EpisodeLog
from assistant.mouth import TextSpeaker
from assistant.night_events import Teller
from assistant.scribe import Scribe
from audio import Heard, Reading

if TYPE_CHECKING:
    from assistant.store.store import Store


def heard(text: str, allowed: str) -> Heard:
    return Heard((Reading(text, -2.0),), 0.0, 1.0, "told", 0.0, Reading(allowed, -4.5), -2.0)


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
