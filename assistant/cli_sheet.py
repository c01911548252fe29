"""`sheet`: the page on which a clinician reviews every line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.app import App
from assistant.approval import signed_script
from assistant.clock import RealClock
from assistant.dialog.script import MOMENT, NUMBERS
from assistant.sheet import parts_of, sheet

if TYPE_CHECKING:
    import argparse


def write_sheet(options: argparse.Namespace) -> int:
    """Write the reviewer's sheet; a name that ends in .pdf gets a PDF, any other a page for a browser."""
    app = App(options.data)
    script = signed_script(app)
    numbers = MOMENT | NUMBERS | app.settings.numbers.model_dump()
    path = Path(options.out)
    if path.suffix.lower() == ".pdf":
        from assistant.sheet_pdf import write_pdf  # noqa: PLC0415 - its library costs a third of a second

        write_pdf(parts_of(script, numbers), path, RealClock().wall())
        print(f"Written to {path}. Print it, or send it to whoever reviews.")
        return 0
    path.write_text(sheet(script, numbers), encoding="utf-8")
    print(f"Written to {path}. Open it in a browser. For a PDF: ./bedside sheet --out {path.stem}.pdf")
    return 0
