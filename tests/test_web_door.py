from datetime import timedelta

import pytest
from page_browser import CODE, PASSWORD, Clock
from starlette.testclient import TestClient

from assistant.store.house import House
from assistant.web.guard import MOST_BYTES
from assistant.web.visit import within

HERE = "http://localhost"


def another(visitor: TestClient) -> TestClient:
    """Somebody else's browser."""
    return TestClient(visitor.app, HERE, follow_redirects=False)


def knock(visitor: TestClient, **fields: str):
    """Fill in the form of the door as a browser would."""
    door = visitor.get("/login").text.split('name="door" value="')[1].split('"')[0]
    return visitor.post("/login", data={"door": door, "name": "Rosa", "password": PASSWORD} | fields)


def token(visitor: TestClient) -> str:
    return visitor.get("/").text.split('name="csrf" value="')[1].split('"')[0]


def invited(visitor: TestClient, role: str) -> TestClient:
    page = visitor.post("/person/invite", data={"csrf": token(visitor), "role": role}).text
    code = page.split("/login?code=")[1].split("<")[0]
    guest = another(visitor)
    assert knock(guest, code=code, name=role.title()).status_code == 303
    return guest


def test_every_page_leads_to_the_door_until_somebody_has_come_in(visitor: TestClient):
    for path in ("/", "/nights", "/person", "/export/episodes.csv"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    assert visitor.get("/login").status_code == 200
    assert visitor.post("/alerts").headers["location"] == "/login?next=/"


def test_the_first_visit_needs_the_code_and_makes_the_owner(visitor: TestClient, house: House):
    assert knock(visitor, code="wrong").status_code == 403
    assert not house.people.anybody()
    answer = knock(visitor, code=CODE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/person?step=1&done=welcome")
    assert [(each.shown, each.role) for each in house.people.accounts()] == [("Rosa", "owner")]
    assert house.people.accounts()[0].password.startswith("$argon2id$")
    assert "You are Rosa (owner)" in visitor.get("/").text
    assert knock(another(visitor), code=CODE, name="Eve").status_code == 403


def test_a_short_password_is_refused_with_what_would_do(visitor: TestClient):
    assert "at least 10 characters" in knock(visitor, code=CODE, password="x" * 9).text


def test_a_cookie_from_before_the_login_is_worth_nothing_after_it(visitor: TestClient):
    visitor.cookies.set("bedside", "planted")
    knock(visitor, code=CODE)
    thief = another(visitor)
    thief.cookies.set("bedside", "planted")
    assert thief.get("/").status_code == 303


def test_who_logs_out_is_out_also_with_a_copied_cookie(visitor: TestClient):
    knock(visitor, code=CODE)
    copy = another(visitor)
    copy.cookies.set("bedside", visitor.cookies["bedside"])
    assert copy.get("/").status_code == 200
    visitor.post("/logout", data={"csrf": token(visitor)})
    assert copy.get("/").status_code == 303


def test_who_logs_out_everywhere_is_out_on_every_device_and_nobody_else_is(visitor: TestClient):
    knock(visitor, code=CODE)
    guest, tablet = invited(visitor, "carer"), another(visitor)
    knock(tablet)
    visitor.post("/logout", data={"csrf": token(visitor), "everywhere": "yes"})
    assert [each.get("/").status_code for each in (visitor, tablet, guest)] == [303, 303, 200]


def test_an_invitation_is_good_once_and_for_three_days(visitor: TestClient, clock: Clock):
    knock(visitor, code=CODE)
    codes = []
    for _ in range(2):
        page = visitor.post("/person/invite", data={"csrf": token(visitor), "role": "carer"}).text
        codes.append(page.split("/login?code=")[1].split("<")[0])
    assert knock(another(visitor), code=codes[0], name="Max").status_code == 303
    assert knock(another(visitor), code=codes[0], name="Eve").status_code == 403
    clock.wall += timedelta(days=3, minutes=1)
    assert knock(another(visitor), code=codes[1], name="Eve").status_code == 403


def test_an_owner_reads_what_was_done_and_by_whom_and_nobody_else_does(visitor: TestClient):
    knock(visitor, code=CODE)
    guest = invited(visitor, "carer")
    guest.get("/export/episodes.csv")
    shown = visitor.get("/person").text
    assert "Carer · took the log out: csv" in shown
    assert "Carer · made an account: Carer" in shown
    assert "took the log out" not in guest.get("/person").text


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(visitor: TestClient):
    knock(visitor, code=CODE)
    answers = [knock(another(visitor), name=name, password="x" * 20) for name in ("Rosa", "Nobody")]
    told = [each.text.split('role="alert">')[1].split("<")[0] for each in answers]
    assert [each.status_code for each in answers] == [403, 403]
    assert told[0] == told[1]


def test_every_post_to_the_door_counts_whatever_its_token_and_delays_grow(visitor: TestClient, clock: Clock):
    knock(visitor, code=CODE)
    guest = another(visitor)
    tries = [guest.post("/login", data={"name": "Rosa", "password": "x"}).status_code for _ in range(6)]
    assert tries == [403, 403, 403, 403, 403, 429]
    assert knock(guest).status_code == 429
    clock.wall += timedelta(minutes=16)
    assert knock(guest).status_code == 303


def test_a_post_without_its_token_changes_nothing(visitor: TestClient, house: House):
    knock(visitor, code=CODE)
    for csrf in ("", "guess"):
        answer = visitor.post("/person", data={"csrf": csrf, "name": "Anna"})
        assert answer.status_code == 403
        assert "Anna" not in answer.text.split("<main")[0]
    assert house.profile.read() == {}


@pytest.mark.parametrize(
    ("role", "writing", "owning"), [("carer", 303, 403), ("reviewer", 403, 403), ("read_only", 403, 403)]
)
def test_each_role_may_do_what_it_may(visitor: TestClient, house: House, role: str, writing: int, owning: int):
    knock(visitor, code=CODE)
    guest = invited(visitor, role)
    csrf = token(guest)
    assert guest.post("/person", data={"csrf": csrf, "name": "Anna"}).status_code == writing
    assert house.profile.read() == ({"name": "Anna"} if writing == 303 else {})
    assert guest.post("/person/invite", data={"csrf": csrf, "role": "owner"}).status_code == owning
    assert guest.get("/new").status_code == (200 if writing == 303 else 403)
    assert guest.get("/trends").status_code == 200


def test_the_last_owner_cannot_be_shut_out_and_others_are_out_at_once(visitor: TestClient, house: House):
    knock(visitor, code=CODE)
    guest = invited(visitor, "carer")
    accounts = {each.shown: each.account_id for each in house.people.accounts()}
    end = {"csrf": token(visitor), "account": accounts["Rosa"]}
    assert "Invite another owner first" in visitor.post("/person/end", data=end).text
    visitor.post("/person/end", data=end | {"account": accounts["Carer"]})
    assert guest.get("/").status_code == 303


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "/a\nb", "evil", ""])
def test_nobody_is_sent_elsewhere_after_the_door(path: str):
    assert within(path) == "/"
    assert within("/nights?until=2026-01-01") == "/nights?until=2026-01-01"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.example:80"])
