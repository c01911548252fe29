"""`bedside bench echo`: is a person heard who says "stop" over our own voice, and does our own voice stop anything?

Scenes in made rooms: lines of the pack in the voice of the settings, some with a real or a synthetic "stop" at a random
moment. When an utterance opens, the line fades out, as the player does it, so the rest of the word is heard in quiet.
The same scenes for every way; see `bench_echo_ways`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_echo_room import PERSON_RMS, Room, Scene, loudness
from assistant.bench_echo_ways import OURS, WAYS, WEBRTC
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.interruption import meaning_over_us
from audio.activity_silero import SileroActivity
from audio.ears import Ears, EchoGate
from audio.errors import VoiceError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Final, Frame, SpeechStarted
from audio.voice_pyttsx3 import Pyttsx3Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.app import App
    from intents.understanding import Understanding

    Sound = NDArray[np.floating[Any]]

ECHO_DB = (-10.0, 0.0, 10.0)
DELAYS_S = (0.02, 0.1, 0.3)
DISTORTIONS = (0.3, 1.0)
SCENES = 27
OTHERS_EVERY = 7
"""Of the scenes, every n-th is played to the ways that are only there for comparison."""
PLAN = (False, False, True, False, True, False, False, True, False, False, True, False)
"""The lines of a scene: whether somebody says the word over it."""
WORD = "Stop."
ESPEAK = ("en-gb", "en-us", "en-gb-scotland", "en-gb-x-rp")
FLITE = ("kal", "awb", "rms", "slt")
ENDPOINT_S = 0.7
ON_ITS_WAY = SAMPLE_RATE // 25
"""Samples that the stream keeps ahead, and that sound after a line has been cut off."""
_PLAYED = 0.6
"""Volume of our voice, of full scale."""


def run(app: App, clips: Path | None, *, every: int = 1) -> dict[str, Any]:
    """Play the scenes to each way.

    Args:
        app: makes recogniser, understanding and voice.
        clips: a folder; its sound files with "stop" in their names are words of people. None: synthetic voices alone.
        every: only every n-th scene.

    Returns:
        way -> echo level in dB, as text -> counts: `words`, `opened`, `in_time` (within 0.3 s), `heard`;
        `own` (lines that nobody spoke over), `own_opened`, `own_acted`. The way "no echo" tells what the recogniser
        makes of the words alone; WebRTC's is left out where `pywebrtc-audio` is not installed.
    """
    understanding = app.understanding()
    made = scenes(_lines(app), words(app, clips), plan=PLAN)[::every]
    gate = EchoGate(SileroActivity())
    recogniser = app.recogniser(understanding, gate)
    result: dict[str, dict[str, Counter[str]]] = {}
    others = [way for way in WAYS if way != OURS and (way != WEBRTC or find_spec("pywebrtc_audio"))]
    jobs = [(way, scene) for way in others for scene in made[::OTHERS_EVERY]]
    # The recogniser's own share and ours hear all scenes: what the one misses too, no canceller could mend.
    jobs += [(way, scene) for way in ("no echo", OURS) for scene in made]
    for way, scene in track(jobs, "echo", console=Console(stderr=True), transient=True):
        counts = result.setdefault(way, {}).setdefault(f"{scene.echo_db:+.0f}", Counter())
        room = Room(scene, silent=way == "no echo")
        ears = Ears(recogniser, gate, WAYS.get(way, WAYS["nothing"]), room.played_between)
        counts.update(play(ears, understanding, room))
    return {way: {level: dict(n) for level, n in levels.items()} for way, levels in result.items()}


def play(ears: Ears, understanding: Understanding, room: Room) -> Counter[str]:
    """Hear one scene, and count what came of each line."""
    ears.expect(ENDPOINT_S)
    opened: dict[int, int] = {}
    meant: dict[int, set[str]] = {}
    for first in range(0, len(room.played), FRAME_SAMPLES):
        for event in _accepted(ears, room, first):
            if isinstance(event, SpeechStarted):
                line = room.line_at(round(event.at_s * SAMPLE_RATE))
                opened.setdefault(line, first + FRAME_SAMPLES)
            elif isinstance(event, Final):
                intent = meaning_over_us(understanding, event.heard).intent
                line = room.line_at(round(event.heard.start_s * SAMPLE_RATE))
                meant.setdefault(line, set()).update({intent} if intent else ())
    ears.finish()
    return _counted(room, opened, meant)


def _accepted(ears: Ears, room: Room, first: int) -> Iterator[SpeechStarted | Final]:
    for event in ears.accept(Frame(room.frame(first), first / SAMPLE_RATE)):
        if isinstance(event, SpeechStarted):
            room.cut(first + FRAME_SAMPLES + ON_ITS_WAY)
        if isinstance(event, SpeechStarted | Final):
            yield event


def _counted(room: Room, opened: dict[int, int], meant: dict[int, set[str]]) -> Counter[str]:
    n: Counter[str] = Counter()
    for line, begin in enumerate(room.begins):
        intents = meant.get(line, set())
        if begin is None:
            n.update(own=1, own_opened=line in opened, own_acted=bool(intents))
            continue
        late_s = (opened[line] - begin) / SAMPLE_RATE if line in opened else float("inf")
        n.update(words=1, opened=line in opened, in_time=0 <= late_s <= 0.3, heard="stop" in intents)  # noqa: PLR2004
    return n


def scenes(rendered: list[tuple[NDArray[np.float32], int]], said: list[Sound], *, plan: Sequence[bool]) -> list[Scene]:
    """The rooms of the bench, the same each time.

    Args:
        rendered: lines of ours, samples and rate.
        said: what people say over them, their loud parts at an RMS of 1.
        plan: for each line of a scene, whether somebody speaks over it.
    """
    lines = [_PLAYED * _at_rate(*line) for line in rendered]
    rng = np.random.default_rng(11)
    return [
        Scene(
            lines=tuple(lines[rng.integers(len(lines))] for _ in plan),
            over=tuple(said[rng.integers(len(said))] if spoken else None for spoken in plan),
            echo_db=ECHO_DB[number // 3 % 3],
            delay_s=DELAYS_S[(number + number // 9) % 3],
            distortion=DISTORTIONS[number % 2],
            person_rms=PERSON_RMS[number // 2 % 2],
            seed=number,
        )
        for number in range(SCENES)
    ]


def _lines(app: App) -> list[tuple[NDArray[np.float32], int]]:
    script, voice = load_script(), app.voice()
    return [voice.render(script.words(line, MOMENT | NUMBERS)) for line in script.lines]


def words(app: App, clips: Path | None) -> list[Sound]:
    """The word in many voices: synthetic ones, and people's from a folder, each bare and at an RMS of 1."""
    files = sorted(file for file in clips.iterdir() if "stop" in file.name.lower()) if clips else []
    people = [_at_rate(*app.read_wav(file)) for file in files if file.suffix in (".flac", ".wav")]
    made = [_at_rate(*Pyttsx3Voice(voice=name).render(WORD)) for name in ESPEAK]
    if shutil.which("flite"):
        made += [_at_rate(*_flite(app, name)) for name in FLITE]
    # People are few here and differ most: each also a little slower and faster.
    people = [soxr.resample(one, 100, 100 * speed) for one in people for speed in (0.9, 1.0, 1.1)]
    return [one / loudness(one) for one in map(_bare, made + people)]


def _flite(app: App, voice: str) -> tuple[NDArray[np.float32], int]:
    with tempfile.TemporaryDirectory(prefix="bedside-bench-") as folder:
        path = Path(folder) / "word.wav"
        try:
            subprocess.run(["flite", "-voice", voice, "-t", WORD, "-o", path], check=True, timeout=20)
        except (OSError, subprocess.SubprocessError) as error:
            raise VoiceError("flite said nothing: install it with sudo apt install flite") from error
        return app.read_wav(path)


def _bare(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


def _at_rate(samples: NDArray[np.float32], rate: int) -> Sound:
    return np.asarray(soxr.resample(samples, rate, SAMPLE_RATE))


def show(result: dict[str, Any], console: Console) -> None:
    """Print the table."""
    names = ("way", "echo dB", "stop heard", "opened", "within 0.3 s", "own lines that opened", "that were acted on")
    table = Table(*names, box=None)
    for way, levels in result.items():
        for level, n in levels.items():
            cells = [f"{n[key]}/{n['words']}" for key in ("heard", "opened", "in_time")]
            table.add_row(way, level, *cells, f"{n['own_opened']}/{n['own']}", f"{n['own_acted']}/{n['own']}")
    console.print(table)
