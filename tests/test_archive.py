"""Everything out, everything in again without loss, and everything gone for good."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from command_line import bedside_here, refusal
from page_browser import CHEAP, CODE, Clock, empty_log
from starlette.testclient import TestClient
from store_samples import heard, tell_a_night
from test_sending import ROSA
from test_web_door import HERE, invited, knock, token

from assistant.store import Store, StoreError
from assistant.store.archive import HELD, restore
from assistant.store.house import House
from assistant.store.place import FILE_NAME
from assistant.store.records_sending import Raised
from assistant.web.site import make_site

if TYPE_CHECKING:
    from pathlib import Path


def full_log(folder: Path) -> None:
    """One of everything that a log can hold."""
    with Store.open(folder) as store:
        tell_a_night(store)
    with House(folder, Clock(), ("live", "page")) as house:
        [episode, *_] = house.reading.all_episodes()
        house.editing.change(episode.episode_id, "Rosa", 9999, {"note": "slept\nwell ☾", "grade": "helped"})
        house.editing.put_away(episode.episode_id, "Rosa")
        house.profile.write({"name": "Anna", "medicine": ["statin"], "consent.words": True}, "Rosa")
        house.outbox.save(ROSA, "Rosa")
        raised = Raised(3, "urgent", "rf_dvt", datetime(2026, 3, 1, tzinfo=UTC), None)
        house.outbox.claim(raised, ROSA, "t", "b")
        house.reviews.sign({"calf.first": "0123"}, "B. Meier, nurse", "Berta")


def content(folder: Path) -> dict[str, list[Any]]:
    """Every row of every table but of those that say who may come in."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as log:
        return {each.name: sorted(map(repr, log.execute(f'SELECT * FROM "{each.name}"'))) for each in HELD}  # noqa: S608


def archive(folder: Path) -> list[str]:
    with House(folder, Clock()) as house:
        return list(house.archive())


def test_everything_comes_out_and_goes_in_again_without_loss(tmp_path: Path):
    full_log(tmp_path / "old")
    lines = archive(tmp_path / "old")
    number = restore(tmp_path / "new", lines)
    old, new = content(tmp_path / "old"), content(tmp_path / "new")
    assert new == old
    assert all(old.values()), "a table without a row proves nothing"
    assert number == sum(map(len, old.values()))
    assert archive(tmp_path / "new") == lines
    with Store.open(tmp_path / "new") as store:  # numbers of events go on after the last one, and ids are known
        numbers = [json.loads(line)["row"]["seq"] for line in lines if '"table": "journal"' in line]
        assert store.append(heard("again")) == 1 + max(numbers)


def test_the_page_gives_the_archive_to_an_owner_alone_and_the_command_brings_it_in(tmp_path: Path):
    full_log(tmp_path / "old")
    with House(tmp_path / "old", Clock()) as house:
        owner = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
        knock(owner, code=CODE)
        assert invited(owner, "carer").get("/export/everything.jsonl.gz").status_code == 403
        packed = owner.get("/export/everything.jsonl.gz").content
    assert b"argon2" not in gzip.decompress(packed)
    file = tmp_path / "all.jsonl.gz"
    file.write_bytes(packed)
    done = bedside_here("restore", file, "--data", tmp_path / "new")
    assert done.returncode == 0
    assert content(tmp_path / "new")["episode"] == content(tmp_path / "old")["episode"]
    again = refusal(bedside_here("restore", file, "--data", tmp_path / "new"), 1)
    assert again.endswith("give a new folder with --data DIR, and begin there")
    file.write_bytes(packed[:-200])
    assert "cut off" in refusal(bedside_here("restore", file, "--data", tmp_path / "third"), 1)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda lines: lines[:-1], "cut off"),
        (lambda lines: lines[1:], "no bedside archive"),
        (lambda _: [], "no bedside archive"),
        (lambda lines: [lines[0], "{", *lines[1:]], "line 2 is no row"),
        (lambda lines: [lines[0], "7", *lines[1:]], "line 2 is no row"),
        (lambda lines: [lines[0].replace('"schema": ', '"schema": 9'), *lines[1:]], "has schema 9"),
        (lambda lines: [line.replace("profile", "account") for line in lines], "is no row of a bedside archive"),
        (lambda lines: [line.replace('"relief": 3', '"relief": 33') for line in lines], "holds a value that cannot be"),
        (lambda lines: [line.replace('"night_of": "2', '"night_of": "x2') for line in lines], "a value that cannot be"),
    ],
)
def test_an_archive_that_is_not_whole_writes_nothing(tmp_path: Path, spoil: Any, told: str):
    full_log(tmp_path / "old")
    lines = spoil(archive(tmp_path / "old"))
    with pytest.raises(StoreError, match=told):
        restore(tmp_path / "new", lines)
    found = content(tmp_path / "new")
    assert {name for name, rows in found.items() if rows} == {"house", "person", "device"}


def test_a_log_that_holds_something_is_not_overwritten(tmp_path: Path):
    full_log(tmp_path / "old")
    lines, before = archive(tmp_path / "old"), content(tmp_path / "old")
    with pytest.raises(StoreError, match="this log is not empty"):
        restore(tmp_path / "old", lines)
    assert content(tmp_path / "old") == before


def test_an_owner_erases_everything_for_good_and_the_people_stay(tmp_path: Path):
    empty_log(tmp_path)
    full_log(tmp_path)
    copy = tmp_path / f"{FILE_NAME}.before-4"
    copy.write_text("an old copy", encoding="utf-8")
    with House(tmp_path, Clock()) as house:
        owner = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
        knock(owner, code=CODE)
        form = {"csrf": token(owner), "sure": "erase"}
        assert owner.post("/person/erase", data=form).status_code == 400
        carer = invited(owner, "carer")
        everything = {"csrf": token(carer), "sure": "erase everything"}
        assert carer.post("/person/erase", data=everything).status_code == 403
        assert owner.post("/person/erase", data=form | {"sure": "Erase  everything"}).status_code == 303
        assert "You are Rosa (owner)" in owner.get("/").text
    left = content(tmp_path)
    assert {name for name, rows in left.items() if rows} == {"house", "person", "device", "journal"}
    assert len(left["journal"]) == 1
    assert "everything_erased" in left["journal"][0]
    assert not copy.exists()
    for file in tmp_path.iterdir():
        assert b"my left calf is killing me" not in file.read_bytes()
        assert b"slept" not in file.read_bytes()


def test_no_event_can_be_taken_out_of_the_journal_otherwise(tmp_path: Path):
    full_log(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as log:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            log.execute("DELETE FROM journal")
        assert log.execute("SELECT count(*) FROM erasing").fetchone() == (0,)
    assert json.loads(archive(tmp_path)[-1])["rows"] > 0
