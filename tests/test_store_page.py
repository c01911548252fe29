from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import NIGHT, better, complaint, heard, stamp

from assistant.store import Closing, JournalEntry, Stamp, Store, StoreChanged, StoreError
from assistant.store.bulk import Lived, write_all
from assistant.store.editing import Entered
from assistant.store.house import House


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 3600.0

    def __call__(self) -> Stamp:
        return stamp(self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path, clock: Clock) -> Iterator[House]:
    with House(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def episode_id(tmp_path: Path) -> str:
    """An episode that the device wrote, over and done."""
    episode = complaint()
    with Store.open(tmp_path) as store:
        store.open_episode(episode)
        store.append(heard("it's worse", 40, episode.episode_id))
        store.close_episode(episode.episode_id, better())
    return episode.episode_id


def test_a_change_keeps_the_old_value_and_who_made_it(house: House, episode_id: str):
    seen = house.editing.revision(episode_id)
    house.editing.change(episode_id, "Rosa", seen, {"note": "she had walked a lot", "pain_morning": 4})
    episode = house.reading.episode(episode_id)
    assert episode is not None
    assert (episode.note, episode.pain_morning, episode.edited_by) == ("she had walked a lot", 4, "Rosa")
    assert [(each.kind, each.by) for each in house.editing.history(episode_id)] == [
        ("episode_opened", None),
        ("episode_closed", None),
        ("episode_changed", "Rosa"),
    ]
    last = house.editing.history(episode_id)[-1]
    assert (last.old, last.new) == (
        {"note": None, "pain_morning": None},
        {"note": "she had walked a lot", "pain_morning": 4},
    )


def test_two_people_who_edit_one_field_do_not_overwrite_each_other(house: House, episode_id: str):
    seen = house.editing.revision(episode_id)
    house.editing.change(episode_id, "Rosa", seen, {"note": "first"})
    with pytest.raises(StoreChanged, match=r"Rosa changed note meanwhile; look at it, then save again"):
        house.editing.change(episode_id, "Ben", seen, {"note": "second"})
    house.editing.change(episode_id, "Ben", seen, {"pain_morning": 3})
    episode = house.reading.episode(episode_id)
    assert episode is not None
    assert (episode.note, episode.pain_morning) == ("first", 3)


def test_what_is_put_away_counts_nowhere_and_can_be_brought_back(house: House, episode_id: str, tmp_path: Path):
    house.editing.put_away(episode_id, "Rosa")
    with Store.open(tmp_path) as store:
        assert (list(store.episodes()), store.episodes_on_night(NIGHT)) == ([], 0)
    assert house.reading.counts(NIGHT, NIGHT) == {}
    assert [each.episode_id for each in house.reading.put_away()] == [episode_id]
    assert house.reading.events(stamp(-60).utc, stamp(600).utc) == []
    house.editing.bring_back(episode_id, "Ben")
    assert house.reading.counts(NIGHT, NIGHT) == {NIGHT: 1}
    assert [each.by for each in house.editing.history(episode_id)][-2:] == ["Rosa", "Ben"]


def test_erasing_needs_putting_away_first_and_leaves_no_word_behind(house: House, episode_id: str, tmp_path: Path):
    with pytest.raises(StoreError, match="put it away first"):
        house.editing.erase(episode_id, "Rosa")
    house.editing.put_away(episode_id, "Rosa")
    house.editing.erase(episode_id, "Rosa")
    assert house.reading.episode(episode_id) is None
    assert [each.kind for each in house.reading.events(stamp(-60).utc, stamp(9999).utc)] == ["episode_erased"]
    house.close()
    files = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"killing me" not in files
    assert b"it's worse" not in files


def test_an_episode_that_is_told_afterwards_stands_in_the_log_with_who_told_it(house: House):
    told = replace(complaint(origin="page", engine="afterwards", heard=None, asr_conf=None), episode_id="e1")
    house.editing.enter([Entered(told, Closing(stamp(600), "better"), {"pain_now": 6, "note": "at four"})], "Rosa")
    [episode] = house.reading.episodes(NIGHT, NIGHT)
    assert (episode.origin, episode.duration_s, episode.pain_now, episode.edited_by) == ("page", 600.0, 6, "Rosa")
    assert {each.by for each in house.editing.history("e1")} == {"Rosa"}


def test_of_many_typed_episodes_all_are_written_or_none(house: House):
    good, bad = (Entered(complaint(origin="page"), None, {"pain_now": pain}) for pain in (5, 11))
    with pytest.raises(StoreError, match="pain_now"):
        house.editing.enter([good, bad], "Rosa")
    assert house.reading.counts(NIGHT, NIGHT) == {}


def test_an_acknowledgement_names_who_and_after_how_long(house: House, episode_id: str, clock: Clock):
    raised = JournalEntry("alert", episode_id, stamp(50), {"level": "urgent", "red_flag": "rf_dvt", "state": "raised"})
    clock.seconds = 350.0
    house.editing.acknowledge([raised], "Rosa")
    episode = house.reading.episode(episode_id)
    assert episode is not None
    assert (episode.acknowledged_by, episode.ack_s) == ("Rosa", 300.0)
    [told] = house.reading.of_kind("alert")
    assert (told.payload["state"], told.payload["by"]) == ("acknowledged", "Rosa")


def test_what_was_made_up_or_played_is_not_read_as_the_persons_own(tmp_path: Path, clock: Clock):
    lived = [
        Lived(complaint(n, origin=origin), (), better(n + 95.0), {}) for n, origin in enumerate(("live", "sample"))
    ]
    assert write_all(tmp_path, "sample", lived) == 2
    with House(tmp_path, clock) as house:
        assert [each.origin for each in house.reading.episodes(NIGHT, NIGHT)] == ["live"]
    with House(tmp_path, clock, origins=("sample",)) as house:
        assert [each.origin for each in house.reading.episodes(NIGHT, NIGHT)] == ["sample"]


def test_the_first_account_is_made_once_and_a_name_is_taken_however_it_is_written(house: House):
    assert not house.people.anybody()
    house.people.make_account("Rosa  Keller", "owner", "hash", only_as_first=True)
    with pytest.raises(StoreError, match="log in"):
        house.people.make_account("Ben", "owner", "hash", only_as_first=True)
    with pytest.raises(StoreError, match="choose another"):
        house.people.make_account("ROSA KELLER", "carer", "hash")
    named = house.people.named(" rosa keller ")
    assert named is not None
    assert (named.shown, named.role) == ("Rosa Keller", "owner")


def test_a_session_ends_by_time_by_logging_out_and_with_its_account(house: House, clock: Clock):
    rosa = house.people.make_account("Rosa", "owner", "hash")
    for token in ("one", "two"):
        house.people.begin_session(rosa, token, "csrf", timedelta(hours=1))
    house.people.end_session("one")
    assert (house.people.session("one"), house.people.session("three")) == (None, None)
    assert house.people.session("two") is not None
    clock.seconds += 3601
    assert house.people.session("two") is None
    house.people.begin_session(rosa, "four", "csrf", timedelta(hours=1))
    house.people.end_account(rosa.account_id)
    assert (house.people.session("four"), house.people.named("Rosa")) == (None, None)


def test_an_invitation_is_good_once_and_for_its_time(house: House, clock: Clock):
    house.people.invite("a", "carer", timedelta(days=1))
    house.people.invite("b", "carer", timedelta(days=1))
    assert (house.people.take_invitation("a"), house.people.take_invitation("a")) == ("carer", None)
    clock.seconds += 86_401
    assert house.people.take_invitation("b") is None


def test_who_fails_to_log_in_waits_longer_each_time(house: House, clock: Clock):
    waits = []
    for _ in range(8):
        house.people.count_try("name rosa", "from 10.0.0.9")
        waits.append(house.people.wait_s("name rosa"))
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16]
    clock.seconds += 10
    assert house.people.wait_s("from 10.0.0.9", "name ben") == 6
    house.people.forgive("name rosa")
    assert house.people.wait_s("name rosa") == 0


def test_what_the_family_sets_keeps_its_old_value(house: House):
    house.profile.write({"name": "Anna", "consent.words": True}, "Rosa")
    house.profile.write({"name": "Anna", "consent.words": False}, "Ben")
    assert house.profile.read() == {"name": "Anna", "consent.words": False}
    told = house.reading.of_kind("profile_changed")[0].payload
    assert told == {"old": {"consent.words": True}, "new": {"consent.words": False}, "by": "Ben"}
