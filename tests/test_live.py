"""The live loop with fakes for every device: it answers, survives what breaks, and ends cleanly."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from fakes import EventList
from live_fakes import FakeRecogniser, Room, said, started, wait_until
from store_samples import complaint, heard

from assistant.clock import SimulatedClock
from assistant.dialog.script import load_script
from assistant.errors import BedsideError
from assistant.inbox import Inbox, Pressed
from assistant.live import EarsError
from assistant.night_events import Teller
from assistant.store.store import Store
from assistant.vigil import Vigil
from audio import Heard, LoudspeakerLost, MicrophoneFound, MicrophoneLost, Partial, Reading, RecogniserError

if TYPE_CHECKING:
    from assistant.store import Episode


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


class BrokenLog(Store):
    """Cannot say what is open."""

    def __init__(self, whole: Store) -> None:
        self.__dict__.update(whole.__dict__)

    def open_episodes(self) -> list[Episode]:
        raise OSError


def simulated() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 1, 15, 3, 0, tzinfo=ZoneInfo("Europe/London")))


def ended_by(room: Room) -> list[str | None]:
    return [episode.ended_by for episode in room.store.episodes()]


def test_a_complaint_is_answered_aloud_and_logged(room: Room):
    with room.night():
        room.microphone.speak("cramp left")
        room.wait_for("episode_opened", side="left")
        room.wait_for("said", line="calf.first")
        wait_until(lambda: bool(room.loudspeaker.played))


def test_the_end_of_the_night_closes_the_open_episode_as_interrupted_and_silences_the_line(room: Room):
    with room.night():
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
    assert ended_by(room) == ["interrupted"]
    assert room.events.names()[-1] == "episode_closed"


def test_what_a_power_cut_left_open_is_closed_at_its_last_sign_before_anything_is_heard(room: Room, store: Store):
    cut_off, onset_alone, typed = complaint(), complaint(500), complaint(600, origin="page")
    for opening in (cut_off, onset_alone, typed):
        store.open_episode(opening)
    store.append(heard("it still hurts", 42.0, cut_off.episode_id))
    with room.night():
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
    assert room.events.names()[:2] == ["episode_closed", "episode_closed"]
    closed = {each.episode_id: each for each in store.episodes()}
    told = [(closed[each.episode_id].ended_by, closed[each.episode_id].duration_s) for each in (cut_off, onset_alone)]
    assert told == [("interrupted", 42.0), ("interrupted", None)]
    assert closed[cut_off.episode_id].end_inferred
    assert closed[typed.episode_id].end is None


def test_a_log_that_cannot_be_mended_is_a_fault_and_the_night_is_heard(room: Room, store: Store):
    room.store = BrokenLog(store)
    with room.night():
        assert room.wait_for("fault", part="store")["remedy"] == "Run ./bedside doctor, then start again."
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")


def test_a_voice_stops_the_line_and_what_is_not_for_us_lets_it_be_said_again(room: Room):
    room.voice.seconds_a_word = 0.5
    with room.night():
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
        room.microphone.speak(started())
        room.wait_for("interrupted", line="calf.first", by="voice")
        assert room.loudspeaker.stops == 1
        room.microphone.speak(said("the news at ten"))
        room.wait_for("understood", intent=None)
        room.wait_for("said", 2, line="calf.first")


def test_an_utterance_that_cannot_be_read_is_a_fault_and_the_next_one_is_heard(room: Room):
    with room.night():
        room.microphone.speak(started(), RecogniserError("the model refused the sound; run ./bedside doctor"))
        assert room.wait_for("fault")["remedy"] == "run ./bedside doctor"
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
        room.wait_for("recovered", part="recogniser")
    assert len(room.recognisers) == 2


def test_a_microphone_that_vanishes_costs_no_engine(room: Room):
    with room.night():
        room.microphone.speak(started(), MicrophoneLost("it is gone", "Plug it in."), MicrophoneFound("mic"), "cramp")
        room.wait_for("said", line="calf.first")
    assert len(room.recognisers) == 1
    assert room.recognisers[0].streams == 1


def heard_when(room: Room) -> list[tuple[str, str]]:
    """When it listened, as it stands in the log."""
    told = (entry for entry in room.store.journal() if entry.kind.startswith("listening"))
    return [(entry.kind.removeprefix("listening_"), entry.payload["reason"]) for entry in told]


def test_the_log_says_from_when_to_when_it_listened_and_why(room: Room):
    with room.night():
        room.wait_for("listening_began", reason="start")
        room.microphone.speak(MicrophoneLost("it is gone", "Plug it in."))
        room.wait_for("listening_ended", reason="microphone_lost")
        room.microphone.speak(RecogniserError("it broke; wait"), MicrophoneFound("mic"))
        room.wait_for("recovered", part="microphone")
        assert len(room.events.of("listening_began")) == 1
        room.microphone.speak("news")
        room.wait_for("listening_began", reason="recogniser_back")
    assert heard_when(room) == [
        ("began", "start"),
        ("ended", "microphone_lost"),
        ("began", "recogniser_back"),
        ("ended", "shut_down"),
    ]
    names = room.events.names()
    assert names.index("fault") < names.index("listening_ended")


def test_a_night_that_breaks_off_says_so(room: Room):
    with room.live() as live:
        live._ending = countdown(3)
        with pytest.raises(ZeroDivisionError):
            live.run()
    assert heard_when(room) == [("began", "start"), ("ended", "broke_off")]


def test_each_night_has_a_beginning_of_its_own_however_long_the_process_runs():
    clock, events = simulated(), EventList()
    teller = Teller(clock)
    teller.listen(events.append)
    vigil = Vigil(clock, teller)
    teller.listen(vigil.notice)
    vigil.begin()
    for hour in (8.9, 9.1, 32.9, 33.1):
        clock.wait_until(hour * 3600)
        vigil.tick()
    teller.tell("listening_ended", None, reason="asked")
    teller.tell("fault", None, part="microphone")
    clock.wait_until(60 * 3600)
    vigil.tick()
    teller.tell("listening_began", None, reason="time")
    teller.tell("recovered", None, part="microphone")
    vigil.end("shut_down")
    told = [each for each in events if "reason" in each.fields]
    assert [(round(each.t / 3600, 1), each.event, each.fields["reason"]) for each in told] == [
        (0.0, "listening_began", "start"),
        (9.1, "listening_ended", "new_night"),
        (9.1, "listening_began", "new_night"),
        (33.1, "listening_ended", "new_night"),
        (33.1, "listening_began", "new_night"),
        (33.1, "listening_ended", "asked"),
        (60.0, "listening_began", "time"),
        (60.0, "listening_ended", "microphone_lost"),
        (60.0, "listening_began", "microphone_back"),
        (60.0, "listening_ended", "shut_down"),
    ]


def test_a_thread_that_dies_is_told_without_words_and_begun_again(room: Room):
    with room.night():
        room.microphone.speak(started(), ValueError("my secret words"))
        fault = room.wait_for("fault", part="recogniser")
        assert "ValueError in live_fakes.py" in str(fault["message"])
        assert "secret" not in str(fault)
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")


def test_ears_that_die_again_and_again_end_the_night_for_a_new_start(room: Room):
    with room.live(clock=simulated()) as live:
        clock = live._parts.clock
        room.microphone.speak(*[ValueError("again")] * 5)
        turns = [0]

        def later() -> bool:
            turns[0] += 1
            clock.wait_until(5 * turns[0])
            return turns[0] > 200

        live._ending = later
        with pytest.raises(EarsError, match="died again and again"):
            live.run()
    assert room.events.names().count("fault") == 1


def test_an_unforeseen_end_of_the_loop_closes_the_episode_too(room: Room):
    with room.live() as live:
        live._parts.inbox.put(Pressed("cramp", {"site": "calf"}))
        room.voice.may.clear()
        live._ending = countdown(3)
        with pytest.raises(ZeroDivisionError):
            live.run()
        room.voice.may.set()
    assert ended_by(room) == ["interrupted"]


def countdown(turns: int):
    left = [turns]

    def ending() -> bool:
        left[0] -= 1
        return left[0] < 0 and bool(1 / 0)

    return ending


class Watcher:
    def __init__(self) -> None:
        self.told: list[str] = []

    def ready(self) -> None:
        self.told.append("ready")

    def alive(self) -> None:
        self.told.append("alive")

    def stopping(self) -> None:
        self.told.append("stopping")


def test_the_watchdog_is_told_only_while_the_ears_give_a_beat(room: Room):
    service, clock = Watcher(), simulated()
    with room.live(service=service, clock=clock) as live:
        for _ in range(3):
            live._parts.ears.turns += 1
            clock.wait_until(clock.now() + 5)
            live.turn()
        assert service.told == ["alive"] * 3
        clock.wait_until(clock.now() + 11)
        live.turn()
        assert service.told == ["alive"] * 3
        clock.wait_until(clock.now() + 20)
        with pytest.raises(BedsideError, match="Start the assistant again"):
            live.turn()


def test_a_microphone_that_vanishes_is_told_once_and_nobody_is_taken_to_speak_on(room: Room):
    lost = MicrophoneLost("The microphone is gone.", "Plug it in.")
    with room.night():
        room.microphone.speak(started(), lost, lost)
        room.wait_for("fault", part="microphone", message="The microphone is gone.", remedy="Plug it in.")
        room.microphone.speak(MicrophoneFound("The microphone"), "cramp")
        room.wait_for("recovered", part="microphone")
        room.wait_for("said", line="calf.first")
    assert len(room.events.of("fault")) == 1


def test_a_loudspeaker_that_breaks_is_told_once_and_the_night_goes_on_in_writing(room: Room):
    room.loudspeaker.lost = LoudspeakerLost("the loudspeaker is gone", "plug it in")
    with room.night():
        room.microphone.speak("cramp")
        room.wait_for("fault", part="speaker", message="the loudspeaker is gone", remedy="plug it in")
        room.wait_for("said", line="calf.first")
        room.microphone.speak("stop")
        room.wait_for("episode_closed", ended_by="stop")
        room.loudspeaker.lost = None
        room.wait_for("recovered", part="speaker")
    assert len(room.events.of("fault")) == 1


def test_a_line_that_is_not_rendered_yet_is_said_when_it_is_and_keeps_nobody_waiting(room: Room):
    room.voice.may.clear()
    with room.night():
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
        room.microphone.speak("the news")
        room.wait_for("understood", intent=None)  # the loop answers while the voice still renders
        assert room.loudspeaker.played == []
        room.voice.may.set()
        wait_until(lambda: bool(room.loudspeaker.played))
    assert set(room.events.lines()) == {"calf.first"}


def test_a_voice_that_fails_is_a_fault_and_nothing_else(room: Room):
    room.voice.broken = True
    with room.night():
        room.wait_for("fault", part="speaker", message="the voice is gone", remedy="install it")
        room.microphone.speak("help")
        room.wait_for("alert")
        room.voice.broken = False
        room.microphone.speak("cramp")
        room.wait_for("recovered", part="speaker")


def test_every_line_is_rendered_ahead_the_first_step_first(room: Room):
    with room.live() as live:
        live._parts.threads[1].begin(0.0)
        wait_until(lambda: len(room.voice.rendered) > 20)
    assert room.voice.rendered[0] == "Toes up, toward your nose."
    assert len(set(room.voice.rendered)) == len(room.voice.rendered)


def test_words_that_already_mean_something_need_a_shorter_quiet(room: Room):
    endpoint = load_script().timing.endpoint
    said = ("the news", endpoint.complaint_s), ("cramp", endpoint.sure_s), ("cramp unknown", endpoint.complaint_s)
    with room.night():
        heard = room.recognisers[0]
        room.microphone.speak(started())
        for words, endpoint_s in said:
            room.microphone.speak([Partial(Heard((Reading(words, 0.0),), 0.0, 0.0, "fake"))])
            wait_until(room.microphone.quiet.is_set)
            wait_until(lambda s=endpoint_s: asked(room, heard) == s)


def asked(room: Room, recogniser: FakeRecogniser) -> float:
    room.microphone.speak([])
    return recogniser.endpoints[-1] if recogniser.endpoints else 0.0


def test_the_words_of_old_nights_are_forgotten_at_the_start_and_every_day(room: Room):
    clock, asked_for = simulated(), []
    with room.live(clock=clock) as live:
        object.__setattr__(live._parts, "daily", lambda: asked_for.append(clock.now()))
        for hours in (0, 1, 23, 25, 49):
            live._beat = (-1, 0.0)
            clock.wait_until(hours * 3600)
            live._parts.ears.turns += 1
            live.turn()
    assert asked_for == [0, 25 * 3600, 49 * 3600]


def test_the_inbox_is_bounded_and_its_writers_wait_for_room():
    inbox = Inbox(most=2)
    assert [inbox.offer(Pressed("stop")) for _ in range(3)] == [True, True, False]
    waiting = threading.Thread(target=inbox.put, args=(Pressed("help"),))
    waiting.start()
    assert [inbox.take(1).intent for _ in range(3)] == ["stop", "stop", "help"]
    waiting.join(5)
    assert inbox.take(0) is None


def test_a_closed_inbox_lets_its_writers_go():
    inbox = Inbox(most=1)
    inbox.put(Pressed("stop"))
    waiting = threading.Thread(target=inbox.put, args=(Pressed("help"),))
    waiting.start()
    inbox.close()
    waiting.join(5)
    assert not waiting.is_alive()
