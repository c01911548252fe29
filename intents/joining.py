"""Which readings of an utterance count, and how much: those of a free search, and that of the pack's grammar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intents.composition import Settings


def joined(
    readings: Sequence[tuple[str, float]], allowed: tuple[str, float] | None, settings: Settings
) -> Sequence[tuple[str, float]]:
    """The readings that count.

    Args:
        readings: the free ones, best first: text and natural log probability.
        allowed: the likeliest sentence of the grammar, where there is one.
        settings: how near to the best free reading it must come, and whether it then joins the others or decides.
    """
    if allowed is None or not readings:
        return readings
    best = max(log_p for _, log_p in readings)
    if settings.grammar == "decides":
        return [allowed] if allowed[1] >= best - settings.allowed_gap else readings
    if allowed[0] in dict(readings):
        return readings
    least = max(settings.allowed_least, best - settings.allowed_gap)
    return [*readings, allowed] if allowed[1] >= least else readings


def shares(readings: Sequence[tuple[str, float]], temperature: float) -> list[float]:
    """How much each reading counts; together 1."""
    top = max((log_p for _, log_p in readings), default=0.0)
    raw = [math.exp((log_p - top) / temperature) for _, log_p in readings]
    return [each / sum(raw) for each in raw]
