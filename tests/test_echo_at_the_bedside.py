"""The whole ear in made rooms: "stop" is heard over our voice, our prompts stop nothing. The bench counts more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from command_line import PROJECT
from rich.console import Console

from assistant.app import App
from assistant.bench_echo import OURS, play, scenes, show, words
from assistant.bench_echo_room import Room
from assistant.bench_echo_ways import WAYS
from assistant.dialog.script import NUMBERS, load_script
from audio.activity_silero import SileroActivity
from audio.ears import Ears, EchoGate
from audio.engine_choice import MOONSHINE
from audio.voice_pyttsx3 import Pyttsx3Voice

if TYPE_CHECKING:
    from pathlib import Path


# "Stop", "worse" and "help" are in them: the attack of our own words.
LINES = ("check.how", "rf_limb_ischaemia.main", "calf.knee_heel")
PLAN = (False, True, False, True, False, True, True)


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counter[str]]:
    """Our voice 10 dB below the person's, as loud, and 10 dB above: the bedside's way, and no care taken."""
    app = App(str(tmp_path_factory.mktemp("data")))
    understanding = app.understanding()
    gate = EchoGate(SileroActivity())
    recogniser = app.recogniser(understanding, gate, engine=MOONSHINE)
    script, voice = load_script(), Pyttsx3Voice()
    rendered = [voice.render(script.words(line, NUMBERS)) for line in LINES]
    made = scenes(rendered, words(app, PROJECT / "tests" / "recordings"), plan=PLAN)
    counted = {"nothing": Counter[str](), OURS: Counter[str]()}
    for way, some in (("nothing", made[:1]), (OURS, [made[0], made[3], made[6]])):
        for scene in some:
            room = Room(scene)
            counted[way].update(play(Ears(recogniser, gate, WAYS[way], room.played_between), understanding, room))
    return counted


def test_stop_is_heard_over_our_voice_at_three_levels(counts: dict[str, Counter[str]]):
    ours = counts[OURS]
    assert ours["words"] == 12
    assert ours["opened"] == 12
    assert ours["heard"] >= 11


def test_our_own_prompts_open_nothing_and_stop_nothing(counts: dict[str, Counter[str]]):
    ours = counts[OURS]
    assert ours["own"] == 9
    assert (ours["own_opened"], ours["own_acted"]) == (0, 0)


def test_without_any_care_our_own_voice_would_count_as_the_persons(counts: dict[str, Counter[str]]):
    assert counts["nothing"]["own_opened"] > 0


def test_the_table_tells_what_was_counted(counts: dict[str, Counter[str]], tmp_path: Path):
    page = tmp_path / "table.txt"
    with page.open("w", encoding="utf-8") as file:
        show({OURS: {"+0": dict(counts[OURS])}}, Console(file=file, width=200))
    assert "12/12" in page.read_text(encoding="utf-8")
