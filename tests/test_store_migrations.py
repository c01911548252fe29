import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from store_samples import NIGHT, complaint, heard, known_of, stamp

from assistant.store import Episode, Store, StoreError, StoreTooNew, tables
from assistant.store.place import FILE_NAME, open_engine, place_of
from assistant.store.upgrade import MIGRATIONS, SCHEMA, bring_up

REFUSED = r"could not be brought up to date \(.*\) and is as it was; update the program \(git pull\) and try again"
NEXT = f"{SCHEMA + 1:04d}"
SECOND_STEP = f"""
import sqlalchemy as sa
from alembic import op
revision = "{NEXT}"
down_revision = "{SCHEMA:04d}"
def upgrade():
    op.add_column("episode", sa.Column("moon", sa.Text()))
"""


@pytest.fixture
def log(tmp_path: Path):
    """A folder with a log that has something in it, and the episode in it."""
    folder = tmp_path / "data"
    with Store.open(folder) as store:
        store.open_episode(complaint())
        store.append(heard("ow"))
        [episode] = store.episodes()
    return folder, episode


@pytest.fixture
def next_steps(tmp_path: Path):
    """Today's migrations and one more, as a newer program would bring them."""
    folder = shutil.copytree(MIGRATIONS, tmp_path / "steps", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{NEXT}_moon.py").write_text(SECOND_STEP)
    return folder


def upgrade(folder: Path, steps: Path) -> None:
    place = place_of(folder)
    engine = open_engine(place, busy_ms=250, checkpoints=False)
    try:
        bring_up(engine, place, head=SCHEMA + 1, scripts=steps)
    finally:
        engine.dispose()


def columns_and_schema(file: Path) -> tuple[set[str], int]:
    with closing(sqlite3.connect(file)) as reading:
        columns = {row[1] for row in reading.execute("PRAGMA table_info(episode)")}
        [[number]] = reading.execute("SELECT version_num FROM alembic_version").fetchall()
    return columns, int(number)


def test_migrations_lead_to_the_tables_that_the_program_knows(tmp_path: Path):
    Store.open(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, tables.metadata)
    engine.dispose()
    assert differences == []


def test_migrations_are_numbered_without_a_gap_up_to_the_schema_of_the_program():
    revisions = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions[::-1] == [f"{number:04d}" for number in range(1, SCHEMA + 1)]


def test_a_new_log_has_todays_schema_and_no_backup(tmp_path: Path):
    with Store.open(tmp_path) as store:
        assert store.schema_number == SCHEMA
        assert sorted(each.name for each in tmp_path.glob("*before*")) == []


def test_an_older_log_is_copied_and_then_brought_up_to_date(log: tuple[Path, Episode], next_steps: Path):
    folder, episode = log
    upgrade(folder, next_steps)
    copy = folder / f"{FILE_NAME}.before-{SCHEMA + 1}"
    assert sorted(each.name for each in folder.iterdir()) == [FILE_NAME, copy.name]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    old, new = columns_and_schema(copy), columns_and_schema(folder / FILE_NAME)
    assert (new[0] - old[0], old[1], new[1]) == ({"moon"}, SCHEMA, SCHEMA + 1)
    copy.replace(folder / FILE_NAME)
    with Store.open(folder) as restored:
        assert [known_of(each) for each in restored.episodes()] == [known_of(episode)]


def test_the_older_program_refuses_the_newer_log(log: tuple[Path, Episode], next_steps: Path):
    folder, _ = log
    upgrade(folder, next_steps)
    with pytest.raises(StoreTooNew, match=f"has schema {SCHEMA + 1}, but this program knows only up to {SCHEMA}"):
        Store.open(folder)


def test_a_migration_that_fails_leaves_the_log_as_it_was(log: tuple[Path, Episode], next_steps: Path):
    folder, episode = log
    step = next_steps / "versions" / f"{NEXT}_moon.py"
    step.write_text(SECOND_STEP + "    raise RuntimeError('half-way')\n")
    with pytest.raises(StoreError, match=REFUSED) as refused:
        upgrade(folder, next_steps)
    assert "half-way" not in str(refused.value)  # an error's own text may quote a record
    columns, number = columns_and_schema(folder / FILE_NAME)
    assert ("moon" in columns, number) == (False, SCHEMA)
    with Store.open(folder) as store:
        assert list(store.episodes()) == [episode]


MISTAKES = {
    "op.execute('DROP TABLE absent')": "no such table: absent",
    "op.add_column('episode', sa.Column('side', sa.Text()))": "duplicate column name: side",
    "op.get_bind().execute(sa.text('SELECT :nothing'), {'other': 'my words'})": "StatementError",
    "op.get_bind().scalar(sa.text('SELECT 1')).missing": "AttributeError",
}


@pytest.mark.parametrize(("mistake", "why"), MISTAKES.items())
def test_whatever_a_migration_meets_is_told_with_its_remedy_and_the_copy_stays(
    log: tuple[Path, Episode], next_steps: Path, mistake: str, why: str
):
    folder, episode = log
    (next_steps / "versions" / f"{NEXT}_moon.py").write_text(f"{SECOND_STEP}    {mistake}\n")
    with pytest.raises(StoreError, match=REFUSED) as refused:
        upgrade(folder, next_steps)
    assert why in str(refused.value)
    assert "my words" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert columns_and_schema(folder / f"{FILE_NAME}.before-{SCHEMA + 1}")[1] == SCHEMA
    with Store.open(folder) as store:
        assert list(store.episodes()) == [episode]


def test_a_migration_that_is_missing_is_told_with_its_remedy(log: tuple[Path, Episode], next_steps: Path):
    folder, _ = log
    (next_steps / "versions" / f"{NEXT}_moon.py").unlink()
    with pytest.raises(StoreError, match=REFUSED):
        upgrade(folder, next_steps)
    Store.open(folder).close()


def test_a_copy_that_finds_something_in_its_place_is_told_and_nothing_is_changed(
    log: tuple[Path, Episode], next_steps: Path
):
    folder, _ = log
    (folder / f"{FILE_NAME}.before-{SCHEMA + 1}.part").mkdir()
    with pytest.raises(StoreError, match=r"before-.* cannot be written \(.*\); run as the user who owns"):
        upgrade(folder, next_steps)
    assert columns_and_schema(folder / FILE_NAME)[1] == SCHEMA


SINCE_SCHEMA_2 = {
    "columns": ("sleep_disturbance", "bother", "grade", "deleted_at"),
    "table": (
        *("session", "account", "invitation", "login_failure", "profile"),
        *("delivery", "helper", "line_review", "erasing"),
    ),
    "index": ("ix_journal_kind", "ix_journal_at_utc"),
}


def test_of_an_older_log_the_played_episodes_are_marked_and_the_others_stay_without(tmp_path: Path):
    played, had = (replace(complaint(), onset=stamp(boot=boot)) for boot in ("simulated", "7f2b"))
    with Store.open(tmp_path) as store:
        store.open_episode(played)
        store.open_episode(had)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as back_to_schema_1:
        for column in ("origin", *SINCE_SCHEMA_2["columns"]):
            back_to_schema_1.execute(f"ALTER TABLE episode DROP COLUMN {column}")
        for kind in ("table", "index"):
            for name in SINCE_SCHEMA_2[kind]:
                back_to_schema_1.execute(f"DROP {kind} {name}")
        back_to_schema_1.execute("UPDATE alembic_version SET version_num = '0001'")
        back_to_schema_1.commit()
    with Store.open(tmp_path) as store:
        origins = {each.episode_id: each.origin for each in store.episodes()}
        assert origins == {played.episode_id: "script", had.episode_id: None}
        assert store.episodes_on_night(NIGHT) == 1


def test_processes_that_start_at_once_on_an_empty_folder_make_one_log(tmp_path: Path):
    code = f"from assistant.store import Store\nwith Store.open({str(tmp_path)!r}) as store: print(store._owner)"
    starting = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    owners = [process.communicate()[0] for process in starting]
    assert [process.returncode for process in starting] == [0, 0]
    assert owners[0] == owners[1] != ""
