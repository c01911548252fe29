"""Whole nights as data: what is said when, and what must follow. The words are those of `fakes.WordUnderstanding`."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml
from fakes import EventList, WordUnderstanding

from assistant.bedside import Bedside
from assistant.clock import SimulatedClock
from assistant.dialog.profile import Profile
from assistant.dialog.script import load_script
from assistant.episode_log import EpisodeLog
from assistant.keys import load_keys
from assistant.mouth import TextSpeaker
from assistant.night import Night
from assistant.night_events import Teller
from assistant.scene import Item, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.meaning import Meaning
    from assistant.scribe import Scribe

FOLDER = Path(__file__).parent / "nights"
IN_WORDS = FOLDER / "in_words"
"""Nights whose words are a person's own, and understood by the real pack."""
BEGINS = datetime(2026, 1, 15, 3, 10, tzinfo=ZoneInfo("Europe/London"))


@dataclass(frozen=True)
class TableNight:
    """One night of a table."""

    name: str
    says: dict[float, str]
    """Second -> words, in the spelling of `WordUnderstanding`."""
    said: list[str]
    """Ids of all the lines, in order."""
    profile: dict[str, Any]
    alerts: list[str]
    """Level, name and state of each alert."""
    closed: list[str]
    """Site and end of each episode."""


def load_nights(folder: Path = FOLDER) -> Iterator[TableNight]:
    """Every night of every table in a folder."""
    for path in sorted(folder.glob("*.yaml")):
        for name, night in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            rest = {
                key: night.get(key, default) for key, default in {"profile": {}, "alerts": [], "closed": []}.items()
            }
            yield TableNight(f"{path.stem}: {name}", night["says"], night["said"], **rest)


class DiskOfAir:
    """A scribe whose writes are done at once and leave nothing."""

    def write(self, job: Any) -> Future[Any]:
        """Done."""
        del job
        done: Future[Any] = Future()
        done.set_result(None)
        return done


def play(
    says: dict[float, str],
    profile: dict[str, Any],
    begins: datetime = BEGINS,
    *,
    keys: bool = True,
    understanding: Meaning | None = None,
    disk: Scribe | DiskOfAir | None = None,
) -> EventList:
    """Play typed words with the real dialog, mouth and timers; by default the words are those of `fakes`."""
    _, night, scene, events = prepared(says, profile, begins, keys=keys, understanding=understanding, disk=disk)
    night.play(scene)
    return events


def prepared(
    says: dict[float, str],
    profile: dict[str, Any],
    begins: datetime = BEGINS,
    *,
    keys: bool = True,
    understanding: Meaning | None = None,
    disk: Scribe | DiskOfAir | None = None,
) -> tuple[Bedside, Night, Scene, EventList]:
    """A night that has not been played yet."""
    clock, events, broken = SimulatedClock(begins), EventList(), set[str]()
    teller = Teller(clock)
    log = EpisodeLog(disk or DiskOfAir(), clock, teller)  # type: ignore[arg-type]
    teller.listen(events.append)
    bedside = Bedside(
        clock=clock,
        script=load_script(),
        understanding=understanding or WordUnderstanding(),
        speaker=TextSpeaker(),
        teller=teller,
        log=log,
        profile=Profile.model_validate(profile),
        faulty=lambda: broken,
        keys=keys,
    )
    night = Night(bedside, clock, open_sound=_nothing, recogniser=_nothing, keys=load_keys(), broken=broken)
    return bedside, night, Scene(begins, tuple(_item(at, words) for at, words in sorted(says.items()))), events


def _item(at: float, words: str) -> Item:
    """`press h`, `breaks speaker` and `works speaker` are no words."""
    what, _, which = words.partition(" ")
    return Item.model_validate(
        {"at": at, **({what: which} if what in ("press", "breaks", "works") else {"say": words})}
    )


def outcome(events: EventList) -> dict[str, list[str]]:
    """What a night came to, in the words of a table."""
    return {
        "said": events.lines(),
        "alerts": [f"{e['level']} {e['red_flag']} {e['state']}" for e in events.of("alert")],
        "closed": [f"{e['site']} {e['ended_by']}" for e in events.of("episode_closed")],
    }


def _nothing(*_: object) -> Any:
    raise AssertionError("typed nights open no sound and load no model")
