"""`episodes` and `config`: what is written down, and what is set."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from assistant.app import App
from assistant.errors import UsageError
from assistant.table import csv_lines
from assistant.timeline import RELIEF

if TYPE_CHECKING:
    import argparse

    from assistant.store import Episode


def episodes(options: argparse.Namespace) -> int:
    """Print the log."""
    since = _date(options.since)
    with App(options.data).store() as store:
        found = store.episodes(since)
        if options.json:
            for episode in found:
                print(json.dumps(episode.as_dict(), ensure_ascii=False), flush=True)
        elif options.csv:
            sys.stdout.writelines(csv_lines(found))
        else:
            show_episodes(list(found), Console(highlight=False))
    return 0


def show_episodes(found: list[Episode], console: Console) -> None:
    """Print episodes as a table for people."""
    if not found:
        console.print("No episode in the log.")
        return
    table = Table("night of", "began", "what", "side", "minutes", "rounds", "relief", "ended", box=None, pad_edge=False)
    for episode in found:
        minutes = "open" if episode.duration_s is None else f"{episode.duration_s / 60:.1f}"
        what = episode.site if episode.intent == "cramp" else episode.intent.removeprefix("rf_")
        table.add_row(
            episode.night_of.isoformat(),
            episode.onset.local.strftime("%H:%M:%S"),
            what.replace("_", " ") + _mark(episode),
            episode.side,
            minutes,
            str(episode.rounds or 0),
            RELIEF[episode.relief],
            (episode.ended_by or "open").replace("_", " "),
        )
    console.print(table)


def _mark(episode: Episode) -> str:
    """Tells an episode that nobody had from one that somebody had."""
    return "" if episode.origin in (None, "live") else f" ({episode.origin})"


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text} is no date. Write it like 2026-01-31.") from error


def config(options: argparse.Namespace) -> int:
    """Print every setting, its value and where it comes from."""
    app = App(options.data)
    for section, keys in app.settings.model_dump().items():
        print(f"[{section}]")
        for key, value in keys.items():
            print(f"{key} = {json.dumps(value)}  # {app.in_force.origin.get((section, key), 'default')}")
        print()
    print(f"# data: {app.data}")
    return 0
