"""The code for the page's first visit, spoken at the bedside by day, opens the door of the real page."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from night_tables import BEGINS, play
from page_browser import CODE, Clock
from test_web_door import another, knock

from assistant.dialog.effects import Say
from assistant.dialog.events import CodeMade, Understood
from assistant.dialog.machine import step
from assistant.dialog.profile import Profile
from assistant.dialog.script import load_script
from assistant.dialog.state import State
from assistant.first_visit import GOOD_FOR
from assistant.scribe import Scribe
from assistant.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from assistant.store.house import House

NOON = BEGINS + timedelta(hours=9)


def asked(folder: Path, clock: Clock) -> list[str]:
    """What is said at noon to "what is the code for the page?"."""
    with Store.open(folder, now=clock) as store, closing(Scribe(store)) as scribe:
        return [str(each["text"]) for each in play({0: "page_code"}, {}, NOON, disk=scribe).of("said")]


def digits(said: list[str]) -> str:
    return "".join(letter for letter in said[0] if letter.isdigit())


def test_the_spoken_code_makes_the_owner_once(visitor: TestClient, house: House, tmp_path: Path, clock: Clock):
    said = asked(tmp_path, clock)
    code = digits(said)
    assert len(code) == 8
    shown = f"{' '.join(code[:4])}, {' '.join(code[4:])}"
    assert said == [f"The code is {shown}.", f"Again: {shown}.", "It is good for one hour."]
    assert knock(visitor, code=f"{code[:4]} {code[4:]}").status_code == 303
    assert [(each.shown, each.role) for each in house.people.accounts()] == [("Rosa", "owner")]
    assert knock(another(visitor), code=code, name="Eve").status_code == 403
    assert asked(tmp_path, clock) == ["The page has an owner, who can invite you."]


def test_the_spoken_code_is_good_for_an_hour(visitor: TestClient, tmp_path: Path, clock: Clock):
    code = digits(asked(tmp_path, clock))
    clock.wall += GOOD_FOR
    assert knock(visitor, code=code).status_code == 403


def test_the_printed_code_still_opens_the_door(visitor: TestClient, tmp_path: Path, clock: Clock):
    asked(tmp_path, clock)
    assert knock(visitor, code=CODE).status_code == 303


def test_a_code_that_comes_late_is_not_read_out_over_help():
    script, now = load_script(), 100.0
    day = replace(State(profile=Profile()), by_day=True)
    helping, _ = step(day, Understood("cramp", {"site": "calf"}), now, script)
    assert step(helping, CodeMade(owned=False), now + 1, script)[1] == ()
    assert [effect.line for effect in step(day, CodeMade(owned=True), now, script)[1] if isinstance(effect, Say)] == [
        "page.owned"
    ]
