"""A stored night through the program of today: nothing different where nothing changed, and what changed named."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from command_line import bedside
from conftest import BEGINS, PlayNight
from fakes import WordUnderstanding

from assistant.dialog.profile import Profile
from assistant.dialog.script import load_script
from assistant.replay import Replayed, ReplayError, replay
from intents import Match

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.store import Store

SCRIPT = load_script()
NIGHT = ((0.0, "cramp calf left"), (30.0, "the news"), (62.0, "still_hurts"), (67.0, "no"), (120.0, "better gone"))


class DeafTo(WordUnderstanding):
    """Another day's understanding: it lacks a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def understand(self, readings: Any, **more: Any) -> Match:
        if readings[0][0].startswith(self.word):
            return Match(readings[0][0], None, 0.0)
        return super().understand(readings, **more)


def replayed(store: Store, understanding: Any = None, profile: Profile | None = None) -> Replayed:
    (episode,) = store.episodes()
    events = list(store.journal(episode.episode_id))
    return replay(episode, events, SCRIPT, understanding or WordUnderstanding(), profile or Profile())


@pytest.mark.parametrize(
    "night",
    [
        NIGHT,
        ((0.0, "cramp shin"), (5.0, "cramp calf"), (40.0, "worse"), (47.0, "yes")),
        ((0.0, "rls both"), (190.0, "better")),
        ((0.0, "cramp"),),
        ((0.0, "cramp"), (8.0, "stop")),
        ((0.0, "rf_stroke"), (20.0, "yes")),
    ],
    ids=["two rounds", "corrected, then a flag", "restless", "nobody answers", "stopped", "a flag"],
)
def test_the_program_that_wrote_a_night_would_do_the_same_again(
    play_night: PlayNight, store: Store, night: tuple[tuple[float, str], ...]
):
    play_night(*night)
    came = replayed(store)
    assert came.then == came.now
    assert came.same


def test_a_word_that_is_understood_no_more_is_named_with_what_follows_from_it(play_night: PlayNight, store: Store):
    play_night(*NIGHT)
    came = replayed(store, DeafTo("still_hurts"))
    assert [came.changed(at) for at in range(5)] == [False, False, True, False, False]
    assert not came.same
    assert (came.then.relief, came.now.relief) == (3, 3)
    assert came.then.lines != came.now.lines


def test_the_profile_of_today_changes_what_is_said(play_night: PlayNight, store: Store):
    play_night((0.0, "cramp calf"), (70.0, "stop"))
    came = replayed(store, profile=Profile(blood_thinners=True))
    assert ("calf.rest" in came.then.lines, "calf.stroke" in came.now.lines) == (True, True)


def test_words_that_are_forgotten_are_refused_with_what_to_do(play_night: PlayNight, store: Store):
    play_night(*NIGHT)
    store.forget_words(BEGINS + timedelta(days=1))
    with pytest.raises(ReplayError, match=r"no words of episode .* Choose a newer one"):
        replayed(store)


def test_it_writes_nothing(play_night: PlayNight, store: Store):
    play_night(*NIGHT)
    before = list(store.journal())
    replayed(store)
    assert list(store.journal()) == before


def test_the_command_shows_it_and_names_what_is_not_there(tmp_path: Path, play_night: PlayNight):
    none = bedside("replay", "last", "--data", tmp_path / "none")
    assert (none.returncode, none.stderr.count("\n")) == (1, 1)
    assert "there is no episode in the log" in none.stderr
    play_night((0.0, "cramp calf"), (20.0, "stop"))
    play_night((0.0, "cramp calf"), (20.0, "stop"))
    data = tmp_path / "data"
    shown = bedside("replay", "last", "--data", data)
    assert "Episode" in shown.stdout
    told = json.loads(bedside("replay", "last", "--json", "--data", data).stdout)
    assert set(told) >= {"episode", "same", "words", "lines", "alerts", "ended_by", "relief"}
    assert told["words"][0]["text"] == "cramp calf"
    wrong = bedside("replay", "0", "--data", data)
    assert "2 episodes begin with 0. Give more of the id" in wrong.stderr
    assert "there is no episode zz. List them" in bedside("replay", "zz", "--data", data).stderr
