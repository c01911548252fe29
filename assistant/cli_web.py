"""`web` and `sample`: the caregivers' page, and made-up nights to try it out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.app import App
from assistant.clock import RealClock
from assistant.errors import UsageError
from assistant.store.records import night_of

if TYPE_CHECKING:
    import argparse

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_NIGHTS = 36_525


def sample(options: argparse.Namespace) -> int:
    """Write made-up nights, the last one last night."""
    from assistant.sample import Sample  # noqa: PLC0415 - loads the lines of the bedside
    from assistant.store.bulk import write_all  # noqa: PLC0415 - the database library

    if not 1 <= options.nights <= MOST_NIGHTS:
        raise UsageError(f"--nights {options.nights} cannot be. Give 1 to {MOST_NIGHTS}.")
    app = App(options.data)
    last = night_of(RealClock().wall()) - timedelta(days=1)
    number = write_all(app.data, "sample", Sample(last, options.nights, seed=options.seed).all())
    print(f"Wrote {number} made-up episodes of {options.nights} nights to {app.data}, marked as sample.")
    return 0
