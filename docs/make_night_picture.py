"""Draws night.svg: the night of `./bedside demo` as it is really played, recogniser, log and all.

Run it after a change of the lines or of the dialog: PYTHONPATH=. .venv/bin/python docs/make_night_picture.py
"""
# ruff: noqa: INP001 - a script beside the pages, no package

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from assistant.app import App
from assistant.cli_log import show_episodes
from assistant.cli_night import DEMO
from assistant.played_night import play_night
from assistant.scene import load_scene
from assistant.timeline import line_of

if TYPE_CHECKING:
    from assistant.night_events import NightEvent

PICTURE = Path(__file__).with_name("night.svg")
COLUMNS = 76
FONTS = "ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace"
DARK, PAPER = (16, 18, 27), (214, 211, 203)
RED, GREEN, AMBER, BLUE, VIOLET, TEAL = (
    (232, 106, 96),
    (148, 196, 125),
    (224, 178, 92),
    (124, 160, 222),
    (196, 152, 214),
    (111, 190, 196),
)
NIGHT = TerminalTheme(DARK, PAPER, [DARK, RED, GREEN, AMBER, BLUE, VIOLET, TEAL, PAPER])
"""Dark as the room; every colour, dim text too, stands out from the ground by 4.5 to 1 at least."""


def play(console: Console) -> None:
    """Play the night into a log of its own, and print what a person at the terminal sees."""
    scene = load_scene(DEMO)

    def show(event: NightEvent) -> None:
        line = line_of(event, scene.begins)
        if line is not None:
            console.print(line)

    with tempfile.TemporaryDirectory() as data:
        app = App(data)
        play_night(app, scene, show, realtime=False, origin="demo")
        with app.store() as store:
            console.print("\nThe log:")
            show_episodes(list(store.episodes()), console)


def plain(svg: str) -> str:
    """The picture without what rich adds: fonts fetched from elsewhere, an address, a window's buttons."""
    svg = re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g transform="translate\(26,22\)">.*?</g>', "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code, monospace", FONTS).replace("font-family: arial", f"font-family: {FONTS}")
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def main() -> int:
    """Write the picture."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False, force_terminal=True)
    play(console)
    svg = console.export_svg(title="./bedside demo", theme=NIGHT, unique_id="night")
    PICTURE.write_text(plain(svg), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
