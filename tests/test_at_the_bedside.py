"""The bedside as a process of its own, with a sound server's microphone and loudspeaker: one night, from end to end.

The night is played once; each test looks at one thing that must have happened in it.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from command_line import COMPLAINT, RECORDINGS, bedside, command, environment

from assistant.app import App
from assistant.dialog.script import NUMBERS, load_script
from assistant.prompts import lines_ahead
from assistant.store.store import Store
from assistant.web.watch import Watch, watch_of
from audio import Frame
from audio.engine_choice import MOONSHINE
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Final
from audio.recogniser_moonshine import MoonshineRecogniser
from audio.voice_pyttsx3 import Pyttsx3Voice
from audio.wav_writer import write_wav
from intents.sampling import SentenceGrammar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulse import Pulse

STOP = RECORDINGS / "joe_stop.flac"
TELEVISION = "The committee will meet again on Thursday afternoon in the town hall."
LIMIT_S = 60.0
"""Whatever is waited for longer does not come."""
LINES = 8
"""Lines that are rendered before the night: those of the first round."""


class Running:
    """`./bedside run`, what it prints, and when."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []
        self._new: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, event: str, **fields: Any) -> dict[str, Any]:
        """The next event of this kind that has these fields."""
        ends = time.monotonic() + LIMIT_S
        while (left := ends - time.monotonic()) > 0:
            try:
                told = self._new.get(timeout=left)
            except queue.Empty:
                break
            if told["event"] == event and fields.items() <= told.items():
                return told
        seen = [(each["t"], each["event"], each.get("line") or each.get("intent")) for each in self.events]
        raise AssertionError(f"no {event} {fields} among {seen}")

    def end(self, how: signal.Signals) -> int:
        """Send a signal; its exit status."""
        self.process.send_signal(how)
        status = self.process.wait(LIMIT_S)
        self._reader.join(LIMIT_S)
        return status

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            self.events.append(told)
            self._new.put(told)


@dataclass
class Night:
    """What happened."""

    answer: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    """What the loudspeaker gave after the complaint, shape (n,) at SAMPLE_RATE."""
    silence: float = 1.0
    """The loudest sample of the loudspeaker after "stop"."""
    television: list[dict[str, Any]] = field(default_factory=list)
    """All that came of it."""
    lost: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)
    interrupted: dict[str, Any] = field(default_factory=dict)
    status: int = -1
    errors: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    episodes: list[dict[str, Any]] = field(default_factory=list)
    watch: Watch = field(default_factory=lambda: watch_of([]))
    """What the page reads of it."""


@pytest.fixture(scope="module")
def night(air: Pulse) -> Iterator[Night]:
    """A complaint, "stop" into the second line, the television, a microphone that goes and comes, an end in a hold."""
    with tempfile.TemporaryDirectory(prefix="bedside-") as folder:
        yield play(air, Path(folder))
    air.mend()


def play(pulse: Pulse, folder: Path) -> Night:
    env = environment(folder, XDG_CACHE_HOME=str(folder / "cache"), BEDSIDE_ENGINE__NAME=MOONSHINE) | pulse.env
    prepare(folder)
    night = Night()
    with running(folder, env) as bed:
        complain(pulse, bed, night)
        stop(pulse, bed, night)
        watch_television(pulse, bed, night, folder / "television.wav")
        pulse.unload_microphone()
        night.lost = bed.wait_for("fault", part="microphone")
        pulse.load_microphone()
        night.found = bed.wait_for("recovered", part="microphone")
        pulse.say_into_microphone(COMPLAINT)
        bed.wait_for("said", line="calf.hold")
        bed.wait_for("timer", name="hold.10")
        night.status = bed.end(signal.SIGTERM)
        night.events = bed.events
        night.errors = bed.process.stderr.read() if bed.process.stderr else ""
    log = bedside("episodes", "--json", "--data", folder / "data", env=env).stdout
    night.episodes = [json.loads(line) for line in log.splitlines()]
    with Store.open(folder / "data") as store:
        night.watch = watch_of(list(store.journal()))
    return night


