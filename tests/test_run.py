"""The command `run`: one for each log, a clean end, and no words where they do not belong."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from command_line import bedside, bedside_here, command, environment, objects, refusal
from live_fakes import QuickVoice

from assistant import bench_latency
from assistant.app import App
from assistant.bench_room import audible, fan, quiet_room
from assistant.cli_bench import BENCHES
from assistant.cli_run import _printer
from assistant.ending import ended_by_signals
from assistant.night_events import NightEvent
from assistant.only_one import LOCK, only_one

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO, Any

SAID = NightEvent(1.0, "said", None, {"text": "a secret", "line": "calf.first", "kind": "step"})


def test_a_second_assistant_for_the_same_log_is_refused_with_the_remedy(tmp_path: Path):
    with only_one(tmp_path / "data"):
        told = refusal(bedside("run", "--data", tmp_path / "data"), 1)
    assert "End that one, or give another --data DIR." in told


def test_the_lock_dies_with_its_process(tmp_path: Path):
    with only_one(tmp_path):
        pass
    with (tmp_path / LOCK).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with only_one(tmp_path):
        assert (tmp_path / LOCK).exists()


def test_signals_leave_a_mark_and_what_was_there_before_comes_back():
    before = signal.getsignal(signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with ended_by_signals() as ending:
            assert not ending()
            os.kill(os.getpid(), number)
            assert ending()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_ctrl_c_ends_at_once():
    with ended_by_signals() as ending:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert ending()


def test_words_are_printed_to_whoever_asked_for_them_only(capsys: pytest.CaptureFixture[str]):
    _printer(as_json=True, words=False)(SAID)
    _printer(as_json=True, words=True)(SAID)
    without, with_words = objects(capsys.readouterr().out)
    assert (without["line"], "text" in without) == ("calf.first", False)
    assert with_words["text"] == "a secret"


def test_a_night_goes_on_where_nobody_reads_any_more(tmp_path: Path):
    code = (
        "import sys; from assistant.cli_run import _printer; from assistant.night_events import NightEvent\n"
        "show = _printer(as_json=True, words=False)\n"
        "for at in range(3): show(NightEvent(at, 'timer', None))\n"
        "sys.stderr.write('on')"
    )
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*command()[:1], "-c", code], stdout=writer, stderr=subprocess.PIPE, check=False, env=environment(tmp_path)
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"on")


def until_told_of(lines: IO[str], parts: set[str]) -> Iterator[dict[str, Any]]:
    """Events up to that with which all of `parts` are told to fail."""
    while parts and (line := lines.readline()):
        event = json.loads(line)
        parts = parts - {event.get("part")}
        yield event


def test_without_sound_and_network_it_tells_so_and_ends_cleanly_all_the_same(tmp_path: Path):
    nowhere = {"PULSE_SERVER": "unix:/nowhere", "https_proxy": "http://127.0.0.1:9"}
    fingers, program = pty.openpty()
    with subprocess.Popen(
        command("run", "--keys", "--json", "--data", tmp_path / "data"),
        env=environment(tmp_path, **nowhere),
        stdin=program,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            notice = process.stderr.readline()
            told = list(until_told_of(process.stdout, {"microphone", "speaker"}))
            process.send_signal(signal.SIGTERM)
            rest, errors = process.communicate(timeout=60)
        finally:
            process.kill()  # or leaving the block would wait for it for ever
    os.close(fingers)
    os.close(program)
    told += [json.loads(line) for line in rest.splitlines()]
    heard = [each["event"] for each in told]
    assert {each["part"] for each in told if each["event"] == "fault"} >= {"microphone", "speaker"}
    assert heard.count("listening_began") == heard.count("listening_ended")  # neither, where it was lost first
    assert all(each["remedy"] for each in told if each["event"] == "fault")
    assert notice.startswith("bedside: The second engine's model was not fetched, and the first hears alone: ")
    assert (process.returncode, errors) == (0, "")


def test_a_setting_that_is_wrong_is_refused_before_anything_begins(tmp_path: Path):
    env = environment(tmp_path, BEDSIDE_SOUND__VOLUME="11")
    assert "BEDSIDE_SOUND__VOLUME" in refusal(bedside("run", "--data", tmp_path, env=env), 2)


def test_the_benchmarks_of_the_live_loop_are_listed_and_check_their_options():
    assert {"latency", "idle"} <= set(BENCHES)
    assert "--seconds 0" in refusal(bedside_here("bench", "idle", "--seconds", "0"), 2)


def test_a_bench_room_hears_an_answer_after_the_speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(App, "voice", lambda _: QuickVoice())
    taken = bench_latency.run(App(str(tmp_path)), None, every=bench_latency.REPEATS * 4)
    assert (taken["complaint"]["spoken"], taken["complaint"]["decided"]) == (1, 1)
    assert taken["complaint"]["first_sound_s"]["median"] > taken["complaint"]["decision_s"]["median"] > 0.5


def test_noises_go_on_for_ever_without_a_gap():
    for noise in (quiet_room(), fan()):
        pieces = [noise(512) for _ in range(1000)]
        assert {piece.shape for piece in pieces} == {(512,)}
        assert min(audible(piece)[1] for piece in pieces) > 400
