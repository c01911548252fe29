"""`models`: which models lie here, and fetching the one of the second engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.app import App
from assistant.errors import UsageError
from assistant.hints import did_you_mean
from audio.engines import moonshine_state, vosk_state

if TYPE_CHECKING:
    import argparse

    from assistant.models import Place


def models(options: argparse.Namespace) -> int:
    """List the models, or fetch one."""
    app = App(options.data)
    if options.action not in (None, "get"):
        raise UsageError(f"models cannot {options.action}. {did_you_mean(options.action, ('get',))}")
    if options.action is None:
        if options.file:
            raise UsageError("--from FILE goes with get. Run: ./bedside models get --from FILE")
        _show(app)
        return 0
    file = Path(options.file).expanduser() if options.file else None
    print(f"The model lies in {_fetched(app, file)}. Both engines listen from now on.")
    return 0


def _fetched(app: App, file: Path | None) -> Path:
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Vosk's English model", total=None)
        return app.get_model(lambda done, whole: bar.update(task, completed=done, total=whole), file)


def _show(app: App) -> None:
    state = moonshine_state(thorough=False)
    print(f"moonshine  {state.detail}" + (f": {state.remedy}" if state.remedy else ""))
    places = app.engines.models()
    for place in places:
        print(_line(place, used="in use" if place is places[0] else "not used"))
    if not places:
        print("vosk       no model. Fetch it: ./bedside models get")


def _line(place: Place, *, used: str) -> str:
    state = vosk_state(place.folder)
    return f"vosk       {state.detail}" + (f": {state.remedy}" if state.remedy else f" ({place.by}, {used})")
