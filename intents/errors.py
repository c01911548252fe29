"""What can go wrong with meaning: only the pack, and only when it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class IntentsError(Exception):
    """Base of every error of this package."""


class PackError(IntentsError):
    """A sentence pack does not hold together; the message names each file and key and what to do about it."""

    def __init__(self, root: Path, problems: Sequence[str]) -> None:
        """Report all the problems of the pack in folder `root` at once."""
        self.problems = tuple(problems)
        listed = "; ".join(self.problems)
        super().__init__(
            f"The sentence pack {root} has {len(problems)} mistake(s): {listed}. Correct the file(s) named."
        )
