"""What is wrong is refused in one line with the remedy and leaves nothing behind; what is only unusual is handled.

Everything here is the real command line in a process of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import soxr
from command_line import COMPLAINT, LIMIT_S, bedside, bedside_here, command, environment, objects, refusal

from assistant.store.place import FILE_NAME
from assistant.store.store import Store
from assistant.store.upgrade import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

RATE = 16_000
LONG_S = 2400
COMPLAINTS_AT_S = (600, 2100)

ONE_COMPLAINT = "- {at: 0, say: my calf is cramping}\n"


def complaint() -> NDArray[np.float32]:
    samples, rate = soundfile.read(COMPLAINT, dtype="float32")
    assert rate == RATE
    return np.asarray(samples)


@pytest.fixture(scope="module", autouse=True)
def long_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A night of forty minutes, begun before everything else here, so that it costs no time of its own."""
    folder = tmp_path_factory.mktemp("long_night")
    said, minute = complaint(), np.zeros(60 * RATE, np.float32)
    with soundfile.SoundFile(folder / "night.flac", "w", RATE, 1, "PCM_16") as file:
        for second in range(0, LONG_S, 60):
            file.write(np.concatenate([said, minute[len(said) :]]) if second in COMPLAINTS_AT_S else minute)
    with subprocess.Popen(
        command("night", folder / "night.flac", "--json", "--data", folder / "data"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(folder),
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "night.yaml"
    path.write_text(ONE_COMPLAINT, encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


# Refused


def broken_sounds(folder: Path) -> dict[str, Path]:
    """Files that are no sound, by what is said of each."""
    files = {
        "is empty: give a WAV or FLAC file": folder / "empty.wav",
        "is no sound file that can be read: give a WAV or FLAC file": folder / "letter.wav",
        "is cut off or damaged (it holds less sound than its beginning says): copy it again": folder / "half.wav",
        "is cut off or damaged (its sound is damaged): copy it again": folder / "half.flac",
        "does not exist: check the name": folder / "nowhere.wav",
    }
    empty, letter, half_wav, half_flac, _ = files.values()
    empty.touch()
    letter.write_text("Dear caregiver, " * 100)
    for half in (half_wav, half_flac):
        soundfile.write(half, complaint(), RATE)
        half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    return files


def test_hear_names_each_file_that_is_no_sound_and_hears_the_others(tmp_path: Path, data: Path):
    broken = broken_sounds(tmp_path)
    answer = bedside("hear", "--json", "--data", data, *broken.values(), COMPLAINT)
    assert answer.returncode == 1
    lines = answer.stderr.splitlines()
    for (said, path), line in zip(broken.items(), lines, strict=True):
        assert line.startswith(f"bedside: {path} {said}")
    assert [heard["file"] for heard in objects(answer.stdout)] == [str(COMPLAINT)]
    assert not data.exists()


def test_a_night_of_a_file_that_is_no_sound_is_refused_before_it_begins(tmp_path: Path, data: Path, script: Path):
    for said, path in broken_sounds(tmp_path).items():
        assert f"{path} {said}" in refusal(bedside_here("night", path, "--data", data), 1)
    script.write_text(f"{ONE_COMPLAINT}- {{at: 60, wav: half.flac}}\n", encoding="utf-8")
    assert "half.flac is cut off or damaged" in refusal(bedside("night", script, "--data", data), 1)
    assert not data.exists()


SCRIPTS = {
    "- {at: 0, sya: ow}": "entry 1: there is no key sya. Did you mean say?",
    "- {clok: '2026-01-15T03:12:00'}": "entry 1: there is no key clok. Did you mean clock?",
    "- {clock: '2026-01-15T03:12:00', profil: {}}": "entry 1: there is no key profil. Did you mean profile?",
    f"{ONE_COMPLAINT}- {{at: 1, say: ow, wav: a.wav}}": "entry 2: the entry: needs exactly one of say, wav, silence,",
    "- {at: soon, say: ow}": "entry 1: at: Input should be a valid number",
    "- {at: true, say: ow}": "entry 1: at: must be a number of seconds",
    "- {at: -1, say: ow}": "entry 1: at: Input should be greater than or equal to 0",
    "- {at: .inf, say: ow}": "entry 1: at: Input should be",
    "- {at: 1.0e+300, say: ow}": "entry 1: at: Input should be less than",
    "- {at: 0, press: entre}": "entry 1: press: there is no key entre. Did you mean enter?",
    "- {at: 0, breaks: speeker}": "entry 1: breaks: Input should be",
    "- {at: 0, say: 5}": "entry 1: say: Input should be a valid string",
    "- {at: 0, say: '  '}": "entry 1: say: String should have at least 1 character",
    "- {at: 0, silence: false}": "entry 1: silence: Input should be True",
    "- {clock: 5}": "entry 1: clock: must be a time like 2026-01-15T03:12:00",
    "- {clock: '9999-12-31T23:59:59'}": "entry 1: clock: must be in the years 1970 to 2999",
    "- {clock: 2026-13-45T00:00:00}": "Correct the file.",
    "- ow": "entry 1 is no mapping. Write it like: - {at: 0, say: my calf is cramping}",
    "at: 0": "holds no list. Write entries like: - {at: 0",
    "": "holds no list. Write entries like: - {at: 0",
    "- [": "Correct the file.",
    "[" * 5000: "Correct the file.",
    "- &a [*a]": "entry 1 is no mapping",
    "\udcff": "Correct the file.",
}


@pytest.mark.parametrize(("text", "said"), SCRIPTS.items())
def test_a_script_with_a_mistake_is_refused_by_entry_and_key(text: str, said: str, script: Path, data: Path):
    script.write_text(text, encoding="utf-8", errors="surrogateescape")
    line = refusal(bedside_here("night", script, "--json", "--data", data), 2)
    assert line.startswith(f"bedside: {script}: ")
    assert said in line
    assert not data.exists()


def test_a_script_that_cannot_be_read_is_refused(tmp_path: Path, data: Path):
    (tmp_path / "folder.yaml").mkdir()
    assert "is a directory. Give a file" in refusal(bedside_here("night", tmp_path / "folder.yaml", "--data", data), 2)
    assert "no such file. Check the path" in refusal(bedside_here("night", tmp_path / "no.yaml", "--data", data), 2)
    assert not data.exists()


SETTINGS = {
    '[engine]\nthreads = "many"': "engine.threads = 'many': Input should be a valid integer. Correct the value.",
    "[engine]\nthreads = true": "engine.threads = True: Input should be a valid integer. Correct the value.",
    "[engine]\nthreads = 99": "engine.threads = 99: Input should be less than or equal to 16. Correct the value.",
    "[words]\nkeep = 1": "words.keep = 1: Input should be a valid boolean. Correct the value.",
    "[words]\ndays = 1.5": "words.days = 1.5: Input should be a valid integer. Correct the value.",
    '[voice]\nname = ""': "voice.name = '': String should have at least 1 character. Correct the value.",
    "engine = 2": "engine must be a section. Write [engine] on a line of its own.",
    "[engine": "Correct the file, or move it away.",
    "\udcff": "Correct the file, or move it away.",
}


@pytest.mark.parametrize(("text", "said"), SETTINGS.items())
def test_a_setting_of_a_wrong_type_is_refused_by_name(text: str, said: str, data: Path):
    data.mkdir()
    (data / "bedside.toml").write_text(text, encoding="utf-8", errors="surrogateescape")
    line = refusal(bedside_here("config", "--data", data), 2)
    assert line.startswith(f"bedside: {data / 'bedside.toml'}: ")
    assert said in line


def test_no_night_begins_with_wrong_settings(data: Path, script: Path):
    data.mkdir()
    (data / "bedside.toml").write_text('[engine]\nthreads = "many"', encoding="utf-8")
    for run, *call in ((bedside, "night", script), (bedside_here, "demo"), (bedside_here, "hear", COMPLAINT)):
        answer = run(*call, "--data", data)
        assert answer.returncode == 2
        assert "engine.threads = 'many'" in answer.stderr.splitlines()[-1]
        assert "Traceback" not in answer.stderr
    assert [file.name for file in data.iterdir()] == ["bedside.toml"]


def in_small_filesystem(folder: Path, options: str) -> tuple[str, ...]:
    """A program that starts another with a filesystem of its own at `folder`; nothing where the kernel forbids it."""
    mount = 'mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"'
    start = ("unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--mount", "sh", "-c", mount, "sh")
    whole = (*start, options, str(folder))
    allowed = subprocess.run([*whole, "true"], capture_output=True, check=False).returncode == 0
    return whole if allowed else ()


def refusals(data: Path, script: Path, before: Sequence[str]) -> Iterator[str]:
    """What commands that need the log say of this folder."""
    for call in (("episodes", "--json"), ("night", script, "--json")):
        yield refusal(bedside(*call, "--data", data, before=tuple(before)), 1)


def test_a_read_only_data_folder_is_refused(data: Path, script: Path):
    data.mkdir()
    before = in_small_filesystem(data, "ro")
    where = data if before else Path("/sys/bedside")  # read-only on every Linux, for everybody
    for line in refusals(where, script, before):
        assert re.search(r"bedside.sqlite3 cannot be written \(.*\); run as the user who owns .*--data folder$", line)
    assert list(data.iterdir()) == []


def test_a_full_data_folder_is_refused_and_the_next_night_begins_clean(data: Path, script: Path):
    data.mkdir()
    before = in_small_filesystem(data, "size=16k")
    if not before:  # a limit of 16 blocks on every file is the next best thing to a full disk
        before = ("sh", "-c", 'ulimit -f 16; exec "$@"', "sh")
    for line in refusals(data, script, before):
        assert re.search("no room to (make|write) .*; free some space there$", line)
    answer = bedside("night", script, "--json", "--data", data)
    assert answer.returncode == 0
    assert "episode_closed" in {event["event"] for event in objects(answer.stdout)}


def test_a_log_of_a_newer_version_is_refused_and_left_alone(data: Path, script: Path):
    Store.open(data).close()
    with closing(sqlite3.connect(data / FILE_NAME)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '0099'")
        newer.commit()
    before = (data / FILE_NAME).read_bytes()
    for line in refusals(data, script, ()):
        assert f"has schema 99, but this program knows only up to {SCHEMA}; update the program" in line
    assert (data / FILE_NAME).read_bytes() == before


def test_something_else_in_the_place_of_the_data_folder_is_refused(data: Path, script: Path):
    data.write_text("mine")
    for call in (("episodes",), ("night", script)):
        line = refusal(bedside_here(*call, "--data", data), 1)
        assert "something else has that name; move it away or give another --data folder" in line
    assert data.read_text() == "mine"


def test_an_empty_name_of_a_data_folder_is_no_folder():
    assert "--data names no folder. Give one: --data DIR" in refusal(bedside_here("episodes", "--data", ""), 2)


# Handled


@pytest.fixture
def unusual_sounds(tmp_path: Path) -> dict[str, Path]:
    said = complaint()
    files = {name: tmp_path / f"{name}.wav" for name in ("silent", "telephone", "stereo")}
    soundfile.write(files["silent"], np.zeros(5 * RATE), RATE)
    soundfile.write(files["telephone"], soxr.resample(said, RATE, 8000), 8000)
    wide = soxr.resample(said, RATE, 48_000)
    soundfile.write(files["stereo"], np.stack([wide, wide], axis=1), 48_000)
    return files


def test_silence_a_telephone_and_stereo_are_heard(unusual_sounds: dict[str, Path], data: Path):
    answer = bedside("hear", "--json", "--data", data, *unusual_sounds.values())
    assert (answer.returncode, answer.stderr) == (0, "")
    silent, telephone, stereo = objects(answer.stdout)
    assert (silent["heard"], silent["intent"], silent["audio_s"]) == ("", None, 5.0)
    assert "calf" in stereo["heard"]
    assert telephone["heard"]
    assert telephone["audio_s"] == pytest.approx(stereo["audio_s"], abs=0.01)


def test_a_night_of_silence_ends_well_and_logs_nothing(unusual_sounds: dict[str, Path], data: Path):
    answer = bedside("night", unusual_sounds["silent"], "--json", "--data", data)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    with Store.open(data) as store:
        assert list(store.episodes()) == []


def test_hear_points_to_night_above_a_minute(tmp_path: Path, data: Path):
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(61 * RATE, np.float32), RATE)
    line = refusal(bedside_here("hear", path, "--data", data), 2)
    assert line == f"bedside: {path} lasts 61 s. For more than 60 s use: ./bedside night {path}"


# What works goes on


def without_network() -> tuple[str, ...]:
    """A program that starts another without any network; nothing where the kernel forbids it."""
    unshare = shutil.which("unshare") or "unshare"
    start = (unshare, *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net")
    return start if subprocess.run([*start, "true"], capture_output=True, check=False).returncode == 0 else ()


def test_hearing_needs_no_network_and_leaves_nothing_in_the_home_folder(tmp_path: Path, data: Path):
    env = environment(tmp_path, PATH=f"{tmp_path}")
    answer = bedside("hear", "--json", "--data", data, COMPLAINT, env=env, before=without_network())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "calf" in objects(answer.stdout)[0]["heard"]
    # Neither an identity nor a queue of reports of a library's: nothing waits for a network to come back.
    assert list(tmp_path.iterdir()) == []


NO_HOME = "/dev/null"
"""Not even root can make a folder in this one."""


def test_without_network_apt_and_home_folder_the_demo_is_a_whole_night(tmp_path: Path, data: Path):
    env = environment(HOME=NO_HOME, PATH=f"{tmp_path}")
    answer = bedside("demo", "--data", data, env=env, before=without_network())
    assert (answer.returncode, answer.stderr) == (0, "")
    remedy = "The cache cannot be written. To keep what the assistant said: ./bedside demo --wav FILE"
    assert remedy in " ".join(answer.stdout.split())
    [episode] = objects(bedside("episodes", "--json", "--data", data, env=env).stdout)
    assert episode["site"] == "calf"
    assert "--data folder" in refusal(bedside("episodes", env=env), 1)


def test_a_user_without_any_home_is_told_to_name_a_folder(tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text("import pwd\ndef nobody(_): raise KeyError\npwd.getpwuid = nobody\n")
    env = environment(PYTHONPATH=str(tmp_path))
    del env["HOME"]
    line = refusal(bedside("episodes", env=env), 1)
    assert line == "bedside: There is no home folder. Give a folder with --data DIR."


@pytest.fixture
def no_portaudio(tmp_path: Path) -> dict[str, str]:
    """An environment in which sounddevice does what it does without its library."""
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    return environment(tmp_path, PYTHONPATH=str(shadow))


def test_without_portaudio_only_what_needs_it_is_refused(no_portaudio: dict[str, str], tmp_path: Path, data: Path):
    line = refusal(bedside("say", "hello", "--data", data, env=no_portaudio), 1)
    assert "PortAudio is missing: install it with sudo apt install libportaudio2" in line
    said = bedside("say", "hello", "--wav", tmp_path / "hello.wav", "--data", data, env=no_portaudio)
    assert said.returncode == 0
    assert soundfile.info(tmp_path / "hello.wav").duration > 0.2
    answer = bedside("doctor", "--json", "--data", data, env=no_portaudio)
    found = {each["name"]: each for each in objects(answer.stdout)}
    assert answer.returncode == 1
    assert found["microphone"]["remedy"] == "install it with sudo apt install libportaudio2"
    assert found["voice"]["ok"]


def test_a_long_night_is_heard_to_its_end(long_night: subprocess.Popen[str]):
    told, faults = long_night.communicate(timeout=LIMIT_S)
    assert (long_night.returncode, faults) == (0, "")
    opened = [event["t"] for event in objects(told) if event["event"] == "episode_opened"]
    assert [t - at for t, at in zip(opened, COMPLAINTS_AT_S, strict=True)] == pytest.approx([4.0, 4.0], abs=2.0)
