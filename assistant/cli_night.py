"""`demo`, `night` and `say`: nights that are played, and the voice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from assistant.app import App
from assistant.approval import signed_script, told
from assistant.cli_log import show_episodes
from assistant.errors import BedsideError
from assistant.places import cache_folder
from assistant.played_night import play_night
from assistant.scene import load_scene
from assistant.speakers import RecordingSpeaker
from assistant.timeline import line_of
from audio import AudioError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from assistant.night_events import NightEvent
    from assistant.scene import Scene

DEMO = Path(__file__).parent / "demo" / "demo.yaml"
NEXT = "Next: ./bedside doctor checks this machine, ./bedside run listens at the bedside."


def night(options: argparse.Namespace) -> int:
    """Play a night from a script or a recording."""
    app = App(options.data, engine=options.engine, model=options.model)
    scene = load_scene(Path(options.script))
    play_night(app, scene, _printer(scene, as_json=options.json), realtime=options.realtime)
    if app.engines.notice:
        print("bedside:", app.engines.notice, file=sys.stderr)
    return 0


def demo(options: argparse.Namespace) -> int:
    """Play the bundled night, and show what it left behind."""
    app = App(options.data, engine=options.engine, model=options.model)
    scene = load_scene(DEMO)
    speaker = RecordingSpeaker(app.voice(), skip_waits=not options.realtime)
    console = Console(file=sys.stderr if options.json else sys.stdout, highlight=False)
    console.print(
        f"A night at the bedside, played from a recording.\nNot medical advice: {told(signed_script(app))}.\n"
    )
    closed: list[str] = []

    def remember(event: NightEvent) -> None:
        if event.event == "episode_closed" and event.episode is not None:
            closed.append(event.episode)
        show(event)

    show = _printer(scene, as_json=options.json)
    play_night(app, scene, remember, realtime=options.realtime, speaker=speaker, origin="demo")
    console.print("\nThe log:")
    with app.store() as store:
        show_episodes([episode for episode in store.episodes() if episode.episode_id in closed], console)
    _save(app, speaker, options.wav, console)
    console.print(NEXT, soft_wrap=True)
    return 0 if closed else 1


def _save(app: App, speaker: RecordingSpeaker, asked: str | None, console: Console) -> None:
    """Write what was said, and play it; only where the user named the file is it a fault that it cannot be written."""
    if speaker.fault:
        console.print(f"\nNot all was spoken: {speaker.fault}.", soft_wrap=True)
    try:
        wav = Path(asked) if asked else cache_folder() / "demo.wav"
        wav.parent.mkdir(parents=True, exist_ok=True)
        written = speaker.save(wav)
    except (OSError, AudioError, BedsideError):
        if asked:
            raise
        console.print("\nThe cache cannot be written. To keep what the assistant said: ./bedside demo --wav FILE")
        return
    if written:
        console.print(f"\nWhat the assistant said is in {wav}.", soft_wrap=True)
        _aloud(app, wav, console)


def say(options: argparse.Namespace) -> int:
    """Say something, or write it to a WAV."""
    app = App(options.data)
    samples, rate = app.say(options.text)
    if options.wav:
        app.write_wav(Path(options.wav), samples, rate)
        print(f"Written to {options.wav}.")
    else:
        app.play_aloud(samples, rate)
    return 0


def _aloud(app: App, wav: Path, console: Console) -> None:
    reason = app.why_silent()
    if reason is not None:
        console.print(f"Not played aloud here: {reason}.", soft_wrap=True)
        return
    console.print("Playing it; Ctrl-C ends.")
    try:
        app.play_aloud(*app.read_wav(wav))
    except AudioError as error:
        console.print(f"Not played aloud: {error}.", soft_wrap=True)


def _printer(scene: Scene, *, as_json: bool) -> Callable[[NightEvent], None]:
    if as_json:
        return lambda event: print(event.as_json(), flush=True)
    console = Console(highlight=False, soft_wrap=True)

    def show(event: NightEvent) -> None:
        line = line_of(event, scene.begins)
        if line is not None:
            console.print(line)
            console.file.flush()

    return show
