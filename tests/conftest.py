"""Fixtures that many tests share: a whole night, played in no time."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import pytest
from fakes import EventList, WordUnderstanding
from pulse import Pulse, missing, pulse_audio

from assistant.bedside import Bedside
from assistant.clock import SimulatedClock
from assistant.dialog.script import load_script
from assistant.episode_log import EpisodeLog
from assistant.mouth import TextSpeaker
from assistant.night import Night
from assistant.night_events import Teller
from assistant.scene import Item, Scene
from assistant.scribe import Scribe
from assistant.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from page_browser import Clock

    from assistant.store.house import House

BEGINS = datetime(2026, 1, 15, 3, 0, tzinfo=ZoneInfo("Europe/London"))


class PlayNight(Protocol):
    """Plays (second, words) pairs and returns what happened."""

    def __call__(self, *said: tuple[float, str]) -> EventList: ...


AT_ONCE = 2
SOUND = "sound"
"""Group of the tests that hear a sound server: one after another, since each counts the milliseconds of its sound."""


def pytest_configure() -> None:
    """What a shell ignores for programs in the background would stay ignored in every program that a test stops."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two tests at a time, where the whole suite is asked for; a file or two is sooner done without."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    return min(AT_ONCE, os.cpu_count() or 1) if whole else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests together, since they share what was dear to make, and the sound server's in one place."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    # The sound server's begin first: they take the longest, and mostly wait.
    items.sort(key=lambda item: _group(item) != SOUND)


def _group(item: pytest.Item) -> str:
    return SOUND if "air" in getattr(item, "fixturenames", ()) else item.path.stem


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real log in a folder of its own."""
    with Store.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def play_night(store: Store) -> Iterator[PlayNight]:
    """A typed night with the real dialog, mouth and store, and words that mean what they say."""
    scribe = Scribe(store)

    def play(*said: tuple[float, str]) -> EventList:
        clock, events = SimulatedClock(BEGINS), EventList()
        teller = Teller(clock)
        log = EpisodeLog(scribe, clock, teller)
        teller.listen(events.append)
        teller.listen(log.keep)
        bedside = Bedside(
            clock=clock,
            script=load_script(),
            understanding=WordUnderstanding(),
            speaker=TextSpeaker(),
            teller=teller,
            log=log,
        )
        night = Night(bedside, clock, open_sound=no_sound, recogniser=no_recogniser)
        night.play(Scene(BEGINS, tuple(Item(at=at, say=words) for at, words in said)))
        return events

    yield play
    scribe.close()


@pytest.fixture(scope="session")
def air() -> Iterator[Pulse]:
    """One sound server for all tests: its first sound comes two seconds after its start."""
    absent = missing()
    if absent and not os.environ.get("CI"):
        pytest.skip(f"no {', '.join(absent)}: sudo apt install pulseaudio pulseaudio-utils libasound2-plugins")
    with pulse_audio() as running:
        yield running


@pytest.fixture
def pulse(air: Pulse) -> Iterator[Pulse]:
    """A microphone and a loudspeaker without hardware."""
    yield air
    air.mend()


@pytest.fixture
def clock() -> Clock:
    """The page's time, which a test moves."""
    from page_browser import Clock  # noqa: PLC0415 - the browser's driver, for the few who need it

    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """An empty log, as the page sees it."""
    from page_browser import empty_log  # noqa: PLC0415 - as in `clock`

    from assistant.store.house import House  # noqa: PLC0415

    empty_log(tmp_path)
    with House(tmp_path, clock) as opened:
        yield opened


def no_sound(path: Path) -> None:  # type: ignore[misc]
    """Typed nights open no sound."""
    raise AssertionError(path)


def no_recogniser() -> None:  # type: ignore[misc]
    """Typed nights load no model."""
    raise AssertionError
