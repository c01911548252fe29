"""Benchmark of whole nights on real sound, spoken by several voices and compared line by line.

Each of the person's sentences is rendered by a voice, put into the night at its second, and goes through detector,
segmenter, recogniser and meaning into the dialog, as `night` plays a recording. The same words typed are the yardstick:
what they mean, and which of them are a red flag. Our own voice is not in that sound; `bench echo` measures that.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.app import App
from assistant.bench_nights_judge import FLAG_WAYS, judged
from assistant.bench_readers import reader_of, readers_here
from assistant.bench_sound import read_sound, sounds_in
from assistant.dialog.profile import Profile
from assistant.errors import UsageError
from assistant.played_night import play_night
from assistant.scene import Item, Scene
from audio.events import FRAME_SAMPLES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from assistant.night_events import NightEvent
    from audio import Recogniser
    from intents.understanding import Understanding

HERE = Path(__file__).parent
NIGHTS = HERE / "bench_nights.yaml"
BEGINS = datetime(2026, 1, 15, 3, 10)  # noqa: DTZ001 in the time of this machine, whichever that is
TYPED = "typed"
RECORDED = "recordings"


class SpokenNight(BaseModel):
    """What is said aloud in a night, and what must follow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    says: dict[float, str]
    said: list[str]
    alerts: list[str] = []
    closed: list[str] = []
    profile: dict[str, Any] = {}
    as_: Annotated[str | None, Field(alias="as")] = None
    """The night of tests/nights/ that it is."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who can say the nights' words."""

    name: str
    says: Callable[[str], NDArray[np.float32] | None]
    """Words -> their sound, or None where this voice has not said them."""


def load_nights(path: Path = NIGHTS) -> dict[str, SpokenNight]:
    """The nights of a file, by name.

    Raises:
        UsageError: it cannot be read, or is written otherwise.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {name: SpokenNight.model_validate(night) for name, night in data.get("nights", data).items()}
    except (OSError, yaml.YAMLError, ValidationError, AttributeError, TypeError) as error:
        told = " ".join(str(error).split())
        raise UsageError(f"{path} holds no nights ({told}). Write them like assistant/bench_nights.yaml.") from error


class _Kept(App):
    """An app whose log lies in a folder of its own, and whose ears are those of another: models are loaded once."""

    def __init__(self, folder: str, understanding: Understanding, ears: Callable[[], Recogniser]) -> None:
        super().__init__(folder)
        self._kept_understanding = understanding
        self._ears = ears

    def understanding(self, pack: Path | None = None) -> Understanding:
        """The one that was given."""
        del pack
        return self._kept_understanding

    def recogniser(self, *given: object, **asked: object) -> Recogniser:
        """The one that was given."""
        del given, asked
        return self._ears()


class NightPlayer:
    """Plays nights, spoken or typed, with one recogniser for all of them.

    Args:
        app: makes the recogniser and the meaning.
    """

    def __init__(self, app: App) -> None:
        self._understanding = app.understanding()
        self._app = app
        self._recogniser: Recogniser | None = None

    def play(self, night: SpokenNight, voice: Voice | None) -> list[NightEvent]:
        """Every event of a night; without a voice its words are typed.

        Raises:
            LookupError: the voice has not said all of it.
        """
        events: list[NightEvent] = []
        with tempfile.TemporaryDirectory(prefix="bedside-night-") as folder:
            app = _Kept(folder, self._understanding, self._ears)
            items = tuple(
                self._item(app, Path(folder) / f"{n}.wav", at, words, voice)
                for n, (at, words) in enumerate(sorted(night.says.items()))
            )
            scene = Scene(BEGINS.astimezone(), items, Profile.model_validate(night.profile))
            play_night(app, scene, events.append, realtime=False)
        return events

    def _ears(self) -> Recogniser:
        self._recogniser = self._recogniser or self._app.recogniser(self._understanding)
        return self._recogniser

    def _item(self, app: App, path: Path, at: float, words: str, voice: Voice | None) -> Item:
        if voice is None:
            return Item(at=at, say=words)
        sound = voice.says(words)
        if sound is None:
            raise LookupError(words)
        app.write_wav(path, np.pad(sound, (0, -len(sound) % FRAME_SAMPLES)), SAMPLE_RATE)
        return Item(at=at, wav=path)


def run(
    app: App, clips: Path | None, *, every: int = 1, text: Sequence[Path] = (), voices: Sequence[str] = ()
) -> dict[str, Any]:
    """Play every night with every n-th voice; Ctrl-C ends it, and what was played until then is counted.

    Args:
        app: makes the recogniser.
        clips: a folder of recordings, each named by its words ("my-left-calf-is-cramping.wav"): one more voice.
        every: take every n-th voice only.
        text: files of other nights, written like bench_nights.yaml.
        voices: who speaks, as "flite:slt" or "espeak-ng:en-us"; by default all that are here.

    Returns:
        `rows`: one for each night and voice, see `judged`; `stopped`: whether somebody ended it early.

    Raises:
        UsageError: nobody can speak, or there are no such nights.
    """
    nights = {name: night for path in text or (NIGHTS,) for name, night in load_nights(path).items()}
    speakers = _voices(clips, voices)[::every]
    player, console = NightPlayer(app), Console(stderr=True)
    typed = {name: player.play(night, None) for name, night in nights.items()}
    rows = [
        {"voice": TYPED, "night": name, **judged(night, typed[name], typed[name])} for name, night in nights.items()
    ]
    pairs = [(voice, name) for voice in speakers for name in nights]
    try:
        for voice, name in track(pairs, "nights", console=console, transient=True, disable=not console.is_terminal):
            try:
                spoken = player.play(nights[name], voice)
            except LookupError:
                continue  # the recordings do not hold this night
            rows.append({"voice": voice.name, "night": name, **judged(nights[name], typed[name], spoken)})
    except KeyboardInterrupt:
        return {"rows": rows, "stopped": True}
    return {"rows": rows, "stopped": False}


def _voices(clips: Path | None, names: Sequence[str]) -> list[Voice]:
    readers = [reader_of(name) for name in names] or readers_here()
    voices = [Voice(f"{reader.program}:{reader.voice}", reader.read) for reader in readers]
    voices.append(demo_voice())
    return voices if clips is None else [*voices, recordings(clips.name, clips)]


def demo_voice() -> Voice:
    """The voice of the demo's recordings, which says what they hold."""
    recorded = yaml.safe_load(NIGHTS.read_text(encoding="utf-8"))["recorded"]
    return _recorded(RECORDED, {words: HERE / file for words, file in recorded.items()})


