import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_samples import NIGHT, THREE, better, complaint, heard, known_of, stamp

from assistant.store import Closing, Episode, JournalEntry, Stamp, Store, StoreError, new_id, night_of, tables
from assistant.store.place import FILE_NAME


@pytest.fixture(scope="module")
def empty_log(tmp_path_factory: pytest.TempPathFactory):
    """A log with nothing in it, to be copied: making it anew takes a tenth of a second."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    Store.open(folder).close()
    return folder


@pytest.fixture
def store(tmp_path: Path, empty_log: Path) -> Iterator[Store]:
    shutil.copytree(empty_log, tmp_path / "data")
    with Store.open(tmp_path / "data", now=lambda: stamp(500)) as opened:
        yield opened


def kinds(store: Store) -> list[str]:
    return [each.kind for each in store.journal()]


def test_importing_the_records_loads_no_database_library():
    code = "import sys, assistant.store.records, assistant.store\n"
    code += "print([m for m in sys.modules if 'alchemy' in m or 'alembic' in m])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_opening_a_log_that_is_up_to_date_does_not_load_alembic(tmp_path: Path):
    Store.open(tmp_path).close()
    code = (
        f"import sys, pathlib\nfrom assistant.store import Store\nStore.open(pathlib.Path({str(tmp_path)!r})).close()\n"
    )
    code += "print([m for m in sys.modules if m.startswith('alembic')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_folder_and_its_files_are_for_their_owner_alone(store: Store, tmp_path: Path):
    store.append(heard("ow"))
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "data").iterdir()}
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_an_episode_reads_back_as_it_was_opened_and_closed(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.close_episode(opening.episode_id, better(no_response=True, stood_up=False))
    [episode] = store.episodes()
    assert known_of(episode) == {
        "episode_id": opening.episode_id,
        "night_of": NIGHT,
        "onset": stamp(),
        "end": stamp(95),
        "duration_s": 95.0,
        "ended_by": "better",
        "end_inferred": False,
        "no_response": True,
        "stood_up": False,
        "intent": "cramp",
        "site": "calf",
        "side": "left",
        "severity": "severe",
        "relief": 3,
        "relief_latency_s": 71.5,
        "rounds": 2,
        "hold_s": 60.0,
        "stretch_site": "calf",
        "engine": "moonshine",
        "asr_conf": 0.93,
        "origin": "live",
        "heard": "my left calf is killing me",
        "device_latency_ms": 612.5,
        "versions": {"bedside": "0.1.0", "pack": "3"},
    }
    assert kinds(store) == ["episode_opened", "episode_closed"]


def test_an_episode_as_a_dict_is_json_with_local_times(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.update_episode(opening.episode_id, class_="mixed", triggers=("cold",))
    [episode] = store.episodes()
    as_dict = json.loads(json.dumps(episode.as_dict()))
    wanted = {
        "episode_id": opening.episode_id,
        "night_of": "2026-03-01",
        "onset": "2026-03-02T03:00:00+01:00",
        "onset_trusted": True,
        "end": None,
        "class": "mixed",
        "triggers": ["cold"],
        "red_flag": None,
    }
    assert {name: as_dict[name] for name in wanted} == wanted


def test_the_duration_is_counted_by_the_clock_that_cannot_jump(store: Store):
    opening = complaint()
    store.open_episode(opening)
    jumped = Stamp(THREE + timedelta(hours=1), 120, "boot-1", 1042.0, trusted=True)
    store.close_episode(opening.episode_id, Closing(jumped, "stop"))
    assert [each.duration_s for each in store.episodes()] == [42.0]


def stamped(seconds: float, boot: str, *, trusted: bool = True) -> Stamp:
    return replace(stamp(seconds, boot=boot), trusted=trusted)


@pytest.mark.parametrize(
    ("end", "lasted"),
    [
        (stamped(70, "boot-2"), 70.0),
        (stamped(70, "boot-2", trusted=False), None),
        (stamped(-70, "boot-2"), None),
        (replace(stamped(70, "boot-1", trusted=False), monotonic_s=999.0), None),
    ],
    ids=["clock right both times", "clock not known to be right", "clock went back", "seconds of another count"],
)
def test_after_a_restart_the_duration_is_counted_by_a_clock_that_was_right_or_not_at_all(
    store: Store, end: Stamp, lasted: float | None
):
    opening = complaint()
    store.open_episode(opening)
    store.close_episode(opening.episode_id, Closing(end, "interrupted", end_inferred=True))
    assert [(each.duration_s, each.end_inferred) for each in store.episodes()] == [(lasted, True)]


def test_two_stamps_that_name_no_run_of_the_machine_have_no_seconds_in_common():
    early, late = (replace(stamp(seconds, boot=""), monotonic_s=0.0) for seconds in (0, 30))
    assert late.seconds_since(early) == 30.0
    assert replace(late, trusted=False).seconds_since(early) is None


def test_an_end_of_which_only_the_onset_is_known_has_no_duration(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.close_episode(opening.episode_id, Closing(opening.onset, "interrupted", end_inferred=True))
    assert [(each.end, each.duration_s) for each in store.episodes()] == [(opening.onset, None)]


def test_a_changed_field_keeps_its_old_value_in_the_journal(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.update_episode(opening.episode_id, site="foot", side="left", class_="unclear", edited_by="daughter")
    [change] = [each for each in store.journal() if each.kind == "episode_changed"]
    assert change == JournalEntry(
        "episode_changed",
        opening.episode_id,
        stamp(500),
        {
            "old": {"site": "calf", "class": None, "edited_by": None},
            "new": {"site": "foot", "class": "unclear", "edited_by": "daughter"},
        },
    )


def test_a_change_to_the_same_value_leaves_no_trace(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.update_episode(opening.episode_id, site="calf")
    assert kinds(store) == ["episode_opened"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sit": "calf"}, "no field 'sit' to change; did you mean 'site'?"),
        ({"house_id": "x"}, "no field 'house_id' to change; "),
        ({"zzz": 1}, "use one of duration_s, ended_by"),
        ({"rounds": "three"}, "'rounds' of an episode cannot be 'three'; give a whole number"),
        ({"rounds": True}, "'rounds' of an episode cannot be True; give a whole number"),
        ({"hold_s": "30"}, "'hold_s' of an episode cannot be '30'; give a number"),
        ({"stood_up": "no"}, "'stood_up' of an episode cannot be 'no'; give true or false"),
        ({"class": 3}, "'class' of an episode cannot be 3; give a text"),
        ({"note": 3}, "'note' of an episode cannot be 3; give a text"),
        ({"triggers": "cold"}, "'triggers' of an episode cannot be 'cold'; give a list of names"),
        ({"versions": []}, r"'versions' of an episode cannot be \[\]; give names and their texts"),
        ({"site": None}, "'site' of an episode cannot be empty; give a value"),
        ({"relief": 9}, "relief.*correct the value that it names"),
        ({"pain_now": 11}, "pain_now.*correct the value that it names"),
    ],
)
def test_a_field_that_cannot_be_is_refused_by_name_and_nothing_is_written(
    store: Store, fields: dict[str, Any], message: str
):
    opening = complaint()
    store.open_episode(opening)
    with pytest.raises(StoreError, match=message):
        store.update_episode(opening.episode_id, pain_morning=4, **fields)
    assert [each.pain_morning for each in store.episodes()] == [None]
    assert kinds(store) == ["episode_opened"]


def test_an_unknown_episode_can_be_neither_changed_nor_closed(store: Store):
    with pytest.raises(StoreError, match="there is no episode 7; open it first"):
        store.update_episode("7", site="calf")
    with pytest.raises(StoreError, match="there is no episode 7; open it first"):
        store.close_episode("7", better())


def test_an_episode_opens_once_and_closes_once(store: Store):
    opening = complaint()
    store.open_episode(opening)
    with pytest.raises(StoreError, match="refused the record"):
        store.open_episode(opening)
    store.close_episode(opening.episode_id, better())
    with pytest.raises(StoreError, match="is closed already"):
        store.close_episode(opening.episode_id, better(200))
    assert kinds(store) == ["episode_opened", "episode_closed"]


def test_closing_leaves_alone_what_it_does_not_know(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.update_episode(opening.episode_id, red_flag=["rf_hot"], rounds=1)
    store.close_episode(opening.episode_id, Closing(stamp(9), "red_flag"))
    assert [(each.red_flag, each.rounds, each.relief) for each in store.episodes()] == [(("rf_hot",), 1, None)]


def test_episodes_come_oldest_first_and_from_the_night_asked_for(store: Store):
    late, early, next_night = complaint(600), complaint(0), complaint(86_400)
    for opening in (late, next_night, early):
        store.open_episode(opening)
    assert [each.episode_id for each in store.episodes()] == [each.episode_id for each in (early, late, next_night)]
    assert [each.episode_id for each in store.episodes(since=date(2026, 3, 2))] == [next_night.episode_id]
    assert [store.episodes_on_night(night) for night in (NIGHT, date(2026, 3, 2), date(2026, 3, 3))] == [2, 1, 0]


def test_a_night_counts_only_the_episodes_that_somebody_had(store: Store):
    for at, origin in enumerate(("live", "demo", "script", "sample", "page")):
        store.open_episode(complaint(at, origin=origin))
    assert [each.origin for each in store.episodes()] == ["live", "demo", "script", "sample", "page"]
    assert [entry.payload["origin"] for entry in store.journal()] == ["live", "demo", "script", "sample", "page"]
    assert store.episodes_on_night(NIGHT) == 2
    assert store.episodes_on_night(NIGHT, origins=("script",)) == 1


def test_where_an_episode_comes_from_is_not_changed_afterwards(store: Store):
    store.open_episode(opening := complaint(origin="demo"))
    with pytest.raises(StoreError, match="an episode has no field 'origin' to change"):
        store.update_episode(opening.episode_id, origin="live")


def test_episodes_left_open_by_a_power_cut_are_found(store: Store, tmp_path: Path):
    closed, left = complaint(), complaint(60)
    store.open_episode(closed)
    store.open_episode(left)
    store.close_episode(closed.episode_id, better())
    for origin in ("page", "script", "demo", "sample"):
        store.open_episode(complaint(90, origin=origin))
    with Store.open(tmp_path / "data", device="another room") as other:
        other.open_episode(complaint(120))
    with Store.open(tmp_path / "data") as again:
        assert [each.episode_id for each in again.open_episodes()] == [left.episode_id]


def test_the_last_sign_of_an_episode_is_the_devices_own_and_not_the_pages(store: Store, tmp_path: Path):
    store.open_episode(opening := complaint())
    store.append(heard("still hurts", 50, opening.episode_id))
    store.append(heard("the news", 80))
    with Store.open(tmp_path / "data", device="page", now=lambda: stamp(9000)) as page:
        page.update_episode(opening.episode_id, note="slept badly")
    assert store.last_sign(opening.episode_id) == stamp(50)
    with pytest.raises(StoreError, match="nothing was written of episode none"):
        store.last_sign("none")


@pytest.mark.parametrize(
    ("local", "night"),
    [
        (datetime(2026, 3, 1, 12, 0), date(2026, 3, 1)),  # noqa: DTZ001 - the clock on the wall
        (datetime(2026, 3, 1, 23, 59), date(2026, 3, 1)),  # noqa: DTZ001
        (datetime(2026, 3, 2, 3, 0), date(2026, 3, 1)),  # noqa: DTZ001
        (datetime(2026, 3, 2, 11, 59, 59), date(2026, 3, 1)),  # noqa: DTZ001
        (datetime(2026, 1, 1, 0, 0), date(2025, 12, 31)),  # noqa: DTZ001
        (stamp().local, date(2026, 3, 1)),
    ],
)
def test_a_night_belongs_to_its_evening_from_noon_to_noon(local: datetime, night: date):
    assert night_of(local) == night


def test_a_stamp_is_held_in_utc_and_shown_in_local_time():
    moment = Stamp(datetime.fromisoformat("2026-03-02T03:00:00+01:00"), 60, "b", 0.0, trusted=True)
    assert (moment.utc.isoformat(), moment.local.isoformat()) == (
        "2026-03-02T02:00:00+00:00",
        "2026-03-02T03:00:00+01:00",
    )
    with pytest.raises(ValueError, match="a time with a zone"):
        Stamp(datetime(2026, 3, 2), 0, "b", 0.0, trusted=True)  # noqa: DTZ001


def test_new_ids_are_uuids_of_version_7_in_order():
    ids = [new_id() for _ in range(50)]
    assert ids == sorted(set(ids))
    assert {each[14] for each in ids} == {"7"}


def test_events_are_numbered_upwards_and_read_back_from_any_number(store: Store):
    numbers = store.append_all([heard("one"), heard("two"), heard("three")])
    assert numbers == [1, 2, 3]
    assert [(each.seq, each.payload["text"]) for each in store.journal(after=1)] == [(2, "two"), (3, "three")]
    assert [each.payload["text"] for each in store.journal(episode_id="nobody")] == []


def test_events_are_written_all_or_none(store: Store):
    with pytest.raises(StoreError, match="payload of 'odd' is no JSON"):
        store.append_all([heard("fine"), JournalEntry("odd", None, stamp(), {"x": object()})])
    with pytest.raises(StoreError, match="payload of 'odd' is no JSON"):
        store.append(JournalEntry("odd", None, stamp(), {"x": float("nan")}))
    assert kinds(store) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET kind = 'x'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal",
        "REPLACE INTO journal SELECT * FROM journal",
    ],
)
def test_the_journal_cannot_be_changed_even_by_hand(store: Store, tmp_path: Path, change: str):
    store.append(heard("mine"))
    by_hand = sqlite3.connect(tmp_path / "data" / FILE_NAME)
    with closing(by_hand), pytest.raises(sqlite3.IntegrityError, match="the journal is append-only"):
        by_hand.execute(change)
    assert [each.payload["text"] for each in store.journal()] == ["mine"]


def test_forgetting_takes_the_words_and_leaves_the_events(store: Store):
    opening = complaint()
    store.open_episode(opening)
    store.append_all([heard("old words", 5), JournalEntry("said", None, stamp(6), {"text": "Toes up."})])
    store.append(heard("new words", 90_000))
    assert store.forget_words(THREE + timedelta(hours=20)) == 2
    assert [each.payload.get("text") for each in store.journal()] == [None, None, "Toes up.", "new words"]
    assert [each.payload["score"] for each in store.journal() if each.kind == "heard"] == [0.5, 0.5]
    assert [(each.heard, each.site) for each in store.episodes()] == [(None, "calf")]
    assert store.forget_words(THREE + timedelta(hours=20)) == 0


def test_forgotten_words_are_gone_from_every_file(store: Store, tmp_path: Path):
    folder = tmp_path / "data"
    store.append(heard("xylophone marmalade"))
    old_copy = folder / f"{FILE_NAME}.before-1"
    old_copy.write_bytes(b"xylophone")

    def traces() -> list[str]:
        return sorted(each.name for each in folder.iterdir() if b"xylophone" in each.read_bytes())

    assert traces() == [f"{FILE_NAME}-wal", f"{FILE_NAME}.before-1"]
    store.forget_words(datetime.now(UTC) + timedelta(days=1))
    assert traces() == []


def test_a_time_without_a_zone_forgets_nothing(store: Store):
    with pytest.raises(StoreError, match="has no zone"):
        store.forget_words(datetime(2030, 1, 1))  # noqa: DTZ001


def test_each_reader_of_the_journal_has_its_own_cursor(store: Store):
    numbers = store.append_all([heard("one"), heard("two")])
    store.move_cursor("page", numbers[0])
    store.move_cursor("alerts", numbers[1])
    store.move_cursor("page", numbers[1])
    assert [store.cursor(reader) for reader in ("page", "alerts", "nobody")] == [2, 2, 0]


def test_every_row_says_whose_it_is_and_what_wrote_it(store: Store, tmp_path: Path):
    store.open_episode(complaint())
    with Store.open(tmp_path / "data", device="page", checkpoints=True) as page:
        page.open_episode(complaint(60))
    with Store.open(tmp_path / "data", device="page") as page:
        page.open_episode(complaint(120))
    bedside, first, again = store.episodes()
    assert first.device_id == again.device_id != bedside.device_id
    assert len({(each.house_id, each.person_id) for each in (bedside, first, again)}) == 1


def test_threads_write_and_read_at_once_and_nothing_is_lost(store: Store):
    def write(name: str) -> None:
        for count in range(20):
            store.append(heard(f"{name} {count}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen = [each.seq for each in store.journal()]
        assert seen == list(range(1, len(seen) + 1))
    for thread in threads:
        thread.join()
    said = [each.payload["text"] for each in store.journal()]
    assert sorted(said) == sorted(f"{name} {count}" for name in ("a", "b") for count in range(20))


def test_a_reader_half_way_through_does_not_hold_up_the_writer(store: Store):
    store.append_all([heard("one"), heard("two")])
    reading = store.journal()
    first = next(reading)
    store.append(heard("three"))
    assert [first.payload["text"], *(each.payload["text"] for each in reading)] == ["one", "two"]
    assert len(list(store.journal())) == 3


def test_the_bedside_leaves_checkpoints_to_the_page_until_its_own_limit(store: Store, tmp_path: Path):
    wal = tmp_path / "data" / f"{FILE_NAME}-wal"
    store.append_all([JournalEntry("noise", None, stamp(), {"x": "y" * 50_000})] * 200)
    assert wal.stat().st_size > 9 * 2**20
    store.open_episode(opening := complaint())
    store.close_episode(opening.episode_id, better())
    assert wal.stat().st_size == 0
    assert len(list(store.journal())) == 202


def test_the_page_checkpoints_as_it_goes(tmp_path: Path):
    with Store.open(tmp_path, checkpoints=True) as page:
        for _ in range(8):
            page.append_all([JournalEntry("noise", None, stamp(), {"x": "y" * 50_000})] * 25)
        assert (tmp_path / f"{FILE_NAME}-wal").stat().st_size < 6 * 2**20


def test_a_log_without_an_own_clock_marks_its_changes_as_not_trusted(tmp_path: Path):
    with Store.open(tmp_path) as store:
        store.open_episode(opening := complaint())
        store.update_episode(opening.episode_id, note="she slept on")
        change = list(store.journal())[-1]
    assert (change.stamp.trusted, change.stamp.boot_id) == (False, "")
    assert abs(datetime.now(UTC) - change.stamp.utc) < timedelta(hours=1)


def test_the_log_may_be_given_as_an_address(tmp_path: Path):
    with Store.open(f"sqlite:///{tmp_path}/other.db") as store:
        store.append(heard("here"))
    with Store.open(f"sqlite:///{tmp_path}/other.db") as store:
        assert kinds(store) == ["heard"]


def test_every_field_of_an_episode_has_its_column_and_every_column_its_field():
    names = {"heard" if each == "opened_seq" else each for each in tables.episode.c.keys()}  # noqa: SIM118
    stamps = {f"{when}_{part}" for when in ("onset", "end") for part in Stamp.__dataclass_fields__}
    assert names - stamps | {"onset", "end"} == set(Episode.__dataclass_fields__)
