"""`voices`: a natural voice comes whole or not at all, renders every line ahead, and never is in the way."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soxr
from command_line import bedside, command, environment, refusal

from assistant import cli_voices
from assistant.app import App
from assistant.cli_voices import get
from assistant.dialog.script import load_script
from assistant.doctor_voices import check_natural
from assistant.errors import BedsideError, UsageError
from assistant.finding import Finding
from assistant.settings import InForce, Settings
from assistant.voice_install import install
from assistant.voices import JOE, NATURAL, Home, fixed_lines, lines_of_the_moment, natural_of, natural_voice, plain_of
from audio import SAMPLE_RATE, Final, Frame
from audio.activity_silero import SileroActivity
from audio.events import FRAME_SAMPLES
from audio.loudness import lead_s
from audio.moonshine_model import MoonshineModel
from audio.prompt_cache import PromptCache
from audio.recogniser_moonshine import MoonshineRecogniser
from audio.segmenter import Segmenter
from audio.voice_best import BestVoice
from audio.voice_piper import PiperVoice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.store.house import House

NUMBERS = Settings().numbers.model_dump()
PROGRAM = """
import argparse, sys, wave
options = argparse.ArgumentParser()
for name in ("--model", "--length-scale", "--sentence-silence", "--output-dir"):
    options.add_argument(name)
