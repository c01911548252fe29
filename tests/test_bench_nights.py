"""Whole nights on real sound: recordings through detector, recogniser, meaning and dialog, and how they are judged."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from command_line import bedside_here, refusal
from night_tables import load_nights as load_tables
from rich.console import Console

from assistant.app import App
from assistant.bench_nights import NightPlayer, SpokenNight, Voice, demo_voice, load_nights, recordings, show
from assistant.bench_nights_judge import judged, outcome
from assistant.night_events import NightEvent

NIGHTS = load_nights()
SPOKEN = Path(__file__).parent / "recordings" / "nights"
"""Sentences of two synthetic voices, each file named by its words."""
HEARD = {
    "flite_slt": ("worse and swollen", "the chest in a hold"),
    "espeak_en_us": ("a leg that turns out to be the shin", "a weak arm"),
}
"""The nights that each voice is heard in: what others say of them is in docs/benchmarks.md."""


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> NightPlayer:
    return NightPlayer(App(str(tmp_path_factory.mktemp("nights"))))


@pytest.mark.parametrize("name", NIGHTS)
def test_the_spoken_nights_are_those_of_the_tables(name: str):
    tables = {night.name: night for night in load_tables()}
    night = NIGHTS[name]
    table = tables[night.as_ or ""]
    assert (night.said, night.alerts) == (table.said, table.alerts)


@pytest.mark.parametrize(("folder", "name"), [(folder, name) for folder, names in HEARD.items() for name in names])
def test_a_night_that_is_spoken_goes_line_by_line_as_written(player: NightPlayer, folder: str, name: str):
    night = NIGHTS[name]
    events = player.play(night, recordings(folder, SPOKEN / folder))
    assert outcome(events) == {"said": night.said, "alerts": night.alerts, "closed": night.closed}


def test_the_recordings_of_the_demo_go_through_a_night_as_well(player: NightPlayer):
    night = NIGHTS["a calf that eases"]
    events = player.play(night, demo_voice())
    assert outcome(events) == {"said": night.said, "alerts": night.alerts, "closed": night.closed}


def test_a_recording_that_was_not_made_leaves_its_night_out(player: NightPlayer):
    with pytest.raises(LookupError, match="twitching"):
        player.play(NIGHTS["restless legs"], recordings("slt", SPOKEN / "flite_slt"))


def night_of(*told: tuple[float, str, dict[str, object]]) -> list[NightEvent]:
    return [NightEvent(t, event, None, fields) for t, event, fields in told]


FLAG = SpokenNight(
    says={0: "my chest hurts"}, said=["rf_chest_breath.main"], alerts=["emergency rf_chest_breath raised"]
)
TYPED = night_of(
    (1, "understood", {"intent": "rf_chest_breath", "slots": {}}),
    (1, "alert", {"level": "emergency", "red_flag": "rf_chest_breath", "state": "raised"}),
    (1, "said", {"line": "rf_chest_breath.main"}),
)


@pytest.mark.parametrize(
    ("spoken", "got"),
    [
        (TYPED, "raised"),
        (night_of((1, "said", {"line": "confirm.rf_chest_breath"})), "asked"),
        (night_of((1, "understood", {"intent": None, "slots": {}}), (5, "said", {"line": "hold.ten"})), "silent"),
        (
            night_of((1, "understood", {"intent": "cramp", "slots": {}}), (1, "said", {"line": "calf.first"})),
            "stretched",
        ),
    ],
)
def test_what_a_red_flag_got_is_told_apart(spoken: list[NightEvent], got: str):
    flags = judged(FLAG, TYPED, spoken)["flags"]
    assert [way for way, count in flags.items() if count] == [got]


def test_where_a_night_broke_is_told_with_what_was_heard():
    spoken = night_of((1, "heard", {"text": "my vest hurts"}), (1, "understood", {"intent": None, "slots": {}}))
    row = judged(FLAG, TYPED, spoken)
    assert (row["heard"], row["as_written"]) == ([0, 1], False)
    assert row["broke"] == "nothing instead of rf_chest_breath.main; “my chest hurts” heard as “my vest hurts”"
    printed = StringIO()
    show({"rows": [{"voice": "slt", "night": "the chest", **row}]}, Console(file=printed, width=200))
    assert "my vest hurts" in printed.getvalue()


def test_an_episode_that_is_left_open_is_counted():
    assert not judged(FLAG, TYPED, night_of((1, "episode_opened", {})))["ended"]


def test_other_nights_are_played_from_a_file_of_their_own(player: NightPlayer, tmp_path: Path):
    other = tmp_path / "other.yaml"
    other.write_text('short: {says: {0: "my calf is cramping", 9: "stop"}, said: [], closed: [calf stop]}', "utf-8")
    [night] = load_nights(other).values()
    events = player.play(night, None)
    assert outcome(events)["closed"] == ["calf stop"]
    row = judged(night, events, events)
    assert (row["heard"], row["as_written"], row["ended"]) == ([2, 2], False, True)


def test_what_is_no_night_is_refused_in_one_line(player: NightPlayer, tmp_path: Path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("short: {says: {0: hello}}", "utf-8")
    assert "holds no nights" in refusal(bedside_here("bench", "nights", "--text", wrong, "--data", tmp_path), 2)
    with pytest.raises(LookupError):
        player.play(FLAG, Voice("nobody", lambda _: None))
