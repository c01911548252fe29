import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event
from store_samples import better, complaint, environment, heard

from assistant.store import (
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
)
from assistant.store.failures import explained
from assistant.store.place import FILE_NAME, place_of
from assistant.store.upgrade import SCHEMA


def run_apart(code: str, folder: Path) -> list[str]:
    """Run code with the store in a process of its own, since it spoils the process; return its lines."""
    head = (
        "import os, resource, sys\nfrom pathlib import Path\n"
        "from store_samples import complaint, heard\nfrom assistant.store import Store, StoreError\n"
        "folder = Path(sys.argv[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", head + code, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


WITHOUT_PERMISSION = """
import tempfile
with tempfile.TemporaryDirectory() as first:
    Store.open(first).close()  # everything is imported while this process may still read it
if os.geteuid() == 0:
    os.seteuid(65534)
for what in (lambda: Store.open(folder), lambda: Store.open(folder / "below")):
    try:
        what()
    except StoreError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def shut_folder():
    """A folder with a log in it that only its owner may write, and, for a user, not even the owner."""
    with tempfile.TemporaryDirectory() as made:  # not tmp_path: nobody else may pass through that
        folder = Path(made)
        with Store.open(folder) as store:
            store.append(heard("before"))
        (folder / FILE_NAME).chmod(0o444)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


def test_a_folder_that_may_not_be_written_is_refused_with_the_remedy(shut_folder: Path):
    file, below = shut_folder / FILE_NAME, shut_folder / "below" / FILE_NAME
    refusal = "StoreReadOnly {} cannot be written (Permission denied); run as the user who owns {}, "
    refusal += "or give another --data folder"
    said = run_apart(WITHOUT_PERMISSION, shut_folder)
    assert said == [refusal.format(each, each.parent) for each in (file, below)]


def test_a_log_that_becomes_read_only_says_so_at_the_next_write(tmp_path: Path):
    with Store.open(tmp_path) as store:
        event.listen(store._link._engine, "checkout", lambda raw, *_: raw.execute("PRAGMA query_only = ON").close())
        with pytest.raises(StoreReadOnly, match=f"{FILE_NAME} may not be written; run as the user who owns it"):
            store.append(heard("ow"))


def test_a_full_disk_is_said_and_what_was_written_stays(tmp_path: Path):
    with Store.open(tmp_path) as store:
        kept = complaint()
        store.open_episode(kept)
        event.listen(store._link._engine, "checkout", lambda raw, *_: raw.execute("PRAGMA max_page_count = 1").close())
        with pytest.raises(StoreFull, match=r"no room to write .*; free some space there"):
            store.append_all([heard("x" * 4000)] * 50)
        assert [each.episode_id for each in store.episodes()] == [kept.episode_id]
        assert len(list(store.journal())) == 1


NO_MORE_ROOM = """
store = Store.open(folder)
store.open_episode(complaint())
size = (folder / "bedside.sqlite3-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5000, resource.RLIM_INFINITY))
for count in range(50):
    try:
        store.append(heard("x" * 1000))
    except StoreError as error:
        print(type(error).__name__, "free some space" in str(error))
        break
print(len(list(store.episodes())))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.open_episode(complaint(60))
print(len(list(store.episodes())))
"""


def test_a_disk_that_takes_no_more_is_survived_and_the_next_write_succeeds(tmp_path: Path):
    assert run_apart(NO_MORE_ROOM, tmp_path) == ["StoreFull True", "1", "2"]


def test_a_failed_write_is_a_full_disk_where_there_is_no_room_and_a_broken_one_where_there_is(tmp_path: Path):
    for folder, said in ((Path("/proc"), "no room to write"), (tmp_path, "the disk failed under")):  # /proc has no room
        failed = sqlite3.OperationalError("disk I/O error")
        failed.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        with pytest.raises(StoreFull, match=said), explained(place_of(folder)):
            raise failed


FULL_FROM_THE_START = """
import tempfile
with tempfile.TemporaryDirectory() as first:
    Store.open(first).close()
for limit in (0, 20000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        Store.open(folder)
    except StoreError as error:
        print(type(error).__name__, "free some space" in str(error))
"""


def test_a_first_start_on_a_full_disk_leaves_nothing_half_made(tmp_path: Path):
    assert run_apart(FULL_FROM_THE_START, tmp_path) == ["StoreFull True", "StoreFull True"]
    with Store.open(tmp_path) as store:
        assert list(store.journal()) == []
        assert store.append(heard("now")) == 1


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    (tmp_path / FILE_NAME).write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(StoreDamaged, match=f"{FILE_NAME} is broken or no log of ours; move it away"):
        Store.open(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == b"Dear diary, " * 1000


@pytest.mark.parametrize("table", ["recipes (name TEXT)", "alembic_version (version_num TEXT)"])
def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, table: str):
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute(f"CREATE TABLE {table}")
    with pytest.raises(StoreDamaged, match="is a database, but no bedside log; give another --data folder"):
        Store.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        assert len(other.execute("SELECT name FROM sqlite_master").fetchall()) == 1


def test_a_log_without_its_home_is_refused(tmp_path: Path):
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as by_hand:
        by_hand.execute("DELETE FROM person")
        by_hand.commit()
    with pytest.raises(StoreDamaged, match="has no home or no person"):
        Store.open(tmp_path)


def test_a_broken_page_is_found_by_the_check(tmp_path: Path):
    with Store.open(tmp_path) as store:
        store.append_all([heard("x" * 3000)] * 50)
        store.check()
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek(-40 * 4096, os.SEEK_END)
        file.write(b"\xff" * 4096 * 20)
    with Store.open(tmp_path) as store, pytest.raises(StoreDamaged, match="; move it away and put the newest backup"):
        store.check()


def test_a_log_that_another_holds_is_read_but_a_write_gives_up_soon(tmp_path: Path):
    with Store.open(tmp_path, busy_ms=20) as store, closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        store.append(heard("before"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="is held by another program; close that program, or wait and try again"):
            store.append(heard("lost"))
        Store.open(tmp_path).close()
        other.rollback()
        store.append(heard("after"))
        assert [each.payload["text"] for each in store.journal()] == ["before", "after"]


def test_a_log_of_a_newer_program_is_refused_with_both_numbers(tmp_path: Path):
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '0099'")
        newer.commit()
    with pytest.raises(
        StoreTooNew, match=f"has schema 99, but this program knows only up to {SCHEMA}; update the program"
    ):
        Store.open(tmp_path)


def test_something_else_in_the_place_of_the_folder_or_file_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder" / FILE_NAME).mkdir(parents=True)
    for where in ("file", "folder"):
        with pytest.raises(
            StoreError, match="something else has that name; move it away or give another --data folder"
        ):
            Store.open(tmp_path / where)


def test_a_first_start_that_was_cut_short_begins_clean_the_next_time(tmp_path: Path):
    (tmp_path / FILE_NAME).touch()
    with Store.open(tmp_path) as store:
        store.open_episode(opening := complaint())
        store.close_episode(opening.episode_id, better())
        assert len(list(store.episodes())) == 1


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite://", "a log in memory would forget the night; give a folder or a file"),
        ("sqlite:///:memory:", "a log in memory would forget the night; give a folder or a file"),
        ("://", "the address of the log cannot be read; write it like postgresql"),
        ("postgresql+nosuch://host/x", r"no driver for postgresql\+nosuch .*; install one: pip install"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", r"me:\*\*\*@127.0.0.1:1/x does not answer .*; check that"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(address: str, message: str):
    with pytest.raises(StoreError, match=message) as refused:
        Store.open(address)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