def test_a_request_for_another_host_is_refused(visitor: TestClient, host: str):
    assert visitor.get("/login", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8321", "[::1]:8321"])
def test_this_machine_may_be_called_by_each_of_its_names(visitor: TestClient, host: str):
    assert visitor.get("/login", headers={"host": host}).status_code == 200


def test_an_oversize_body_is_refused_declared_or_not(visitor: TestClient, house: House):
    knock(visitor, code=CODE)
    csrf = token(visitor)
    big = {"csrf": csrf, "helpers": "x" * (MOST_BYTES + 1)}
    assert visitor.post("/person", data=big).status_code == 413
    endless = (b"csrf=" + csrf.encode() + b"&helpers=" if n == 0 else b"x" * 65536 for n in range(40))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert visitor.post("/person", content=endless, headers=kind).status_code == 403
    assert house.profile.read() == {}


@pytest.mark.parametrize("body", [b"%", b"\xff\xfe", b"a" * 1000, b"--x\r\n"])
def test_a_malformed_body_is_refused(visitor: TestClient, body: bytes):
    knock(visitor, code=CODE)
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/x",
    ):
        assert visitor.post("/person", content=body, headers={"content-type": kind}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2fsite.py", "/static//etc/passwd"]
)
def test_no_file_outside_the_folder_is_served(visitor: TestClient, path: str):
    assert visitor.get(path).status_code in (303, 404)


def test_every_answer_carries_the_headers_that_bind_a_browser(visitor: TestClient):
    for path in ("/", "/login", "/static/page.css", "/nothing"):
        headers = visitor.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
    assert visitor.get("/login").headers["cache-control"] == "no-store"
    cookie = visitor.get("/login").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
