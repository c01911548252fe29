"""Alerts that leave the house: who, when, once, again after a failure; to real servers on the loopback too."""

from __future__ import annotations

import html
import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from page_browser import CHEAP, CODE, Clock
from ports import free_port
from starlette.testclient import TestClient
from test_web_door import HERE, invited, knock, token
from test_web_pages import ago, live, tell, text_of

from assistant.sending.channels_apprise import AppriseChannels
from assistant.sending.message import Message
from assistant.sending.post import Post
from assistant.sending.rules import TRIES, plan, waiting_alerts
from assistant.store import JournalEntry
from assistant.store.house import House
from assistant.store.outbox import SWITCH
from assistant.store.records_sending import Delivery, Helper, Raised
from assistant.web.render import Pages
from assistant.web.site import make_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNS = Pages().words["flag"]
ALL = {"emergency": "always", "urgent": "always", "soon": "always"}
ROSA = Helper("rosa", "Rosa", "to:rosa", 0, ALL)
MAX = Helper("max", "Max", "to:max", 10, ALL)
FLAG = {"level": "urgent", "red_flag": "rf_dvt", "channel": "bedside", "state": "raised"}
HELP = {"level": "emergency", "red_flag": None, "channel": "bedside", "state": "raised"}


class Remembering:
    """Channels that note what they carried, and do not take what a test says."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.broken: set[str] = set()

    def kind(self, address: str) -> str | None:
        return "E-Mail" if address.startswith("to:") else None

    def shown(self, address: str) -> str:
        return address.partition(":")[0]

    def send(self, address: str, message: Message) -> bool:
        if address in self.broken:
            return False
        self.sent.append((address, message))
        return True

    @property
    def to(self) -> list[str]:
        return [address.removeprefix("to:") for address, _ in self.sent]


@pytest.fixture
def channels() -> Remembering:
    return Remembering()


@pytest.fixture
def post(house: House, channels: Remembering, clock: Clock) -> Post:
    """Sending is on; Rosa is told at once, Max after ten minutes."""
    for helper in (ROSA, MAX):
        house.outbox.save(helper, "Rosa")
    house.profile.write({SWITCH: clock().utc.isoformat()}, "Rosa")
    return Post(house, channels, SIGNS)


def raises(folder: Path, clock: Clock, what: dict[str, Any] = FLAG, episode: str | None = None) -> None:
    tell(folder, JournalEntry("alert", episode, clock(), what))


def later(clock: Clock, **by: float) -> None:
    clock.wall += timedelta(**by)


def of_the_journal(house: House) -> list[tuple[str, str]]:
    told = house.reading.of_kind("alert")[::-1]
    return [(each.payload["state"], each.payload.get("name", "")) for each in told]


# Who and when: pure


AT = datetime(2026, 3, 15, 3, 0, tzinfo=UTC)
ALERT = Raised(7, "urgent", "rf_dvt", AT, None)


def due(helper: Helper, *, seconds: float = 0, known: dict[str, Delivery] | None = None) -> datetime | None:
    """When a helper is told of an alert of three o'clock; None: not at all."""
    now = replace(Clock()(), utc=AT + timedelta(seconds=seconds), offset_minutes=60)
    found = plan(ALERT, [ROSA, helper] if helper != ROSA else [ROSA], known or {}, now, AT - timedelta(days=1))
    return next((each.at for each in found if each.helper == helper), None)


def test_the_first_is_told_at_once_and_the_next_after_so_many_minutes():
    assert (due(ROSA), due(MAX)) == (AT, AT + timedelta(minutes=10))


def test_whoever_wants_a_level_never_is_not_told_of_it():
    assert due(replace(MAX, levels=ALL | {"urgent": "never"})) is None


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ("07:00", "22:00", "06:00"),
        ("22:00", "07:00", "03:00"),
        ("00:00", "00:00", "03:00"),
        ("03:00", "04:00", "02:00"),
    ],
)
def test_within_their_hours_means_when_these_hours_come(begins: str, ends: str, told: str):
    """It is 03:00 in UTC and 04:00 on the wall."""
    helper = replace(ROSA, helper_id="x", levels=ALL | {"urgent": "hours"}, from_hour=begins, until_hour=ends)
    when = due(helper)
    assert when is not None
    assert f"{when.astimezone(UTC):%H:%M}" == told


def test_whoever_is_let_be_is_told_when_that_is_over():
    snoozed = replace(MAX, snoozed_until=AT + timedelta(hours=8))
    assert due(snoozed) == AT + timedelta(hours=8)


def test_an_old_alert_is_sent_to_nobody_nor_one_from_before_sending_was_turned_on():
    assert due(ROSA, seconds=12 * 3600 + 1) is None
    now = replace(Clock()(), utc=AT + timedelta(minutes=1))
    assert plan(ALERT, [ROSA], {}, now, AT + timedelta(seconds=1)) == []


