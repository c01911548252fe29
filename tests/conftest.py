"""Fixtures that many tests share: a whole night, played in no time."""

from __future__ import annotations

import os
import re
import signal
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

import pytest
from fakes import EventList, WordUnderstanding
from pulse import Pulse, missing, pulse_audio
from xdist.scheduler import LoadFileScheduling

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

    from page_browser import Clock
    from starlette.testclient import TestClient

    from assistant.store.house import House

BEGINS = datetime(2026, 1, 15, 3, 0, tzinfo=ZoneInfo("Europe/London"))


class PlayNight(Protocol):
    """Plays (second, words) pairs and returns what happened."""

    def __call__(self, *said: tuple[float, str]) -> EventList: ...


AT_ONCE = 2
HEARS = re.compile(r"\b(air|pulse): Pulse\b")
"""How a test asks for the sound server."""
LONGEST = ("test_bad_input", "test_launcher", "test_cli", "test_vosk", "test_echo_at_the_bedside", "test_web_browser")
"""Files that begin early, so that none of them is alone in the end."""


def pytest_configure() -> None:
    """What a shell ignores for us in the background, every program that a test stops would ignore too.

    A handler that does nothing is as deaf, and no other program inherits it.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two tests at a time, where the whole suite is asked for; a file or two is sooner done without."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    return min(AT_ONCE, os.cpu_count() or 1) if whole else 0


class OneAir(LoadFileScheduling):  # type: ignore[misc] # it has no types
    """Keeps a file's tests together, and all that hear the sound server.

    Those of a file share what was dear to make; those that hear it count the milliseconds of their sound.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "sound" if hears(Path(file)) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneAir:
    """Who gets which tests, where several run at a time."""
    return OneAir(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: above all the sound server's tests, which mostly wait."""
    items.sort(key=lambda item: _turn(item.path))


def _turn(file: Path) -> int:
    if hears(file):
        return -1
    return LONGEST.index(file.stem) if file.stem in LONGEST else len(LONGEST)


@cache
def hears(file: Path) -> bool:
    """Whether a test of this file hears the sound server."""
    return HEARS.search(file.read_text(encoding="utf-8")) is not None


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


@pytest.fixture
def visitor(house: House) -> TestClient:
    """Somebody's browser before the door of a page that nobody has visited yet."""
    from page_browser import CHEAP, CODE  # noqa: PLC0415 - as in `clock`
    from starlette.testclient import TestClient  # noqa: PLC0415
    from test_web_door import HERE  # noqa: PLC0415

    from assistant.web.site import make_site  # noqa: PLC0415

    return TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)


def no_sound(path: Path) -> None:  # type: ignore[misc]
    """Typed nights open no sound."""
    raise AssertionError(path)


def no_recogniser() -> None:  # type: ignore[misc]
    """Typed nights load no model."""
    raise AssertionError
