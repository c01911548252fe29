"""The options of `run`; loads nothing of what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def run_options(sub: argparse.ArgumentParser) -> None:
    """Add them to its parser."""
    sub.add_argument("--json", action="store_true", help="print the events, one JSON object a line")
    sub.add_argument(
        "--show-words", action="store_true", help="print what was said also where no terminal is, as in a system's log"
    )
    sub.add_argument(
        "--keys",
        metavar="DEVICE",
        nargs="?",
        const="",
        help="take keys instead of words, from the terminal, and from a button's DEVICE (/dev/input/by-id/...)",
    )
