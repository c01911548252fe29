"""What the bedside may say of a message: only what stands in the log, and only while it is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from live_fakes import Room, wait_until
from store_samples import stamp

from assistant.inbox import Answered, Inbox, Pressed, Reached
from assistant.news import News
from assistant.sending.post import Post
from assistant.store import JournalEntry
from assistant.store.house import House
from assistant.store.outbox import SWITCH
from assistant.store.records_sending import Helper

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.store import Store

HELP = {"level": "emergency", "red_flag": None, "channel": "bedside", "state": "raised"}


def alert(seconds: float, **more: object) -> JournalEntry:
    return JournalEntry("alert", None, stamp(seconds), HELP | more)


def told(store: Store, *events: JournalEntry) -> list[object]:
    """What reaches the loop of events that come while it looks."""
    inbox = Inbox()
    news = News(store, inbox)
    store.append_all(events)
    news.look()
    news.look()
    found = []
    while (event := inbox.take(0)) is not None:
        found.append(event)
    return found


def test_a_confirmed_message_and_an_answer_on_the_page_reach_the_bedside_once(store: Store):
    confirmed = alert(5, state="delivered", channel="E-Mail", name="Rosa")
    assert told(store, alert(0), confirmed, alert(9, state="acknowledged", channel="page", by="Max")) == [
        Reached("Rosa"),
        Answered("Max"),
    ]


def test_a_wish_from_the_page_comes_like_a_key_and_others_do_not(store: Store):
    wishes = [JournalEntry("asked", None, stamp(0), {"wish": wish, "by": "Rosa"}) for wish in ("dont_listen", "stop")]
    assert told(store, *wishes) == [Pressed("dont_listen")]


def test_a_message_that_failed_an_alert_of_another_night_and_late_news_are_not_told(store: Store):
    assert told(store, alert(0), alert(5, state="failed", channel="E-Mail", name="Rosa")) == []
    assert told(store, alert(5, state="delivered", channel="E-Mail", name="Rosa")) == []
    assert told(store, alert(0), alert(1801, state="delivered", channel="E-Mail", name="Rosa")) == []
    assert told(store, alert(0), alert(5, state="acknowledged", channel="bedside", by="voice")) == []


def test_the_bedside_says_who_was_told_once_a_channel_has_confirmed_and_not_before(store: Store, tmp_path: Path):
    """The real loop, the real log, and the page's own post in between."""

    class Channel:
        took = False

        def kind(self, _address: str) -> str:
            return "E-Mail"

        def shown(self, _address: str) -> str:
            return ""

        def send(self, _address: str, _message: object) -> bool:
            return self.took

    channel, room = Channel(), Room(store)
    with room.night():
        room.microphone.speak("help")
        raised = room.wait_for("alert", state="raised")
        room.wait_for("said", line="control.cannot_phone")
        wait_until(lambda: any(each.kind == "alert" for each in store.journal()), "the alert on the disk")
        at = next(each.stamp for each in store.journal() if each.kind == "alert")
        now = [replace(at, boot_id="page", utc=at.utc + timedelta(seconds=2))]
        with House(tmp_path / "data", lambda: now[0]) as house:
            house.outbox.save(Helper("rosa", "Rosa", "x", 0), "Rosa")
            house.profile.write({SWITCH: (at.utc - timedelta(hours=1)).isoformat()}, "Rosa")
            post = Post(house, channel, {})  # type: ignore[arg-type]
            assert post.turn() == 0
            channel.took = True
            now[0] = replace(now[0], utc=now[0].utc + timedelta(seconds=11))
            assert post.turn() == 1
            room.wait_for("said", line="control.told", text="Rosa has been told.")
            house.editing.acknowledge([each for each in house.reading.of_kind("alert") if each.seq][-1:], "Rosa")
            room.wait_for("alert", state="acknowledged", by="Rosa")
    assert raised["level"] == "emergency"
