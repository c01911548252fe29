"""What was said is decided as soon as it may be all, and what is said after that still counts, on real sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.app import App
from assistant.bench_nights import NightPlayer, SpokenNight, Voice, recordings
from assistant.dialog.script import load_script
from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.night_events import NightEvent

SAID = recordings("slt", Path(__file__).parent / "recordings" / "nights" / "flite_slt")
CALF, CHEST = "my calf is cramping", "i've got a terrible pain in my chest"
SURE_S = load_script().timing.endpoint.sure_s


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> NightPlayer:
    return NightPlayer(App(str(tmp_path_factory.mktemp("early"))))


def audible(words: str) -> NDArray[np.float32]:
    """A recording without what is nearly silent at both ends."""
    sound = SAID.says(words)
    assert sound is not None
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


def understood(player: NightPlayer, *, pause_s: float | None) -> tuple[list[NightEvent], float]:
    """What a complaint was taken for, with another one after a pause, and when the complaint's sound was over."""
    calf, chest = (audible(words) for words in (CALF, CHEST))
    sound = calf if pause_s is None else np.concatenate([calf, np.zeros(int(pause_s * SAMPLE_RATE), np.float32), chest])
    night = SpokenNight(says={1.0: "both"}, said=[], alerts=[], closed=[])
    events = player.play(night, Voice("slt", lambda _: np.pad(sound, (0, 2 * SAMPLE_RATE))))
    return [event for event in events if event.event == "understood"], 1.0 + len(calf) / SAMPLE_RATE


def test_a_complaint_that_may_be_all_waits_for_a_short_quiet_only(player: NightPlayer):
    [event], ended_s = understood(player, pause_s=None)
    assert event.fields["intent"] == "cramp"
    assert event.t < ended_s + SURE_S + 3 * FRAME_SAMPLES / SAMPLE_RATE


def test_within_that_quiet_a_graver_complaint_changes_the_meaning(player: NightPlayer):
    [event], _ = understood(player, pause_s=SURE_S - 0.1)
    assert event.fields["intent"] == "rf_chest_breath"


def test_after_it_the_graver_complaint_is_heard_over_the_first_one_s_answer(player: NightPlayer):
    events, _ = understood(player, pause_s=2 * SURE_S)
    assert [event.fields["intent"] for event in events] == ["cramp", "rf_chest_breath"]
