"""The thread that writes: whatever goes wrong in a write is answered and told, and the next one is done."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest
from conftest import BEGINS
from fakes import EventList

from assistant.clock import SimulatedClock
from assistant.dialog.effects import OpenEpisode
from assistant.episode_log import EpisodeLog
from assistant.night_events import Teller
from assistant.scribe import Scribe
from assistant.store import NewEpisode, StoreFull

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from assistant.store.store import Store

NO_ROOM = "no room to write bedside.sqlite3: the disk is full; free some space there"


class BrokenStore:
    """Meets an error at each episode that opens, until it is mended."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    def open_episode(self, episode: NewEpisode) -> None:
        del episode
        if self.error is not None:
            raise self.error


@pytest.fixture
def scribe(store: Store) -> Iterator[Scribe]:
    writing = Scribe(store)
    yield writing
    writing.close()


@pytest.mark.parametrize("error", [StoreFull(NO_ROOM), ZeroDivisionError(), MemoryError(), SystemExit()])
def test_whatever_a_write_meets_is_its_answer_and_the_next_write_is_done(scribe: Scribe, error: BaseException):
    def fails(_: Store) -> None:
        raise error

    assert scribe.write(fails).exception(timeout=10) is error
    assert scribe.write(lambda store: store.schema_number).result(timeout=10) > 0


def test_a_write_that_nobody_wants_any_more_is_left_out(scribe: Scribe):
    go, done = threading.Event(), list[str]()
    scribe.write(lambda _: go.wait(10))
    unwanted: Future[None] = scribe.write(lambda _: done.append("unwanted"))
    assert unwanted.cancel()
    go.set()
    scribe.write(lambda _: done.append("wanted")).result(timeout=10)
    assert done == ["wanted"]


@pytest.mark.parametrize(
    ("error", "message", "remedy"),
    [
        (StoreFull(NO_ROOM), "no room to write bedside.sqlite3: the disk is full", "free some space there"),
        (
            ValueError("my calf is killing me"),
            "The log could not be written (ValueError)",
            "Run ./bedside doctor, then start again.",
        ),
    ],
    ids=["known", "unknown"],
)
def test_a_failed_write_is_one_fault_with_its_remedy_and_nobodys_words(error: Exception, message: str, remedy: str):
    store = BrokenStore(error)
    scribe = Scribe(cast("Store", store))
    clock, events = SimulatedClock(BEGINS), EventList()
    teller = Teller(clock)
    teller.listen(events.append)
    log = EpisodeLog(scribe, clock, teller)
    for _ in range(2):
        log.open(OpenEpisode("cramp", {"site": "calf"}), None, 0.9)
    store.error = None
    log.open(OpenEpisode("cramp", {"site": "calf"}), None, 0.9)
    scribe.close()
    assert events.names() == ["fault", "recovered", "episode_opened"]
    assert events.of("fault") == [{"t": 0.0, "part": "store", "message": message, "remedy": remedy}]