def recordings(name: str, folder: Path) -> Voice:
    """A voice out of a folder of recordings, each named by its words.

    Raises:
        UsageError: it holds none.
    """
    return _recorded(name, {path.stem: path for path in sounds_in([folder])})


def _recorded(name: str, files: dict[str, Path]) -> Voice:
    by_words = {_named(words): path for words, path in files.items()}

    def says(words: str) -> NDArray[np.float32] | None:
        path = by_words.get(_named(words))
        return None if path is None else read_sound(path)

    return Voice(name, says)


def _named(words: str) -> str:
    """Words as a file's name: "No, it's my shin" is `no-its-my-shin`."""
    kept = "".join(letter if letter.isalnum() else " " for letter in words.lower().replace("'", ""))
    return "-".join(kept.split())


def show(result: dict[str, Any], console: Console) -> None:
    """Print each night and voice, then each voice, and what became of the red flags."""
    rows = result["rows"]
    table = Table("night", "voice", "heard right", "as written", "where it broke", box=None)
    for row in rows:
        right, asked = row["heard"]
        table.add_row(
            row["night"], row["voice"], f"{right}/{asked}", "yes" if row["as_written"] else "no", row["broke"] or ""
        )
    console.print(table)
    sums = Table("voice", "heard right", "nights as written", *(f"flags {way}" for way in FLAG_WAYS), "ended", box=None)
    for voice in dict.fromkeys(row["voice"] for row in rows):
        _add_sum(sums, voice, [row for row in rows if row["voice"] == voice])
    _add_sum(sums, "all voices", [row for row in rows if row["voice"] != TYPED])
    console.print(sums)


def _add_sum(table: Table, voice: str, rows: list[dict[str, Any]]) -> None:
    right, asked = (sum(row["heard"][n] for row in rows) for n in (0, 1))
    written, ended = (sum(row[key] for row in rows) for key in ("as_written", "ended"))
    flags = [str(sum(row["flags"][way] for row in rows)) for way in FLAG_WAYS]
    table.add_row(voice, f"{right}/{asked}", f"{written}/{len(rows)}", *flags, f"{ended}/{len(rows)}")
