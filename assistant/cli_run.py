"""`run`: the bedside, live."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

from rich.console import Console

from assistant.app import App
from assistant.approval import signed_script, told
from assistant.clock import RealClock
from assistant.ending import ended_by_signals
from assistant.errors import BedsideError, known_errors
from assistant.hands import hands_at
from assistant.keys import as_help, load_keys
from assistant.run import run_live
from assistant.timeline import line_of
from assistant.watched import where_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from assistant.night_events import NightEvent


def run(options: argparse.Namespace) -> int:
    """Listen and help until a signal ends it."""
    terminal = sys.stdout.isatty()
    readable = terminal and not options.json
    with ended_by_signals() as ending:
        app = App(options.data, engine=options.engine, model=options.model)
        if readable:
            _greet(app, with_keys=options.keys is not None)
        try:
            run_live(
                app,
                _printer(as_json=not readable, words=options.show_words or terminal),
                ending=ending,
                listening=partial(_listening, app, "Listening. Ctrl-C ends." if readable else ""),
                hands=None if options.keys is None else hands_at(options.keys),
            )
        except Exception as error:
            if isinstance(error, (OSError, *known_errors())):
                raise
            raise BedsideError(f"The night met {where_of(error)}. Start it again, and report this line.") from error
    return 0


def keys_help() -> str:
    """What each key does, a line each."""
    return "\n".join(["keys:", *(f"  {line}" for line in as_help(load_keys()))])


def _greet(app: App, *, with_keys: bool) -> None:
    print(f"Not medical advice: {told(signed_script(app))}. It cannot phone.")
    if with_keys:
        print(keys_help())
    print("Getting ready.", flush=True)


def _listening(app: App, line: str) -> None:
    if line:
        print(line, flush=True)
    _notice(app.engines.notice)
    # Beside the night, which waits for no network; what it brings counts from the next start on.
    Thread(target=lambda: _notice(app.engines.try_model_once(app.get_model)), name="model", daemon=True).start()


def _notice(line: str | None) -> None:
    if line:
        with suppress(OSError):  # nobody reads it
            print("bedside:", line, file=sys.stderr, flush=True)


def _printer(*, as_json: bool, words: bool) -> Callable[[NightEvent], None]:
    """Prints an event a line. Where nobody reads any more, nothing is printed, and the night goes on."""
    begins, console = RealClock().wall(), Console(highlight=False, soft_wrap=True)
    reader_gone = False

    def show(event: NightEvent) -> None:
        nonlocal reader_gone
        line: Any = event.as_json(words=words) if as_json else line_of(event, begins)
        if line is None or reader_gone:
            return
        try:
            print(line, flush=True) if as_json else console.print(line)
        except OSError:
            reader_gone = True
            _let_vanish()

    return show


def _let_vanish() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
