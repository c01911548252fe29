"""The reviewer's sheet on the page: who may sign, and what a signature holds for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from page_browser import CHEAP, CODE
from starlette.testclient import TestClient
from test_web_door import HERE, invited, knock, token
from test_web_pages import text_of

from assistant.app import App
from assistant.cli_web import _spoken
from assistant.web.site import make_site

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.house import House
    from assistant.web.lines import SpokenLine

NAME = "B. Meier, nurse, 7601000"


@pytest.fixture
def spoken(tmp_path: Path) -> list[SpokenLine]:
    return _spoken(App(str(tmp_path)))


@pytest.fixture
def owner(house: House, spoken: list[SpokenLine]) -> TestClient:
    visitor = TestClient(make_site(house, first_code=CODE, hasher=CHEAP, spoken=spoken), HERE, follow_redirects=False)
    knock(visitor, code=CODE)
    return visitor


def test_a_reviewer_signs_every_line_and_takes_one_signature_back(owner: TestClient, spoken: list[SpokenLine]):
    reviewer = invited(owner, "reviewer")
    assert f"0 of {len(spoken)} lines are approved" in text_of(owner.get("/lines"))
    ticked = {f"line_{each.name}": each.mark for each in spoken} | {"csrf": token(reviewer)}
    assert "Write your name and registration" in text_of(reviewer.post("/lines", data=ticked))
    assert reviewer.post("/lines", data=ticked | {"reviewer": NAME}).status_code == 303
    assert f"{len(spoken)} of {len(spoken)} lines are approved" in text_of(owner.get("/lines"))
    assert f"Approved by {NAME}, Sun 15 Mar 2026" in text_of(owner.get("/lines"))
    first = {"csrf": token(reviewer), "do": "withdraw", f"line_{spoken[0].name}": spoken[0].mark}
    reviewer.post("/lines", data=first)
    assert f"{len(spoken) - 1} of {len(spoken)} lines are approved" in text_of(owner.get("/lines"))


def test_a_line_that_changes_loses_its_signature(owner: TestClient, house: House, spoken: list[SpokenLine]):
    reviewer, line = invited(owner, "reviewer"), spoken[0]
    form = {"csrf": token(reviewer), "reviewer": NAME, f"line_{line.name}": line.mark}
    reviewer.post("/lines", data=form)
    other = [replace(line, said="Something else.", mark="other"), *spoken[1:]]
    site = make_site(house, first_code="", hasher=CHEAP, spoken=other)
    later = TestClient(site, HERE, follow_redirects=False, cookies=dict(reviewer.cookies))
    assert "Its words have changed since they were approved." in text_of(later.get("/lines"))
    assert f"0 of {len(spoken)} lines are approved" in text_of(later.get("/lines"))
    refused = later.post("/lines", data=form)
    assert (refused.status_code, "Load the page again and read them." in text_of(refused)) == (409, True)


def test_nobody_but_a_reviewer_signs(owner: TestClient, house: House, spoken: list[SpokenLine]):
    for who in (owner, invited(owner, "carer"), invited(owner, "read_only")):
        form = {"csrf": token(who), "reviewer": NAME, f"line_{spoken[0].name}": spoken[0].mark}
        assert who.post("/lines", data=form).status_code == 403
        assert "Sign the ticked lines" not in who.get("/lines").text
    assert house.reviews.read() == {}