def test_what_is_raised_again_within_minutes_is_the_same_alert_and_hours_later_another():
    def raised(seq: int, minutes: float, state: str = "raised") -> JournalEntry:
        stamp = replace(Clock()(), utc=AT + timedelta(minutes=minutes))
        return JournalEntry("alert", None, stamp, HELP | {"state": state}, seq)

    assert [each.seq for each in waiting_alerts([raised(1, 0), raised(2, 9), raised(3, 180)])] == [1, 3]
    assert waiting_alerts([raised(1, 0), raised(2, 1, "acknowledged"), raised(3, 2, "delivered")]) == []
    assert [each.seq for each in waiting_alerts([raised(1, 0), raised(2, 1, "acknowledged"), raised(3, 2)])] == [3]


# The post, with the real log


def test_nothing_leaves_the_house_until_an_owner_turned_it_on(
    house: House, post: Post, channels: Remembering, clock: Clock, tmp_path: Path
):
    house.profile.write({SWITCH: None}, "Rosa")
    raises(tmp_path, clock)
    assert (post.turn(), channels.sent) == (0, [])


def test_each_is_told_once_and_the_journal_says_that_the_channel_confirmed(
    house: House, post: Post, channels: Remembering, clock: Clock, tmp_path: Path
):
    raises(tmp_path, clock)
    assert [post.turn() for _ in range(3)] == [1, 0, 0]
    assert channels.to == ["rosa"]
    later(clock, minutes=10)
    assert [post.turn(), post.turn()] == [1, 0]
    assert channels.to == ["rosa", "max"]
    assert of_the_journal(house) == [("raised", ""), ("delivered", "Rosa"), ("delivered", "Max")]


def test_once_somebody_takes_care_of_it_nobody_else_is_told(
    house: House, post: Post, channels: Remembering, clock: Clock, tmp_path: Path
):
    raises(tmp_path, clock)
    post.turn()
    [raised] = [each for each in house.reading.of_kind("alert") if each.payload["state"] == "raised"]
    house.editing.acknowledge([raised], "Rosa")
    later(clock, minutes=30)
    assert (post.turn(), channels.to) == (0, ["rosa"])


def test_what_a_channel_does_not_take_is_tried_again_ever_later_and_at_last_given_up(
    house: House, post: Post, channels: Remembering, clock: Clock, tmp_path: Path
):
    channels.broken = {"to:rosa", "to:max"}
    raises(tmp_path, clock)
    waits = []
    for _ in TRIES:
        post.turn()
        [mine] = [each for each in post.waiting() if each.helper == ROSA]
        waits.append(round((mine.at - clock().utc).total_seconds()))
        later(clock, seconds=waits[-1])
    assert waits == list(TRIES)
    post.turn()
    assert [each.helper.name for each in post.waiting() if each.helper == ROSA] == []
    assert ("failed", "Rosa") in of_the_journal(house)


def test_when_those_before_cannot_be_told_the_next_is_told_at_once(
    house: House, post: Post, channels: Remembering, clock: Clock, tmp_path: Path
):
    slow = replace(MAX, after_min=600)
    house.outbox.save(slow, "Rosa")
    channels.broken = {"to:rosa"}
    raises(tmp_path, clock)
    for wait in (0, *TRIES):
        later(clock, seconds=wait)
        post.turn()
    assert channels.to == []
    post.turn()
    assert channels.to == ["max"]


def test_a_try_that_is_due_survives_a_restart(
    post: Post, channels: Remembering, clock: Clock, tmp_path: Path, house: House
):
    channels.broken = {"to:rosa"}
    raises(tmp_path, clock)
    post.turn()
    house.close()
    later(clock, seconds=TRIES[0])
    channels.broken = set()
    with House(tmp_path, clock) as again:
        after = Post(again, channels, SIGNS)
        assert [after.turn(), after.turn(), channels.to] == [1, 0, ["rosa"]]


def test_what_was_on_its_way_when_the_program_ended_is_not_sent_twice(
    post: Post, channels: Remembering, clock: Clock, tmp_path: Path, house: House
):
    raises(tmp_path, clock)
    [first, _] = post.waiting()
    assert house.outbox.claim(first.raised, ROSA, "t", "b") is not None
    assert house.outbox.claim(first.raised, ROSA, "t", "b") is None
    assert house.outbox.broken_off() == 1
    post.turn()
    # Nobody knows whether it arrived: the next one does not wait.
    assert channels.to == ["max"]


