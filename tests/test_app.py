"""The composition root: whose clock stamps and forgets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conftest import BEGINS
from store_samples import complaint

from assistant.app import App
from assistant.clock import BOOT_ID, SimulatedClock
from assistant.played_night import play_night
from assistant.scene import Item, Scene
from assistant.store import JournalEntry, Stamp

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.store import Store


def stamp_of_change(store: Store) -> Stamp:
    """When a change of an episode was written, by the store's own clock."""
    store.open_episode(opening := complaint())
    store.update_episode(opening.episode_id, side="right")
    return list(store.journal(opening.episode_id))[-1].stamp


def test_a_change_is_stamped_by_the_real_clock_with_its_boot(tmp_path: Path):
    with App(str(tmp_path)).store() as store:
        changed = stamp_of_change(store)
    assert abs(datetime.now(UTC) - changed.utc) < timedelta(minutes=5)
    assert changed.boot_id == BOOT_ID.read_text().strip()


def test_a_change_in_a_played_night_is_stamped_by_that_night(tmp_path: Path):
    with App(str(tmp_path)).store(SimulatedClock(BEGINS)) as store:
        assert stamp_of_change(store).utc == BEGINS


def test_a_night_of_the_future_takes_nobodys_words(tmp_path: Path):
    app = App(str(tmp_path))
    now = datetime.now(UTC)
    words = {"fresh": now - timedelta(days=13), "old": now - timedelta(days=15)}
    with app.store() as store:
        for text, moment in words.items():
            store.append(JournalEntry("heard", None, Stamp(moment, 0, "", 0.0, trusted=True), {"text": text}))
    play_night(
        app, Scene(now + timedelta(days=3650), (Item(at=0, say="the news at ten"),)), lambda _: None, realtime=False
    )
    with app.store() as store:
        assert [entry.payload["text"] for entry in store.journal() if entry.kind == "heard"] == ["fresh", None]
