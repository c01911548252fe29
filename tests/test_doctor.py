"""`doctor`: each check finds its fault and names the remedy; the whole runs without a sound card."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from command_line import COMPLAINT, bedside, environment, objects

from assistant.cli_doctor import line_of, verdict
from assistant.clock import RealClock, SimulatedClock
from assistant.doctor import (
    check_detector,
    check_engines,
    check_settings,
    check_store,
    check_voice,
)
from assistant.doctor_machine import check_clock, check_disk, check_espeak, check_permissions, check_portaudio
from assistant.doctor_sound import check_device, check_sound, check_tone
from assistant.finding import Finding
from assistant.settings import Settings, SoundSettings, load_settings
from assistant.store.place import FILE_NAME
from assistant.store.store import Store
from audio import Frame, RecogniserError, VoiceError
from audio.engines import EngineState

if TYPE_CHECKING:
    from pulse import Pulse

SOUND = SoundSettings()
HERE = EngineState("moonshine", present=True, detail="44 MB")
GONE = EngineState("vosk", present=False, detail="no model", remedy="./bedside models get")


class FixedDetector:
    """Takes every frame for speech with the same probability."""

    def __init__(self, probability: float) -> None:
        self._probability = probability

    def probability(self, frame: Frame) -> float:
        del frame
        return self._probability

    def reset(self) -> None:
        """Nothing is kept."""


class FixedVoice:
    """Says a tenth of a second, or fails."""

    name = "fixed voice"

    def __init__(self, fault: str = "") -> None:
        self._fault = fault

    def render(self, text: str) -> tuple[np.ndarray, int]:
        del text
        if self._fault:
            raise VoiceError(self._fault)
        return np.zeros(100, np.float32), 1000


class UntrustedClock(RealClock):
    """A machine that woke without a network."""

    trusted = False


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def test_a_device_that_opens_is_named():
    told = program("""print('{"found": "USB Audio, 48000 Hz"}')""")
    assert check_device("input", SOUND, told) == Finding(
        "microphone", ok=True, essential=True, detail="USB Audio, 48000 Hz"
    )


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("""print('{"fault": "there is none", "remedy": "plug one in"}')""", "there is none"),
        ("import time; time.sleep(60)", "the sound system does not answer"),
        ("import os; os.abort()", "the sound system crashed"),
        ("print('ALSA lib')", "the sound system crashed"),
    ],
)
def test_a_device_that_fails_hangs_or_crashes_is_a_finding(text: str, detail: str):
    found = check_device("output", SOUND, program(text), patience_s=2)
    assert (found.name, found.ok, found.essential, found.detail) == ("loudspeaker", False, True, detail)
    assert found.remedy


def test_the_sound_system_of_this_machine_answers_in_one_way_or_the_other():
    for kind in ("input", "output"):
        found = check_device(kind, SOUND)
        assert found.ok != bool(found.remedy)


def test_a_device_that_is_not_there_is_named():
    found = check_device("input", SoundSettings(microphone="no such thing"))
    assert (found.name, found.ok, found.essential) == ("microphone", False, True)
    assert found.remedy


ECHO = {
    "heard": True,
    "delay_s": 0.043,
    "level_db": -30.0,
    "noise_db": -60.0,
    "clipped": False,
    "silent": False,
    "microphone": "USB Mic",
    "loudspeaker": "USB Box",
}


@pytest.mark.parametrize(
    ("told", "findings"),
    [
        ({}, ["ok tone: USB Mic heard USB Box after 43 ms at -30 dB", "ok room: -60 dB of noise"]),
        ({"level_db": -58.0}, ["note tone: faintly > turn the loudspeaker up", "ok room"]),
        ({"noise_db": -33.0}, ["note tone: faintly", "note room: -33 dB > move the microphone away from what hums"]),
        ({"clipped": True}, ["ok tone", "ok room", "note gain: too loud > lower the microphone's gain"]),
        ({"heard": False}, ["FAULT tone: did not hear > turn the loudspeaker's volume up", "ok room"]),
        ({"heard": False, "silent": True}, ["FAULT tone: nothing but zeros > it is muted", "ok room"]),
    ],
)
def test_a_tone_that_comes_back_tells_of_level_noise_and_clipping(told: dict[str, object], findings: list[str]):
    found = list(check_tone(SOUND, program(f"print({json.dumps(json.dumps(ECHO | told))})")))
    assert len(found) == len(findings)
    for each, expected in zip(found, findings, strict=True):
        shown, _, remedy = expected.partition(" > ")
        mark, _, about = shown.partition(" ")
        name, _, detail = about.partition(": ")
        assert (each.name, line_of(each).plain.split()[0]) == (name, mark)
        assert all(part in each.detail for part in detail.split(" of ")), each
        assert each.remedy.startswith(remedy)
        assert bool(each.remedy) != each.ok


def test_a_tone_that_cannot_be_tried_is_a_fault():
    [found] = check_tone(SOUND, program("import os; os.abort()"))
    assert (found.name, found.ok, found.essential, found.detail) == ("tone", False, True, "the sound system crashed")


def test_one_engine_that_works_is_enough():
    moonshine, vosk = check_engines([HERE, GONE], lambda _: None)
    assert (moonshine.name, moonshine.ok, vosk.ok, vosk.essential) == ("engine moonshine", True, False, False)
    assert [found.essential for found in check_engines([GONE], lambda _: None)] == [True]


def test_an_engine_that_does_not_load_is_a_fault():
    def load(name: str) -> None:
        raise RecogniserError(f"{name} is broken")

    [found] = check_engines([HERE], load)
    assert (found.ok, found.essential, found.detail) == (False, True, "it does not load (moonshine is broken)")
    assert "installs everything anew" in found.remedy


def test_a_detector_must_take_silence_for_silence():
    assert check_detector(lambda: FixedDetector(0.01)).ok
    assert not check_detector(lambda: FixedDetector(0.9)).ok


def test_a_voice_must_say_a_word():
    assert check_voice(FixedVoice()).detail == "fixed voice; a word takes 0.1 s"
    found = check_voice(
        FixedVoice("the voice's library espeak-ng is missing: install it with sudo apt install espeak-ng")
    )
    assert (found.ok, found.remedy) == (False, "install it with sudo apt install espeak-ng")
    assert check_voice(FixedVoice("it hung: run ./bedside doctor")).remedy == "sudo apt install espeak-ng"


def test_wrong_settings_are_a_fault_and_the_rest_goes_by_the_defaults(tmp_path: Path):
    (tmp_path / "bedside.toml").write_text("[engine]\nthreads = 0\n")
    settings, found = check_settings(lambda: load_settings(tmp_path, {}))
    assert settings == Settings()
    assert (found.ok, found.essential, found.remedy) == (False, True, "Correct the value")
    (tmp_path / "bedside.toml").write_text("[engine]\nthreads = 3\n")
    settings, found = check_settings(lambda: load_settings(tmp_path, {}))
    assert (settings.engine.threads, found.detail) == (3, f"1 set in {tmp_path / 'bedside.toml'}")


def test_a_log_is_opened_and_read_through(tmp_path: Path):
    assert re.fullmatch(rf"{re.escape(str(tmp_path))}, schema \d+, 0 episodes", check_store(tmp_path).detail)
    (tmp_path / FILE_NAME).write_bytes(b"Dear diary, " * 1000)
    found = check_store(tmp_path)
    assert (found.ok, found.essential) == (False, True)
    assert found.remedy.startswith("move it away")


def test_a_disk_without_room_or_without_write_access_is_told(tmp_path: Path):
    free_mb = shutil.disk_usage(tmp_path).free // 10**6
    assert check_disk(tmp_path / "not" / "yet").ok
    assert check_disk(tmp_path, least_mb=free_mb * 2).remedy == "delete what is not needed"
    assert "takes no file" in check_disk(Path("/sys/bedside")).detail


def test_a_log_that_others_may_read_is_told(tmp_path: Path):
    Store.open(tmp_path).close()
    assert check_permissions(tmp_path, tmp_path).ok
    (tmp_path / FILE_NAME).chmod(0o644)
    assert check_permissions(tmp_path, tmp_path).remedy == f"chmod go= '{tmp_path / FILE_NAME}'"


def test_a_clock_that_nobody_set_is_told():
    night = SimulatedClock(datetime(2026, 1, 15, 3, tzinfo=ZoneInfo("Europe/London")))
    assert check_clock(night) == Finding(
        "clock", ok=True, essential=False, detail="synchronised, 2026-01-15 03:00+00:00"
    )
    assert check_clock(UntrustedClock()).remedy.endswith("timedatectl set-ntp true")


def test_a_missing_library_is_named_with_its_package():
    assert check_portaudio("libportaudio.so.2").ok
    assert check_portaudio(None).remedy == "sudo apt install libportaudio2"
    assert check_espeak(lambda _: True, wheel=False).detail == "the system's"
    assert check_espeak(lambda _: False, wheel=True).ok
    assert check_espeak(lambda _: False, wheel=False).remedy == "sudo apt install espeak-ng"


def test_each_finding_is_one_line_that_reads_without_colour():
    good = Finding("disk", ok=True, essential=False, detail="8,000 MB free")
    warned = Finding("clock", ok=False, essential=False, detail="not\nsynchronised", remedy="wait")
    bad = Finding("voice", ok=False, essential=True, detail="none", remedy="install one")
    assert [line_of(each).plain.split(maxsplit=1)[0] for each in (good, warned, bad)] == ["ok", "note", "FAULT"]
    assert line_of(warned).plain == "note   clock            not synchronised → wait"
    assert verdict([]) == "The assistant could hear, speak and keep the log."
    assert verdict(["voice"]).startswith("Not ready: voice.")


def test_the_whole_ends_with_status_0_where_all_is_well(tmp_path: Path, pulse: Pulse):
    with pulse.carried_to_microphone():
        answer = bedside("doctor", "--data", tmp_path / "data", env=environment(tmp_path, **pulse.env))
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    *lines, _, last = answer.stdout.splitlines()
    assert last == "The assistant could hear, speak and keep the log."
    assert re.search(r"^ok     microphone       default, 44100 Hz$", answer.stdout, re.MULTILINE)
    [delay_ms, level] = re.findall(r"tone .*after (\d+) ms at (-\d+) dB", answer.stdout)[0]
    assert int(delay_ms) < 1000
    assert -35 < int(level) < -15
    assert not [line for line in lines if line.startswith("FAULT")]
    assert not [line for line in lines if line.startswith("note") and "→" not in line]


def test_a_loudspeaker_that_nobody_hears_is_told_unless_quiet_is_asked_for(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
):
    for name, value in pulse.env.items():
        monkeypatch.setenv(name, value)
    with pulse.recording_loudspeaker() as recorded:
        assert [(found.name, found.ok) for found in check_sound(SOUND, quiet=True)] == [
            ("microphone", True),
            ("loudspeaker", True),
        ]
    assert not recorded.samples.any()
    with pulse.recording_loudspeaker() as recorded:
        _, _, tone, _ = check_sound(SOUND, quiet=False)
    assert (tone.ok, tone.essential) == (False, True)
    assert tone.detail == "default gives nothing but zeros"
    assert tone.remedy.startswith("it is muted")
    assert 0.05 < recorded.samples.max() < 0.2


def test_the_whole_names_every_part_and_every_remedy_where_nothing_works(tmp_path: Path):
    (tmp_path / "sounddevice.py").write_text('raise OSError("PortAudio library not found")')
    env = environment(tmp_path, PYTHONPATH=str(tmp_path))
    answer = bedside("doctor", "--json", "--data", COMPLAINT, env=env)
    assert (answer.returncode, answer.stderr) == (1, "")
    found = {each["name"]: each for each in objects(answer.stdout)}
    assert {"microphone", "loudspeaker", "log"} == {
        name for name, each in found.items() if each["essential"] and not each["ok"]
    }
    assert all(bool(each["remedy"]) != each["ok"] for each in found.values())
    assert set(found) >= {"settings", "engine moonshine", "speech detector", "voice", "disk", "permissions", "clock"}