given = options.parse_args()
for number, line in enumerate(sys.stdin):
    path = f"{given.output_dir}/{number}.wav"
    with wave.open(path, "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(b"\\0\\x10\\0\\xf0" * 4000)
    print(f"INFO:__main__:Wrote {path}", file=sys.stderr, flush=True)
"""
"""Stands in for Piper: the same options, input and reports, a tone for each line."""


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """A tiny package that pip takes for a real one."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    contents = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{file},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        f"{len(text.encode())}\n"
        for file, text in contents.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in (contents | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            archive.writestr(file, text)
    return path


class Tone:
    """A voice that renders at once."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, text: str) -> tuple[NDArray[np.float32], int]:
        return np.full(len(text), 0.5, np.float32), 8000


class Shop:
    """A folder of wheels with a lock, as a machine without network would bring them."""

    def __init__(self, root: Path) -> None:
        self.wheels = root / "wheels"
        self.wheels.mkdir()
        self.lock = root / "voice.lock"
        self.write("voice", {"tiny_voice/data/tiny.onnx": "model", "tiny_voice/__init__.py": ""})
        self.home = Home(
            replace(
                JOE,
                lock=self.lock,
                model="lib/python3*/site-packages/tiny_voice/data/*.onnx",
                download_mb=1,
                installed_mb=1,
            ),
            root / "cache",
        )

    def write(self, name: str, files: dict[str, str]) -> None:
        file = wheel(self.wheels, name, files)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        self.lock.write_text(f"{name}==1.0 --hash=sha256:{digest}\n", encoding="utf-8")

    def install(self) -> bool:
        return install(self.home, lambda done, whole: self.told.append((done, whole)), self.wheels)

    told: list[tuple[int, int]] = []  # noqa: RUF012 - replaced by each fixture


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path)
    made.told = []
    return made


def quietly(_: int, __: int) -> None:
    """Nobody looks at the progress."""


def left_behind(home: Home) -> list[str]:
    return sorted(path.name for path in home.folder.iterdir() if path.name != ".lock")


def test_a_voice_is_installed_from_a_folder_of_wheels_with_its_progress_and_once(shop: Shop):
    assert not shop.home.installed
    assert shop.install()
    assert shop.home.installed
    assert shop.told[-1][0] == shop.told[-1][1] > 0
    assert all(done <= whole for done, whole in shop.told)
    assert Path(shop.home.command[-1]).read_text(encoding="utf-8") == "model"
    assert not shop.install()
    assert left_behind(shop.home) == [shop.home.environment.name]
    # Its Python works where it ended up, and is not ours.
    code = "import sys, tiny_voice\nprint(sys.prefix)\nimport assistant"
    run = subprocess.run([*shop.home.command[:2], "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.strip() == str(shop.home.environment)
    assert "No module named 'assistant'" in run.stderr


def test_a_file_that_is_not_the_locked_one_is_refused_and_nothing_is_left(shop: Shop):
    lock = shop.lock.read_text(encoding="utf-8")
    shop.write("voice", {"tiny_voice/data/tiny.onnx": "another"})
    shop.lock.write_text(lock, encoding="utf-8")
    with pytest.raises(
        BedsideError, match=r"could not be installed from .*Copy all wheels of its lock there\.$"
    ) as told:
        shop.install()
    assert "\n" not in str(told.value)
    assert left_behind(shop.home) == []


def test_a_package_without_the_voice_is_refused(shop: Shop):
    shop.write("voice", {"tiny_voice/__init__.py": ""})
    with pytest.raises(BedsideError, match="holds no voice joe"):
        shop.install()
    assert left_behind(shop.home) == []


def test_what_an_earlier_call_left_half_done_counts_as_never_begun(shop: Shop):
    (shop.home.folder / ".half" / "env" / "bin").mkdir(parents=True)
    (shop.home.folder / "an-older-lock-py311").mkdir()
    assert not shop.home.installed
    assert shop.install()
    assert left_behind(shop.home) == [shop.home.environment.name]


class Enough(Exception):  # noqa: N818 - what stands for Ctrl-C
    pass


def test_stopping_it_ends_pip_and_leaves_nothing(shop: Shop):
    def stop(_: int, __: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        install(shop.home, stop, shop.wheels)
    assert left_behind(shop.home) == []
    assert not shop.home.installed


def test_too_small_a_disk_is_told_before_anything_is_fetched(shop: Shop):
    home = replace(shop.home, voice=replace(shop.home.voice, installed_mb=10**9))
    with pytest.raises(BedsideError, match=r"Make room there; the plain voice speaks until then\.$"):
        install(home, quietly, shop.wheels)


def test_two_calls_do_not_install_at_once(shop: Shop):
    def second(_: int, __: int) -> None:
        with pytest.raises(BedsideError, match="Wait for it to end"):
            shop.install()
        raise Enough

    with pytest.raises(Enough):
        install(shop.home, second, shop.wheels)


def test_a_folder_that_is_not_there_or_cannot_be_written_is_told(shop: Shop, tmp_path: Path):
    with pytest.raises(BedsideError, match="--from DIR"):
        install(shop.home, quietly, tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(BedsideError, match="Make it writable"):
        install(replace(shop.home, cache=tmp_path / "file"), quietly, shop.wheels)


def test_the_speed_decides_whether_it_also_says_what_only_the_night_tells(shop: Shop):
    assert not shop.home.quick
    shop.home.environment.mkdir(parents=True)
    assert not shop.home.quick
    shop.home.remember_speed(0.3)
    assert shop.home.quick
    shop.home.remember_speed(3.0)
    assert not shop.home.quick
    (shop.home.environment / "speed.json").write_text("[]")
    assert not shop.home.quick


def test_the_settings_name_a_natural_voice_the_best_or_one_of_espeaks():
    assert [natural_of(name) for name in ("auto", "joe", "en-us")] == [JOE, JOE, None]
    assert [plain_of(name) for name in ("auto", "joe", "en-us")] == ["en-gb", "en-gb", "en-us"]
    with pytest.raises(UsageError, match=r"Did you mean joe\?"):
        natural_voice("jo")


def test_every_line_is_rendered_ahead_with_the_familys_numbers_but_those_that_only_the_night_tells():
    script = load_script()
    counted = script.lines["control.good_night"].model_copy(update={"say": "That was number {count}, {emergency}."})
    changed = script.model_copy(update={"lines": {**script.lines, "count": counted}})
    lines = fixed_lines(changed, {"emergency": "one one two", "urgent_line": "Dr Ng"})
    assert len(lines) == sum(not line.placeholders - {"emergency", "urgent_line"} for line in script.lines.values())
    assert "Breathless, or chest pain? Call one one two." in lines
    assert set(lines_of_the_moment(changed, NUMBERS)) == {
        "count",
        "answer.time",
        "answer.count",
        "control.told",
        "listening.stops",
        "page.code",
        "page.code_again",
    }


def test_the_numbers_of_the_page_are_rendered_ahead_too(house: House, tmp_path: Path):
    house.profile.write({"emergency": "one one two"}, "Rosa")
    assert any("one one two" in line for line in cli_voices._lines(App(str(tmp_path))))


def test_doctor_tells_of_a_voice_that_is_asked_for_and_cannot_say_every_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))

    def found(name: str) -> Finding:
        settings = Settings.model_validate({"voice": {"name": name}})
        return check_natural(App(str(tmp_path), InForce(settings, {})))

    assert found("en-us") == Finding("natural voice", ok=True, essential=False, detail="not asked for: en-us speaks")
    assert found("auto").ok
    assert found("joe").remedy == "./bedside voices get"
    assert not found("joe").essential
    cache = PromptCache(Tone(f"piper joe {JOE.versions} 150 wpm even"), tmp_path / "xdg" / "bedside" / "prompts")
    cache.warm(fixed_lines(load_script(), NUMBERS)[1:])
    assert found("auto").remedy == "./bedside voices get"
    cache.warm(fixed_lines(load_script(), NUMBERS))
    assert found("joe").ok
    settings = Settings.model_validate({"numbers": {"emergency": "one one two"}})
    assert not check_natural(App(str(tmp_path), InForce(settings, {}))).ok


def test_every_natural_voice_is_pinned_with_hashes_and_says_its_licence():
    for voice in NATURAL.values():
        pinned = [line for line in voice.lock.read_text(encoding="utf-8").splitlines() if "==" in line]
        assert all(line.endswith("\\") for line in pinned)
        assert len(pinned) >= 2
        assert "GPL-3.0" in voice.licence


def test_voices_lists_what_is_there_and_what_to_do_for_more(tmp_path: Path):
    told = bedside("voices", env=environment(tmp_path, COLUMNS="200"))
    assert told.returncode == 0
    assert "0 of" in told.stdout
    assert "./bedside voices get" in told.stdout
    assert "GPL-3.0" in told.stdout


def test_a_sample_of_the_plain_voice_is_written_and_one_of_a_voice_that_is_not_there_refused(tmp_path: Path):
    wav, env = tmp_path / "sample.wav", environment(tmp_path)
    assert bedside("voices", "say", "en-us", "--wav", wav, env=env).stdout == f"Written to {wav}.\n"
    assert wav.stat().st_size > 100_000
    said = refusal(bedside("voices", "say", "joe", "--wav", wav, env=env), 1)
    assert said.endswith("Fetch it with ./bedside voices get")


def test_without_a_network_one_line_says_so_and_the_plain_voice_goes_on(tmp_path: Path):
    env = environment(tmp_path, PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_CONFIG_FILE=os.devnull)
    env = {name: value for name, value in env.items() if "proxy" not in name.lower()}
    told = bedside("voices", "get", env=env)
    assert told.returncode == 1
    assert "GPL-3.0" in told.stderr
    last = told.stderr.splitlines()[-1]
    assert last.startswith("bedside: No network to fetch the voice")
    assert last.endswith("the plain voice speaks until then.")
    assert bedside("say", "Toes up.", "--wav", tmp_path / "said.wav", env=env).returncode == 0


def test_sigterm_ends_it_tidily(tmp_path: Path):
    env = environment(tmp_path)
    process = subprocess.Popen(command("voices", "get"), env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    half = tmp_path / ".cache" / "bedside" / "voices" / "joe" / ".half"
    deadline = time.monotonic() + 30
    while not (half / "env").exists():  # the first of the programs that it starts is at work
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 1
    assert told.decode().splitlines()[-1] == "bedside: stopped. Start it again with the same command."
    assert [path.name for path in half.parent.iterdir()] == [".lock"]


def test_get_installs_renders_every_line_ahead_and_says_what_it_did(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    speaks = {"piper/__init__.py": "", "piper/__main__.py": PROGRAM, "tiny_voice/data/tiny.onnx": "model"}
    shop.write("voice", speaks)
    app = App(str(tmp_path / "data"))
    assert not isinstance(app.voice(), BestVoice)
    assert get(app, shop.home.voice, str(shop.wheels)) == 0
    lines = set(fixed_lines(load_script(), NUMBERS))
    assert f"Installed: joe. {len(lines)} lines rendered, {len(lines)} in all" in capsys.readouterr().out
    best = app.natural_voice(shop.home.voice, app.plain_voice("en-gb"))
    assert all(best.is_ahead(line) for line in lines)
    assert best.ready
    assert not app.natural_voice(JOE, app.plain_voice("en-gb")).ready
    assert get(app, shop.home.voice, str(shop.wheels)) == 0
    assert "Was installed already: joe. 0 lines rendered" in capsys.readouterr().out


def test_a_voice_that_is_installed_and_does_not_speak_is_told_in_one_line(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    dies = {"piper/__init__.py": "", "piper/__main__.py": "raise SystemExit(1)", "tiny_voice/data/tiny.onnx": ""}
    shop.write("voice", dies)
    with pytest.raises(BedsideError, match=r"installed, but: .*the plain voice speaks until then\.$"):
        get(App(str(tmp_path / "data")), shop.home.voice, str(shop.wheels))


def test_the_real_voice_is_fetched_into_its_own_environment_and_is_heard_back(tmp_path: Path):
    home = Home(JOE, tmp_path)
    install(home, quietly)
    with PiperVoice(home.command, name="joe", deadline_s=60) as voice:
        samples, rate = voice.render("Keep your knee straight. Push your heel away.")
    assert 2.0 < len(samples) / rate < 5.0
    assert lead_s(samples, rate) <= 0.05
    sound = soxr.resample(np.concatenate([samples, np.zeros(rate, np.float32)]), rate, SAMPLE_RATE)
    frames = [
        Frame(sound[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)
        for at in range(0, len(sound) - FRAME_SAMPLES, FRAME_SAMPLES)
    ]
    recogniser = MoonshineRecogniser(MoonshineModel(), SileroActivity(), Segmenter())
    events = [event for frame in frames for event in recogniser.accept(frame)] + recogniser.finish()
    heard = " / ".join(r.text for event in events if isinstance(event, Final) for r in event.heard.readings)
    assert "knee straight" in heard
    assert "heel away" in heard
