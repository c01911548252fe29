"""The made-up logs of `bench web`: large ones, and the write that must not wait."""

from __future__ import annotations

import secrets
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from assistant.app import App
from assistant.clock import RealClock
from assistant.sample import Sample
from assistant.stamps import stamp_of
from assistant.store.bulk import write_all
from assistant.store.records import NewEpisode, new_id, night_of
from assistant.store.secret import hashed

if TYPE_CHECKING:
    from pathlib import Path

MOST_NIGHTS = 3650
"""Ten years; a larger log has more in each night."""
USUAL = 0.44
"""Episodes of a made-up night."""


def fill(folder: Path, episodes: int) -> dict[str, Any]:
    """Write about so many made-up episodes, and let a browser in; returns the cookie and the exact number."""
    nights = max(28, min(MOST_NIGHTS, round(episodes / USUAL)))
    busy = (episodes / nights - 0.12) / 0.32
    last = night_of(RealClock().wall()) - timedelta(days=1)
    number = write_all(folder, "sample", Sample(last, nights, busy=max(busy, 0.5)).all())
    cookie = secrets.token_urlsafe()
    with App(str(folder)).house() as house:
        account = house.people.make_account("bench", "owner", "")
        house.people.begin_session(account, hashed(cookie), "", timedelta(hours=6))
    return {"episodes": number, "cookie": cookie}


def newest_episode(folder: Path) -> str:
    """Id of the last episode."""
    with App(str(folder)).house(("sample",)) as house:
        bounds = house.reading.bounds()
        if bounds is None:
            raise RuntimeError("no episode was made up")
        return house.reading.episodes(bounds[1], bounds[1])[-1].episode_id


def write_times(folder: Path, writes: int) -> list[float]:
    """Seconds that the opening of an episode takes, as the bedside does it, so many times."""
    clock, times = RealClock(), []
    with App(str(folder)).store() as store:
        for _ in range(writes):
            stamp = stamp_of(clock)
            episode = NewEpisode(new_id(), night_of(stamp.local), stamp, "cramp", origin="sample")
            began = perf_counter()
            store.open_episode(episode)
            times.append(perf_counter() - began)
    return times
