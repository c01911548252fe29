"""What a family sets on the page is what the bedside goes by, unless a file says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import bedside_here, objects
from page_browser import CHEAP, CODE, Clock, empty_log
from starlette.testclient import TestClient
from test_web_door import HERE, knock, token

from assistant.app import App
from assistant.person import FROM_PAGE, with_person
from assistant.settings import InForce, PersonSettings, Settings
from assistant.store import Store
from assistant.store.house import House
from assistant.web.render import Pages
from assistant.web.site import make_site

if TYPE_CHECKING:
    from pathlib import Path

CALF = '- {clock: "2026-01-15T03:00:00"}\n- {at: 1, say: my left calf is cramping}\n'


def save(folder: Path, **fields: str) -> int:
    empty_log(folder)
    with House(folder, Clock()) as house:
        page = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
        knock(page, code=CODE)
        status: int = page.post("/person", data={"csrf": token(page)} | fields).status_code
        return status


def settings_of(folder: Path) -> Settings:
    app = App(str(folder))
    with app.store() as store:
        app.meet(store)
    return app.settings


def test_every_switch_of_the_person_stands_on_the_page_and_takes_what_the_page_gives(tmp_path: Path):
    switches = Pages().words["switch"]
    assert {*switches, "wake_hour", "bed_hour"} == set(PersonSettings.model_fields)
    for name, known in switches.items():
        for value in known["may_be"]:
            told = with_person(InForce(Settings(), {}), {name: value}).person.model_dump()[name]
            assert told in (value, value == "yes"), name
    assert save(tmp_path, switch_hip_replacement="perhaps") == 400


def test_numbers_volume_and_what_is_kept_are_the_pages_where_no_file_says_otherwise(tmp_path: Path):
    fields = {"emergency": "112", "volume": "0.4", "words_days": "3", "consent_shown": "1", "switch_pregnancy": "late"}
    assert save(tmp_path, **fields) == 303
    found = settings_of(tmp_path)
    assert (found.numbers.emergency, found.numbers.urgent_line) == ("112", "your doctor's line")
    assert (found.sound.volume, found.words.days, found.words.keep) == (0.4, 3, False)
    assert found.person.pregnancy == "late"
    (tmp_path / "bedside.toml").write_text('[numbers]\nemergency = "144"\n', encoding="utf-8")
    assert settings_of(tmp_path).numbers.emergency == "144"
    assert settings_of(tmp_path).sound.volume == 0.4


def test_a_value_that_cannot_be_is_passed_over(tmp_path: Path):
    empty_log(tmp_path)
    with House(tmp_path, Clock()) as house:
        house.profile.write({"volume": 7, "emergency": "112", "fistula": "who knows"}, "Rosa")
    found = settings_of(tmp_path)
    assert (found.sound.volume, found.numbers.emergency, found.person.fistula) == (1.0, "112", "unknown")


def test_the_hours_of_the_page_are_the_bedsides(tmp_path: Path):
    assert save(tmp_path, wake_hour="9", bed_hour="18") == 303
    person = settings_of(tmp_path).person
    assert (person.wake_hour, person.bed_hour) == (9, 18)
    assert person.profile.wake_hour == 9
    assert save(tmp_path, wake_hour="", bed_hour="") == 303
    assert settings_of(tmp_path).person.wake_hour == 0
    assert save(tmp_path, wake_hour="13") == 400


@pytest.mark.parametrize(("told", "stretched"), [("yes", False), ("no", True)])
def test_a_night_goes_by_the_person_of_the_page(tmp_path: Path, told: str, stretched: bool):  # noqa: FBT001 - a row
    assert save(tmp_path, switch_recent_fracture=told) == 303
    script = tmp_path / "night.yaml"
    script.write_text(CALF, encoding="utf-8")
    done = bedside_here("night", script, "--json", "--data", tmp_path)
    kinds = {each.get("kind") for each in objects(done.stdout) if each["event"] == "said"}
    assert ("step" in kinds) == stretched


def test_what_a_new_log_holds_of_the_person_is_nothing(tmp_path: Path):
    with Store.open(tmp_path) as store:
        assert store.profile() == {}
    assert set(FROM_PAGE.values()) <= {(s, k) for s, keys in Settings().model_dump().items() for k in keys}
