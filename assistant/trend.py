"""When it gets worse: a rule that is written down, and says nothing before there are enough nights.

The rule is a choice of this program, made for a person to look at; no trial stands behind its numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from assistant.figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from assistant.store.brief import Brief
    from assistant.store.episode import Episode

NIGHTS_NEEDED = 28
WEEK = 7
OFTEN_LEAST = 3
OFTEN_TIMES = 1.5
LONGER_TIMES = 1.5
LONGER_EPISODES = 5
"""On each side of the comparison."""
MANY_IN_A_NIGHT = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A rule that fired, with the two numbers that made it."""

    rule: str
    """`often`, `longer` or `many`."""
    now: float
    before: float
    night: date | None = None
    """Of `many`: the night."""


def marks(episodes: Sequence[Episode | Brief], first: date, last: date) -> list[Mark] | None:
    """The rules that fire for the seven nights up to `last`, compared with all nights before.

    Args:
        episodes: those of the nights from `first` to `last`.
        first: the first night of the log, or of the window that is compared.
        last: the last night that is over.

    Returns:
        The marks, or None where there are fewer than 28 nights.
    """
    if (last - first).days + 1 < NIGHTS_NEEDED:
        return None
    week = last - timedelta(days=WEEK - 1)
    now, before = figures_of(episodes, week, last), figures_of(episodes, first, week - timedelta(days=1))
    found = []
    usual = len(before.episodes) * WEEK / before.nights
    if len(now.episodes) >= OFTEN_LEAST and len(now.episodes) >= OFTEN_TIMES * usual:
        found.append(Mark("often", len(now.episodes), round(usual, 1)))
    lasted, usually = now.minutes.known, before.minutes.known
    if min(len(lasted), len(usually)) >= LONGER_EPISODES and median(lasted) >= LONGER_TIMES * median(usually):
        found.append(Mark("longer", round(median(lasted), 1), round(median(usually), 1)))
    for night, number in sorted(now.by_night.items()):
        if number >= MANY_IN_A_NIGHT:
            found.append(Mark("many", number, 0, night))
    return found
