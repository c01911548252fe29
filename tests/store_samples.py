"""Things that the tests of the store share: a fixed night, and what to write in it."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.store import Closing, JournalEntry, NewEpisode, Stamp, new_id, night_of

if TYPE_CHECKING:
    from assistant.store import Episode, Store

THREE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NIGHT = date(2026, 3, 1)


def environment() -> dict[str, str]:
    """For a process of its own, that imports this module and the program."""
    here = Path(__file__).parent
    path = [str(here), str(here.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path)}


def stamp(seconds: float = 0.0, *, boot: str = "boot-1") -> Stamp:
    """So many seconds after three o'clock, one hour east of Greenwich."""
    return Stamp(THREE + timedelta(seconds=seconds), 60, boot, 1000.0 + seconds, trusted=True)


def complaint(seconds: float = 0.0, **more: Any) -> NewEpisode:
    """A calf cramp that was heard well."""
    onset = stamp(seconds)
    known: dict[str, Any] = {
        "intent": "cramp",
        "site": "calf",
        "side": "left",
        "severity": "severe",
        "engine": "moonshine",
        "asr_conf": 0.93,
        "heard": "my left calf is killing me",
        "device_latency_ms": 612.5,
        "versions": {"bedside": "0.1.0", "pack": "3"},
    }
    return NewEpisode(new_id(), night_of(onset.local), onset, **(known | more))


def better(seconds: float = 95.0, **more: Any) -> Closing:
    """It is gone after two rounds."""
    known: dict[str, Any] = {"relief": 3, "relief_latency_s": 71.5, "rounds": 2, "hold_s": 60.0, "stretch_site": "calf"}
    return Closing(stamp(seconds), "better", **(known | more))


def heard(text: str, seconds: float = 1.0, episode_id: str | None = None) -> JournalEntry:
    """Words of the person."""
    return JournalEntry("heard", episode_id, stamp(seconds), {"text": text, "score": 0.5, "engine": "moonshine"})


def known_of(episode: Episode) -> dict[str, Any]:
    """What an episode holds but its owners and what is unknown."""
    everything = {each.name: getattr(episode, each.name) for each in fields(episode)}
    return {k: v for k, v in everything.items() if v is not None and k not in ("house_id", "person_id", "device_id")}


def tell_a_night(store: Store) -> list[Any]:
    """Write one of everything, then read all of it back, without what differs from run to run (ids)."""
    first, second = complaint(), complaint(1800, heard=None, site="foot", side="right")
    store.open_episode(first)
    store.append_all(
        [heard("it's worse", 40, first.episode_id), JournalEntry("said", None, stamp(41), {"text": "Hold."})]
    )
    store.update_episode(first.episode_id, class_="cramp_like", triggers=("cold", "alcohol"), room_c=18.5, knot="yes")
    store.close_episode(first.episode_id, better(red_flag=("rf_swelling",), level="urgent"))
    store.open_episode(second)
    store.append(JournalEntry("heard", None, stamp(90000), {"text": "kept", "readings": [["kept", -1.5]]}))
    forgotten = store.forget_words(THREE + timedelta(hours=10))
    store.move_cursor("page", 3)
    store.move_cursor("page", 4)
    names = {first.episode_id: "first", second.episode_id: "second", None: None}
    return [
        forgotten,
        store.cursor("page"),
        store.cursor("nobody"),
        store.episodes_on_night(NIGHT),
        [names[each.episode_id] for each in store.open_episodes()],
        [known_of(each) | {"episode_id": names[each.episode_id]} for each in store.episodes()],
        [(each.seq, each.kind, names[each.episode_id], each.payload) for each in store.journal()],
        [each.stamp for each in store.journal() if each.kind != "episode_changed"],
    ]