def prepare(folder: Path) -> None:
    """Render the first lines, and the television's voice, ahead of the night."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    try:
        App(str(folder / "data")).voice().warm(lines_ahead(load_script(), NUMBERS)[:LINES])
    finally:
        del os.environ["XDG_CACHE_HOME"]
        os.environ.update({"XDG_CACHE_HOME": before} if before is not None else {})
    write_wav(folder / "television.wav", *Pyttsx3Voice(voice="en-us").render(TELEVISION))


@contextmanager
def running(folder: Path, env: dict[str, str]) -> Iterator[Running]:
    """The bedside, from when it says that it listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(LIMIT_S)
        with subprocess.Popen(
            command("run", "--data", folder / "data"),
            env=env | {"NOTIFY_SOCKET": str(folder / "notify")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            bed = Running(process)
            try:
                while b"READY=1" not in systemd.recv(4096):
                    pass
                yield bed
            finally:
                process.kill()


def complain(pulse: Pulse, bed: Running, night: Night) -> None:
    with pulse.recording_loudspeaker() as heard:
        pulse.say_into_microphone(COMPLAINT)
        bed.wait_for("said", line="calf.first")
        time.sleep(2.5)
    night.answer = heard.samples


def stop(pulse: Pulse, bed: Running, night: Night) -> None:
    bed.wait_for("said", line="calf.knee_heel")
    with pulse.speaking(STOP):
        night.interrupted = bed.wait_for("interrupted")
        bed.wait_for("episode_closed", ended_by="stop")
    night.silence = float(np.abs(pulse.record_loudspeaker(2.0)).max())


def watch_television(pulse: Pulse, bed: Running, night: Night, sound: Path) -> None:
    before = len(bed.events)
    pulse.say_into_microphone(sound)
    bed.wait_for("understood")
    time.sleep(1.0)
    night.television = bed.events[before:]


def read(samples: np.ndarray) -> str:
    """Which of all the assistant's lines the recogniser hears in a recording."""
    app = App()
    recogniser = app.recogniser(app.understanding(), engine=MOONSHINE)
    assert isinstance(recogniser, MoonshineRecogniser)
    recogniser.grammar = SentenceGrammar(spelt(line) for line in lines_ahead(load_script(), NUMBERS))
    padded = np.concatenate([samples, np.zeros(2 * SAMPLE_RATE, np.float32)])
    told = []
    for at in range(0, len(padded), FRAME_SAMPLES):
        told += recogniser.accept(Frame(padded[at : at + FRAME_SAMPLES], at / SAMPLE_RATE))
    told += recogniser.finish()
    return " ".join(event.heard.allowed.text for event in told if isinstance(event, Final) and event.heard.allowed)


def spelt(line: str) -> str:
    return re.sub(r"[^a-z0-9' ]", "", line.lower())


def test_a_complaint_is_answered_by_a_voice_that_can_be_understood(night: Night):
    assert read(night.answer) == "toes up toward your nose"


def test_stop_is_heard_while_the_assistant_speaks_and_silences_it(night: Night):
    assert (night.interrupted["line"], night.interrupted["by"]) == ("calf.knee_heel", "voice")
    assert night.silence == 0.0
    assert night.episodes[0]["ended_by"] == "stop"


def test_nothing_comes_of_the_television(night: Night):
    assert {each["event"] for each in night.television} == {"heard", "understood"}
    assert {each["intent"] for each in night.television if each["event"] == "understood"} == {None}


def test_a_microphone_that_is_unplugged_is_told_and_heard_again_when_it_is_back(night: Night):
    assert night.lost["remedy"]
    assert night.found["t"] > night.lost["t"]
    assert [each["side"] for each in night.events if each["event"] == "episode_opened"] == ["left", "left"]


def test_the_page_reads_when_nobody_was_listening(night: Night):
    watch = night.watch
    assert [each.reason for each in watch.deaf] == ["microphone_lost"]
    assert watch.deaf[0].ends is not None
    seconds = watch.deaf[0].ends.seconds_since(watch.deaf[0].begins)
    assert seconds == pytest.approx(night.found["t"] - night.lost["t"], abs=0.5)
    assert watch.begins is not None
    assert watch.ends is not None


def test_a_signal_in_a_hold_closes_the_episode_and_ends_cleanly(night: Night):
    assert (night.status, night.errors) == (0, "")
    assert night.events[-1]["event"] == "episode_closed"
    assert [each["ended_by"] for each in night.episodes] == ["stop", "interrupted"]
    assert night.episodes[1]["rounds"] == 1


def test_nobody_s_words_are_printed_where_a_system_log_may_read(night: Night):
    assert {"heard", "said"} <= {each["event"] for each in night.events}
    assert [each for each in night.events if "text" in each] == []
