"""*Person*: the five steps of a first visit, what a family ticks and types, and the other one in this bed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from test_web_door import invited, token
from test_web_pages import page as page  # noqa: PLC0414 - a fixture
from test_web_pages import text_of

from assistant.web.render import Pages

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from assistant.store.house import House

WORDS = Pages().words
GENERAL = "This is general information, not diagnosis or treatment."


def save(page: TestClient, **fields: str) -> Response:
    """Send the form."""
    return page.post("/person", data={"csrf": token(page)} | fields)


def legends(page: TestClient, path: str) -> list[str]:
    """The parts that a page shows."""
    return re.findall(r"<legend>(\d) · [^<]+</legend>", page.get(path).text)


def test_each_step_shows_one_part_and_leads_to_the_next(page: TestClient, house: House):
    for n, fields in enumerate(({"name": "Ada"}, {"helpers": "Bob"}, {"emergency": "112"}, {}, {"consent_words": "on"}), 1):
        assert legends(page, f"/person?step={n}") == [str(n)]
        told = text_of(page.get(f"/person?step={n}"))
        assert f"Step {n} of 5: {WORDS['step'][n - 1].lower()}" in told
        assert GENERAL in told
        follows = f"/person?step={n + 1}&done=saved" if n < 5 else "/person?done=set_up"
        assert save(page, step=str(n), consent_shown="1", **fields).headers["location"] == follows
    told = house.profile.read()
    assert (told["name"], told["helpers"], told["emergency"], told["consent.words"]) == ("Ada", "Bob", "112", True)


def test_each_step_can_be_skipped_taken_back_and_repeated(page: TestClient, house: House):
    for n in range(1, 6):
        links = re.findall(r'href="(/person[^"]*)">(Skip this step|Back)<', page.get(f"/person?step={n}").text)
        back = [(f"/person?step={n - 1}", "Back")] if n > 1 else []
        assert links == [(f"/person?step={n + 1}" if n < 5 else "/person", "Skip this step"), *back]
    assert house.profile.read() == {}
    whole = page.get("/person")
    assert legends(page, "/person") == ["1", "2", "3", "4", "5"]
    assert 'href="/person?step=1">Go through the five steps again<' in whole.text
    assert GENERAL in text_of(whole)


def test_a_step_that_there_is_not_or_that_nobody_may_take_is_the_whole_page(page: TestClient):
    for wrong in ("0", "6", "-1", "x", "\u0661", ""):
        assert len(legends(page, f"/person?step={wrong}")) == 5, wrong
    assert save(page, step="6").headers["location"] == "/person?done=saved"
    reader = invited(page, "read_only")
    assert len(legends(reader, "/person?step=1")) == 5
    assert "Go through the five steps" not in text_of(reader.get("/person"))


def test_who_did_what_and_the_way_out_everywhere_stand_on_the_page_itself(page: TestClient):
    shown = page.get("/person")
    assert re.findall("<title>(.*)</title>", shown.text) == ["Person · Bedside"]
    assert "Log me out on every device" in text_of(shown)
    assert "Rosa · came in" in text_of(shown)
