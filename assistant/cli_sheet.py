"""`sheet`: the page on which a clinician reviews every line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.app import App
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.sheet import sheet

if TYPE_CHECKING:
    import argparse


def write_sheet(options: argparse.Namespace) -> int:
    """Write the reviewer's sheet."""
    settings = App(options.data).settings
    path = Path(options.out)
    path.write_text(sheet(load_script(), MOMENT | NUMBERS | settings.numbers.model_dump()), encoding="utf-8")
    print(f"Written to {path}. Open it in a browser; print it from there for a PDF.")
    return 0
