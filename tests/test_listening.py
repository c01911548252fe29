"""Whether it listens: told only after a look, and not for a while where somebody asked for that."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from live_fakes import Room, said
from night_tables import play

from assistant.clock import SimulatedClock
from assistant.episode_log import EpisodeLog
from assistant.log_check import CHECK_S
from assistant.night_events import Teller
from assistant.store import JournalEntry, Stamp, StoreError

if TYPE_CHECKING:
    from assistant.store.store import Store

BEGINS = datetime(2026, 1, 15, 3, 10, tzinfo=ZoneInfo("Europe/London"))


class SlowDisk:
    """A scribe whose writes are answered when the test says so."""

    def __init__(self) -> None:
        self.asked: list[Future[Any]] = []

    def write(self, job: Any) -> Future[Any]:
        del job
        self.asked.append(Future())
        return self.asked[-1]


class PassingClock(SimulatedClock):
    """A clock of the test's own that the log takes for a real one."""

    simulated = False


def log_on(disk: SlowDisk) -> tuple[EpisodeLog, PassingClock]:
    clock = PassingClock(BEGINS)
    return EpisodeLog(disk, clock, Teller(clock)), clock  # type: ignore[arg-type]


def test_the_log_is_well_only_when_something_has_just_been_written_to_it():
    disk, told = SlowDisk(), list[bool]()
    log, _ = log_on(disk)
    log.check(told.append)
    log.poll()
    assert (told, log.waits) == ([], True)
    disk.asked[0].set_result(1)
    log.poll()
    assert (told, log.waits) == ([True], False)


@pytest.mark.parametrize("answer", [StoreError("the disk is full; free some space"), None])
def test_a_log_that_fails_or_does_not_answer_in_time_is_not_well(answer: Exception | None):
    disk, told = SlowDisk(), list[bool]()
    log, clock = log_on(disk)
    log.check(told.append)
    if answer is None:
        clock.wait_until(CHECK_S)
    else:
        disk.asked[0].set_exception(answer)
    log.poll()
    assert told == [False]


def test_asked_at_bedtime_it_looks_and_says_that_all_is_well(store: Store):
    room = Room(store)
    with room.night():
        room.microphone.speak("listening")
        room.wait_for("said", line="listening.well")
    assert "checked" in [entry.kind for entry in store.journal()]


def test_it_says_until_when_and_listens_again_by_itself_then():
    events = play({0: "dont_listen", 3590: "time", 3602: "time"}, {})
    assert events.of("said")[0]["text"] == "I won't listen until about ten past four."
    (ended,), (began,) = events.of("listening_ended"), events.of("listening_began")
    assert (ended["reason"], ended["for_s"], began["reason"]) == ("asked", 3600, "time_over")
    assert round(float(str(began["t"])) - float(str(ended["t"]))) == 3600
    assert [e["t"] for e in events.of("heard")][1:] == [pytest.approx(3602.33, abs=0.02)]


def test_where_there_are_no_keys_it_says_that_a_call_for_help_will_not_be_heard():
    assert play({0: "dont_listen"}, {}, keys=False).lines() == ["listening.stops", "listening.without_keys"]


def test_nothing_reaches_the_recogniser_until_a_key_ends_it(store: Store):
    room = Room(store)
    with room.live() as live:
        bedside, ears = live._parts.bedside, live._parts.ears
        for told in said("dont_listen"):
            bedside.hears(told)
        live.turn()
        assert not bedside.listens
        room.microphone.speak("help", "cramp")
        for _ in range(2):
            ears._hear(room.microphone.next(0.01))  # type: ignore[arg-type]
        assert room.recognisers[0].endpoints == []
        bedside.pressed("listening", {})
        live.turn()
        room.microphone.speak("help")
        ears._hear(room.microphone.next(0.01))  # type: ignore[arg-type]
        assert len(room.recognisers[0].endpoints) == 1
        bedside.interrupt()


def test_that_it_was_asked_not_to_listen_stands_in_the_journal(store: Store):
    room = Room(store)
    with room.night():
        room.microphone.speak("dont_listen")
        room.wait_for("listening_ended", reason="asked")
    assert "listening_ended" in [entry.kind for entry in store.journal()]


def test_the_page_ends_it_as_a_key_would(store: Store):
    room = Room(store)
    with room.night():
        for wish, event in (("dont_listen", "listening_ended"), ("listening", "listening_began")):
            at = Stamp(datetime(2026, 1, 15, 3, 10, tzinfo=UTC), 0, "page", 0.0, trusted=True)
            store.append(JournalEntry("asked", None, at, {"wish": wish, "by": "Rosa"}))
            room.wait_for(event, reason="asked")
