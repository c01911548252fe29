"""A process that is killed in the middle of a hold, as by a power cut, and what the next one makes of its episode."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from command_line import PROJECT, command, environment

from assistant.clock import RealClock
from assistant.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_S = 60.0
NIGHT = """
import sys
from pathlib import Path
from live_fakes import FastClock, Room
from assistant.store.store import Store

with Store.open(Path(sys.argv[1])) as store:
    room = Room(store)
    room.microphone.speak("cramp left")
    with room.night(clock=FastClock()):
        room.wait_for("said", line="calf.hold")
        print("holds", flush=True)
        sys.stdin.read()
"""
"""A live night of fakes but for its loop, its log and its end: a real one takes half a minute to the hold."""


def killed_in_a_hold(data: Path) -> None:
    env = environment(PYTHONPATH=str(PROJECT / "tests"))
    with subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(data)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holds\n"
        process.send_signal(signal.SIGKILL)
        assert process.wait(LIMIT_S) == -signal.SIGKILL


def first_told(data: Path, home: Path) -> dict[str, object]:
    """The first event of a bedside that starts, without any sound device; it is killed then, too."""
    env = environment(home, PULSE_SERVER="unix:/nowhere", https_proxy="http://127.0.0.1:9")
    with subprocess.Popen(
        command("run", "--json", "--data", data), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        told: dict[str, object] = json.loads(process.stdout.readline())
        process.kill()
    return told


def test_an_episode_that_was_cut_off_in_a_hold_is_closed_at_the_next_start_with_what_is_known(tmp_path: Path):
    data = tmp_path / "data"
    killed_in_a_hold(data)
    with Store.open(data) as store:
        [open_still] = store.open_episodes()
        last = store.last_sign(open_still.episode_id)
    told = first_told(data, tmp_path)
    assert (told["event"], told["episode"]) == ("episode_closed", open_still.episode_id)
    with Store.open(data) as store:
        [closed] = store.episodes()
    assert (closed.ended_by, closed.end_inferred, closed.side, closed.end) == ("interrupted", True, "left", last)
    assert closed.duration_s == last.seconds_since(closed.onset)
    assert (closed.duration_s or 0) > 0


def test_two_processes_of_one_run_of_the_machine_count_the_same_seconds():
    ask = "from assistant.clock import RealClock; clock = RealClock(); print(clock.boot_id, clock.uptime())"
    before = RealClock().uptime()
    told = subprocess.run(
        [sys.executable, "-c", ask], env=environment(), capture_output=True, text=True, check=True, timeout=LIMIT_S
    ).stdout
    boot_id, seconds = told.split()
    assert boot_id == RealClock().boot_id
    assert before <= float(seconds) <= RealClock().uptime()