def test_a_message_holds_no_word_that_somebody_said(
    post: Post, channels: Remembering, clock: Clock, tmp_path: Path, house: House
):
    house.profile.write({"name": "Anna"}, "Rosa")
    episode = live(tmp_path, clock, 0.1, heard="my secret leg")
    raises(tmp_path, clock, FLAG, episode)
    post.turn()
    [(_, said)] = channels.sent
    assert said.title == "Urgent tonight: swollen, hot or discoloured leg"
    assert said.body.startswith(
        f"Anna, Sun 15 Mar at {clock.wall:%H:%M}: swollen, hot or discoloured leg.\nGo and look."
    )
    assert "secret" not in said.title + said.body
    [kept] = house.outbox.deliveries(clock().utc - timedelta(hours=1))
    assert (kept.title, kept.body) == (said.title, said.body)


def test_an_erased_episode_takes_its_messages_along(post: Post, clock: Clock, tmp_path: Path, house: House):
    episode = live(tmp_path, clock, 0.1)
    raises(tmp_path, clock, FLAG, episode)
    post.turn()
    house.editing.put_away(episode, "Rosa")
    house.editing.erase(episode, "Rosa")
    assert house.outbox.deliveries(clock().utc - timedelta(hours=1)) == []


def test_the_thread_of_the_post_sends_what_comes(post: Post, channels: Remembering, clock: Clock, tmp_path: Path):
    arrived, send = threading.Event(), channels.send

    def sending(address: str, message: Message) -> bool:
        arrived.set()
        return send(address, message)

    channels.send = sending  # type: ignore[method-assign]
    raises(tmp_path, clock)
    post.begin()
    assert arrived.wait(30)
    post.end()
    assert channels.to == ["rosa"]


# The page


@pytest.fixture
def page(house: House, channels: Remembering) -> TestClient:
    site = make_site(house, first_code=CODE, hasher=CHEAP, channels=channels)
    visitor = TestClient(site, HERE, follow_redirects=False)
    knock(visitor, code=CODE)
    return visitor


def add(page: TestClient, **fields: str) -> Any:
    form = {"csrf": token(page), "name": "Max", "address": "to:max", "after_min": "5", "from_hour": "07:00"}
    return page.post("/sending/helper", data=form | {"until_hour": "22:00", "level_urgent": "always"} | fields)


def test_an_owner_turns_sending_on_adds_somebody_and_tests_it(page: TestClient, house: House, channels: Remembering):
    assert "Nothing leaves the house." in text_of(page.get("/sending"))
    assert add(page).status_code == 303
    [helper] = house.outbox.helpers()
    test = {"csrf": token(page), "helper": helper.helper_id}
    assert "Turn sending on first" in text_of(page.post("/sending/test", data=test))
    assert "Tick that the person agrees" in text_of(page.post("/sending/switch", data=test | {"on": "yes"}))
    page.post("/sending/switch", data=test | {"on": "yes", "agreed": "yes"})
    assert "Alerts leave the house, to 1 person." in text_of(page.get("/sending"))
    assert "The channel took the test for Max." in text_of(page.post("/sending/test", data=test))
    assert channels.sent[0][1].title == "Test: nothing has happened"
    channels.broken = {"to:max"}
    assert page.post("/sending/test", data=test).status_code == 502
    page.post("/sending/switch", data=test | {"on": "no"})
    assert "Nothing leaves the house." in text_of(page.get("/sending"))


def test_the_page_shows_exactly_what_is_sent(page: TestClient, channels: Remembering, clock: Clock, tmp_path: Path):
    add(page)
    csrf = {"csrf": token(page)}
    page.post("/sending/switch", data=csrf | {"on": "yes", "agreed": "yes"})
    raises(tmp_path, clock)
    later(clock, minutes=5)
    post: Post = page.app.state.post  # type: ignore[attr-defined]
    post.turn()
    [(_, said)] = channels.sent
    clock.wall -= timedelta(minutes=5)
    shown = html.unescape(text_of(page.get("/sending")))
    assert said.title in shown
    assert " ".join(said.body.split()) in shown
    assert "Max: the channel took it at" in text_of(page.get("/alerts"))


@pytest.mark.usefixtures("post")
def test_alerts_say_who_will_be_told_and_a_carer_lets_somebody_be(page: TestClient, clock: Clock, tmp_path: Path):
    raises(tmp_path, clock)
    at = clock.wall + timedelta(minutes=10)
    assert f"Max: is told, unless somebody takes care of it, at {at:%H:%M}" in text_of(page.get("/alerts"))
    carer = invited(page, "carer")
    carer.post("/sending/snooze", data={"csrf": token(carer), "helper": "max", "hours": "8"})
    at = clock.wall + timedelta(hours=8)
    assert f"at {at:%H:%M}" in text_of(page.get("/alerts"))
    assert f"let be until {at:%H:%M}" in text_of(page.get("/sending"))


