"""What the assistant needs, checked part by part; each check returns what it found and what to do about a fault.

Heavy libraries are loaded inside the checks, so that one that is missing is a finding and stops nothing else.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.app import App
from assistant.clock import RealClock
from assistant.doctor_engines import Listening
from assistant.doctor_machine import check_clock, check_disk, check_espeak, check_permissions, check_portaudio, loads
from assistant.doctor_sound import check_sound
from assistant.doctor_voices import check_natural
from assistant.errors import BedsideError
from assistant.finding import Finding, faulty
from assistant.settings import InForce, Settings, load_settings
from assistant.store.errors import StoreError
from assistant.voices import plain_of
from audio import AudioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from audio import SpeechDetector, Voice
    from audio.engines import EngineState

WORD = "Toes up."
INSTALL = "delete the folder .venv and run ./bedside doctor again, which installs everything anew"


def examine(
    asked: str | None, *, engine: str | None = None, model: str | None = None, quiet: bool = False
) -> Iterator[Finding]:
    """Check everything, the quickest cure first: settings, sound, engines, voice, log, machine.

    Args:
        asked: the data folder that the user asked for, or None.
        engine: the engine that the user asked for, or None.
        model: the folder of Vosk's model that the user asked for, or None.
        quiet: play no tone.
    """
    try:
        app = App(asked, engine=engine, model=model)
        data = app.data
    except BedsideError as error:
        yield faulty("data folder", str(error), essential=True)
        return
    settings, finding = check_settings(lambda: load_settings(data))
    yield finding
    yield from check_sound(settings.sound, quiet=quiet)
    listening = Listening(app)
    yield from check_engines(listening.states(), listening.load)
    yield from listening.check()
    yield check_detector(_detector)
    yield check_voice(_voice(settings))
    yield check_natural(App(str(data), InForce(settings, {})))
    yield check_store(data)
    yield check_disk(data)
    yield check_permissions(data)
    yield check_clock(RealClock())
    yield check_portaudio(ctypes.util.find_library("portaudio"))
    yield check_espeak(loads, importlib.util.find_spec("espeakng_loader") is not None)


def check_settings(load: Callable[[], InForce]) -> tuple[Settings, Finding]:
    """Whether the settings can be read; without them the other checks go by the defaults."""
    try:
        in_force = load()
    except BedsideError as error:
        # Essential: no command that listens starts with a setting that is wrong.
        return Settings(), faulty("settings", str(error), essential=True)
    places = sorted(set(in_force.origin.values()))
    detail = f"{len(in_force.origin)} set in {', '.join(places)}" if places else "all as delivered"
    return in_force.settings, Finding("settings", ok=True, essential=True, detail=detail)


def check_engines(states: Sequence[EngineState], load: Callable[[str], object]) -> list[Finding]:
    """Each engine and its model; one that works is enough.

    Args:
        states: what the engines' files say.
        load: loads an engine by name.
    """
    tried = [_loaded(state, load) for state in states]
    none = not any(state.present for state in tried)
    return [
        Finding(f"engine {each.name}", each.present, none or each.present, each.detail, each.remedy) for each in tried
    ]


def _loaded(state: EngineState, load: Callable[[str], object]) -> EngineState:
    if not state.present:
        return state
    try:
        load(state.name)
    except (AudioError, ImportError, OSError, RuntimeError) as error:
        return replace(state, present=False, detail=f"it does not load ({error})", remedy=INSTALL)
    return state


def check_detector(make: Callable[[], SpeechDetector]) -> Finding:
    """Whether the speech detector loads and takes silence for silence."""
    name = "speech detector"
    try:
        import numpy as np  # noqa: PLC0415 - only here

        from audio.events import FRAME_SAMPLES, Frame  # noqa: PLC0415

        probability = make().probability(Frame(np.zeros(FRAME_SAMPLES, np.float32), 0.0))
    except (ImportError, OSError, RuntimeError) as error:
        return Finding(name, ok=False, essential=True, detail=f"it does not load ({error})", remedy=INSTALL)
    calm = probability < 0.5  # noqa: PLR2004 - even odds
    detail = f"loaded; silence is speech by {probability:.0%}"
    return Finding(name, calm, essential=True, detail=detail, remedy="" if calm else INSTALL)


def check_voice(voice: Voice) -> Finding:
    """Whether the voice renders a word."""
    try:
        samples, rate = voice.render(WORD)
    except (AudioError, ImportError, OSError) as error:
        said, _, remedy = str(error).rpartition(": ")
        remedy = "sudo apt install espeak-ng" if "doctor" in remedy else remedy
        return Finding("voice", ok=False, essential=True, detail=said or str(error), remedy=remedy)
    return Finding("voice", ok=True, essential=True, detail=f"{voice.name}; a word takes {len(samples) / rate:.1f} s")


def check_store(data: Path) -> Finding:
    """Whether the log opens and is whole."""
    try:
        from assistant.store.store import Store  # noqa: PLC0415 - a third of a second

        with Store.open(data) as store:
            store.check()
            detail = f"{data}, schema {store.schema_number}, {sum(1 for _ in store.episodes())} episodes"
    except (StoreError, ImportError) as error:
        return faulty("log", str(error), essential=True)
    return Finding("log", ok=True, essential=True, detail=detail)


def _detector() -> SpeechDetector:
    from audio.activity_silero import SileroActivity  # noqa: PLC0415 - a model

    return SileroActivity()


def _voice(settings: Settings) -> Voice:
    """Not through the cache, which would hide a voice that went missing."""
    from audio.voice_pyttsx3 import Pyttsx3Voice  # noqa: PLC0415

    return Pyttsx3Voice(voice=plain_of(settings.voice.name), rate_wpm=settings.voice.words_per_minute)
