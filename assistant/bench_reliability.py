"""Whether a score is a probability: of what was scored 0.8, eight in ten should be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One utterance: the score of the best candidate, and whether that was what was meant."""

    score: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Utterances of about the same score."""

    number: int
    score: float
    """Mean."""
    right: float
    """Share."""


def judged_of(clips: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """The clips of a benchmark, each with `score`, `best` and `wanted`."""
    return [Judged(clip["score"], is_right=clip["best"] == clip["wanted"]) for clip in clips]


def bins_of(judged: Sequence[Judged], *, bins: int = BINS) -> list[Bin]:
    """The utterances in equal steps of the score; empty steps are left out."""
    steps: dict[int, list[Judged]] = {}
    for each in judged:
        steps.setdefault(min(bins - 1, int(each.score * bins)), []).append(each)
    return [_bin(steps[step]) for step in sorted(steps)]


def _bin(judged: Sequence[Judged]) -> Bin:
    number = len(judged)
    return Bin(number, sum(one.score for one in judged) / number, sum(one.is_right for one in judged) / number)


def off_by(judged: Sequence[Judged]) -> float:
    """Mean distance of score and share over the bins, each by its number (expected calibration error)."""
    return sum(one.number * abs(one.score - one.right) for one in bins_of(judged)) / len(judged) if judged else 0.0


def brier(judged: Sequence[Judged]) -> float:
    """Mean square of the distance from the truth; 0 is perfect, lower is better."""
    return sum((one.score - one.is_right) ** 2 for one in judged) / len(judged) if judged else 0.0


def told_reliability(judged: Sequence[Judged]) -> Iterator[str]:
    """The reliability as lines."""
    yield f"The best candidate's score as a probability: off by {off_by(judged):.3f}, Brier {brier(judged):.3f}"
    for one in bins_of(judged):
        yield f"  scored {one.score:.2f} on average: {one.right:.0%} right, of {one.number}"