def test_only_an_owner_sees_addresses_and_changes_who_is_told(page: TestClient):
    assert add(page, address="to:secret@example").status_code == 303
    carer = invited(page, "carer")
    csrf = {"csrf": token(carer)}
    for path in ("switch", "helper", "end", "test"):
        assert carer.post(f"/sending/{path}", data=csrf).status_code == 403
    for who in (page, carer):
        assert "secret" not in who.get("/sending").text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"address": "file:///etc/passwd"}, "That address cannot be read."),
        ({"name": ""}, "Give a name"),
        ({"after_min": "x"}, "from 0 to 720"),
        ({"from_hour": "25:00"}, "Write the hours like 07:00."),
        ({"level_urgent": "often"}, "There is no such time."),
    ],
)
def test_a_helper_who_cannot_be_told_is_refused(page: TestClient, house: House, wrong: dict[str, str], told: str):
    answer = add(page, **wrong)
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert house.outbox.helpers() == []


def test_who_is_told_no_more_leaves_no_address_behind(page: TestClient, house: House):
    add(page)
    [helper] = house.outbox.helpers()
    page.post("/sending/end", data={"csrf": token(page), "helper": helper.helper_id})
    assert house.outbox.helpers() == []
    assert [(each.name, each.address) for each in house.outbox.helpers(ended=True)] == [("Max", "")]


# The library, with real servers


class Letters:
    """A mail server's handler."""

    def __init__(self) -> None:
        self.came: list[tuple[list[str], Any]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 - its protocol
        self.came.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 taken"


@contextmanager
def receiver(status: int = 200) -> Iterator[tuple[int, list[Any]]]:
    """A web server that keeps what is posted to it."""
    came: list[Any] = []

    class Keeping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], came
        finally:
            server.shutdown()
            thread.join()


def test_a_real_mail_server_gets_the_letter_and_the_journal_its_confirmation(
    house: House, clock: Clock, tmp_path: Path
):
    letters, port = Letters(), free_port()
    mail = Controller(letters, hostname="127.0.0.1", port=port)
    mail.start()
    try:
        address = f"mailto://127.0.0.1:{port}?from=bed@home.example&to=rosa@mail.example&mode=insecure"
        house.outbox.save(replace(ROSA, address=address), "Rosa")
        house.profile.write({SWITCH: clock().utc.isoformat()}, "Rosa")
        raises(tmp_path, clock, HELP)
        assert Post(house, AppriseChannels(), SIGNS).turn() == 1
    finally:
        mail.stop()
    [(to, letter)] = letters.came
    assert to == ["rosa@mail.example"]
    assert letter["subject"] == "EMERGENCY at the bed: call for help"
    assert "Go and look now." in letter.get_body(("plain", "html")).get_content()
    assert of_the_journal(house) == [("raised", ""), ("delivered", "Rosa")]


def test_a_real_receiver_gets_the_words_and_nothing_else_and_one_that_refuses_is_tried_again(
    house: House, clock: Clock, tmp_path: Path
):
    house.profile.write({SWITCH: clock().utc.isoformat()}, "Rosa")
    raises(tmp_path, clock)
    post = Post(house, AppriseChannels(), SIGNS)
    with receiver(status=503) as (port, came):
        house.outbox.save(replace(ROSA, address=f"json://127.0.0.1:{port}/bed"), "Rosa")
        assert (post.turn(), len(came)) == (0, 1)
    assert of_the_journal(house) == [("raised", "")]
    later(clock, seconds=TRIES[0])
    with receiver() as (port, came):
        house.outbox.save(replace(ROSA, address=f"json://127.0.0.1:{port}/bed"), "Rosa")
        assert post.turn() == 1
    [told] = came
    [kept] = house.outbox.deliveries(ago(clock, 1).utc)
    assert (told["title"], told["message"], kept.tries) == (kept.title, kept.body, 2)
    assert set(told) == {"version", "title", "message", "attachments", "type"}


@pytest.mark.parametrize(
    ("address", "kind", "shown"),
    [
        ("mailtos://me:hunter2@example.org?to=a@b.example", "E-Mail", "mailtos://me:****@example.org/a%40b.example"),
        ("tgram://123456789:ABCdefghijkl/123", "Telegram", "tgram://1...l/123/"),
        ("syslog://", None, ""),
        ("dbus://", None, ""),
        ("file:///etc/passwd", None, ""),
        ("hello", None, ""),
        ("http://[", None, ""),
    ],
)
def test_an_address_is_read_without_being_shown_and_nothing_on_this_machine_is_one(
    address: str, kind: str | None, shown: str
):
    channels = AppriseChannels()
    assert (channels.kind(address), channels.shown(address)) == (kind, shown)
    assert kind or not channels.send(address, Message("t", "b"))
