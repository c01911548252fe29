"""How loud a line is: by the hour, its urgency, and the wishes of this night alone."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from live_fakes import FakeLoudspeaker, Room, wait_until
from night_tables import BEGINS, play

from assistant.clock import SimulatedClock
from assistant.delivery import Delivery
from assistant.dialog.effects import Say
from assistant.dialog.script import load_script
from assistant.dialog.state import State
from assistant.episode_log import EpisodeLog
from assistant.live_speaker import LiveSpeaker
from assistant.night_events import Teller
from assistant.wording import Wording

if TYPE_CHECKING:
    from assistant.store.store import Store

SCRIPT = load_script()
VOLUME = SCRIPT.timing.volume
LIMIT = VOLUME.unprompted_at_most_db
AT_NOON = BEGINS + timedelta(hours=9)


def levels(says: dict[float, str], profile: dict[str, Any] | None = None, begins: datetime = BEGINS) -> dict[str, Any]:
    """The level of the last time that each line was said."""
    return {str(e["line"]): e["level_db"] for e in play(says, profile or {}, begins).of("said")}


def test_by_day_it_is_louder_than_at_night():
    assert levels({0: "cramp"})["calf.first"] == 0
    assert levels({0: "cramp"}, begins=AT_NOON)["calf.first"] == VOLUME.day_db


def test_what_nobody_asked_for_is_soft_and_stays_below_the_limit_after_louder_too():
    told = levels({0: "cramp", 20: "louder", 21: "louder", 22: "louder"}, {"hearing": True})
    assert told["control.still_here"] == LIMIT
    assert told["check.how"] == LIMIT
    assert told["hold.thirty"] == VOLUME.hearing_db + 3 * VOLUME.step_db


def test_a_question_that_was_asked_softly_is_repeated_softly():
    events = play({0: "numbness"}, {})
    assert [e["level_db"] for e in events.of("said") if e["line"] == "numbness.back"] == [LIMIT, LIMIT]


def test_an_emergency_overrides_quieter():
    told = levels({0: "quieter", 1: "cramp", 6: "quieter", 12: "rf_chest_breath", 20: "okay"})
    assert told["rf_chest_breath.main"] == told["control.cannot_phone"] == VOLUME.emergency_at_least_db
    assert levels({0: "cramp", 6: "quieter", 12: "help"})["control.cannot_phone"] == VOLUME.emergency_at_least_db


def test_a_flag_that_is_no_emergency_stays_as_quiet_as_the_night():
    assert levels({0: "cramp", 6: "quieter", 12: "rf_dvt"})["rf_dvt.main"] == -VOLUME.step_db


def test_quieter_lasts_for_that_night_and_is_forgotten_with_it():
    says = {0: "cramp", 6: "quieter", 20: "stop", 3600: "cramp", 3610: "stop", 24 * 3600: "cramp"}
    first = [(e["t"], e["level_db"]) for e in play(says, {}).of("said") if e["line"] == "calf.first"]
    assert [level for _, level in first] == [0, -VOLUME.step_db, 0]


def test_the_loudspeaker_follows_and_never_exceeds_what_it_can():
    loudspeaker = FakeLoudspeaker()
    speaker = LiveSpeaker(loudspeaker, prompts=None)  # type: ignore[arg-type]
    for level, volume in ((-20, 0.05), (20, 1.0), (0, 0.5)):
        speaker.set_volume(level)
        assert loudspeaker.volume == pytest.approx(volume)


def test_a_line_at_the_bedside_is_played_at_its_own_level(store: Store):
    room = Room(store)
    with room.night():
        room.microphone.speak("cramp", "quieter", "rf_stroke")
        room.wait_for("said", line="rf_stroke.main")
        wait_until(lambda: room.loudspeaker.volume == pytest.approx(0.5 * 10 ** (VOLUME.emergency_at_least_db / 20)))


# What speaks of the log waits for it


class Disk:
    """A scribe whose writes are answered at once, fail, or are never answered."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def write(self, job: Any) -> Future[Any]:
        del job
        asked: Future[Any] = Future()
        if self.answer == "written":
            asked.set_result(None)
        elif self.answer == "full":
            asked.set_exception(OSError("no space"))
        return asked


class PassingClock(SimulatedClock):
    """A clock that the log takes for a real one."""

    simulated = False


@pytest.mark.parametrize(
    ("line", "answer", "said"),
    [
        ("rf_more_frequent.main", "written", ["rf_more_frequent.main"]),
        ("rf_more_frequent.main", "full", ["rf_more_frequent.unwritten"]),
        ("rf_more_frequent.main", "hangs", ["rf_more_frequent.unwritten"]),
        ("control.heard_okay", "hangs", ["control.okay"]),
        ("answer.count", "hangs", []),
        ("calf.first", "hangs", ["calf.first"]),
    ],
)
def test_that_something_is_noted_is_said_only_when_it_is(line: str, answer: str, said: list[str]):
    clock = PassingClock(datetime(2026, 1, 15, 3, 0, tzinfo=ZoneInfo("Europe/London")))
    log = EpisodeLog(Disk(answer), clock, Teller(clock))  # type: ignore[arg-type]
    log.note({"side": "left"})
    log.episode_id = "episode"
    log.note({"side": "left"})
    nobody = {"volume": lambda _: None, "state": State, "teller": Teller(clock), "told": lambda _: None}
    delivery = Delivery(SCRIPT, Wording(SCRIPT, clock, {}), log, **nobody)
    assert [say.line for say, _, _ in delivery.worded(Say(line))] == said


def test_every_line_that_speaks_of_the_log_waits_for_it():
    speaks = {name for name, line in SCRIPT.lines.items() if "noted" in line.say or "{count}" in line.say}
    assert {name for name in speaks if SCRIPT.lines[name].unwritten is None} == set()
