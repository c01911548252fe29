"""Why words were taken as they were, for people, on one screen: readings, evidence, what had to be passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intents.joining import joined, shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audio import Heard, Reading
    from intents import Match
    from intents.composition import Settings
    from intents.understanding import Understanding

READINGS = 5
"""Readings shown: the others hardly count."""
PARTS = 14
"""Pieces of evidence shown, the weightiest first."""
_USUAL = ("unknown", "self")
"""Values of slots that go without saying."""


def meant(intent: str | None, slots: dict[str, str]) -> str:
    """A meaning in words."""
    if intent is None:
        return "silence"
    return ", ".join([intent, *(f"{name} {value}" for name, value in slots.items() if value not in _USUAL)])


def explained(name: str, utterances: Sequence[tuple[Heard, Match]], understanding: Understanding) -> Iterator[str]:
    """Why each utterance of a recording means what it means."""
    if not utterances:
        yield f"{name}: no speech was heard, or no words in it"
    for heard, match in utterances:
        yield f"{name}: “{heard.text}” → {meant(match.intent, match.slots)} ({match.score:.0%})"
        spoken = f"spoken from {heard.start_s:.1f} to {heard.end_s:.1f} s"
        yield f"  {spoken}, read by {heard.engine} in {heard.compute_ms:.0f} ms"
        yield from _readings(heard, understanding)
        yield from why(match, understanding)


def why(match: Match, understanding: Understanding) -> Iterator[str]:
    """What was found for the best candidate, its weight in log-odds, and what it had to pass."""
    if match.best is None:
        yield "  nothing was found that any intent needs"
        return
    for part in sorted(match.why, key=lambda part: -abs(part.weight))[:PARTS]:
        said = f"“{part.words}”" if part.words else ""
        yield f"  {part.weight:+6.1f}  {part.concept:<28} {said}".rstrip()
    threshold = understanding.threshold_of(match.best)
    yield f"  {match.best}: score {match.score:.2f}, threshold {threshold:.2f}"
    if match.runner_up is not None:
        name, score = match.runner_up
        yield f"  next: {name}, score {score:.2f}; lead {match.margin:.2f}, needed {understanding.margin:.2f}"
    if match.intent is None:
        short = (
            f"the score is {threshold - match.score:.2f} short" if match.score < threshold else "the lead is too small"
        )
        yield f"  silence, since {short}{'; the words are kept for the page' if match.nearly else ''}"


def _readings(heard: Heard, understanding: Understanding) -> Iterator[str]:
    """The readings that count, and how the sentence that may join them compares with the free ones."""
    settings = understanding.pack.composition.settings
    free = [(reading.text, reading.rank) for reading in heard.readings]
    fitting = heard.fitting
    counted = joined(free, (fitting.text, fitting.rank) if fitting else None, settings)
    of_all = 0.5 if heard.judged or (heard.second and heard.second.readings) else 1.0
    yield "  weight  log P  leaning  reading"
    yield from _listed([*heard.readings, *([fitting] if fitting else [])], counted, settings, of_all)
    if heard.judged:
        yield "  weight  log P  leaning  reading; the leaning holds the second reader's share too"
        judged = [(reading.text, reading.rank) for reading in heard.judged]
        yield from _listed(heard.judged, judged, settings, of_all)
    if fitting is not None:
        gap = max(rank for _, rank in free) - fitting.rank
        whose = "the grammar's" if heard.allowed else "looked for"
        counts = "counts" if fitting.text in dict(counted) else "does not count"
        yield (
            f"  {whose}: “{fitting.text}”, {gap:.1f} nats below the best free reading; it {counts},"
            f" since at most {settings.allowed_gap:.1f} are allowed"
        )
    if heard.second is not None:
        yield (
            f"  {heard.second.engine} read: “{heard.second.text}”"
            if heard.second.readings
            else "  the other engine read nothing"
        )


def _listed(
    readings: Sequence[Reading], counted: Sequence[tuple[str, float]], settings: Settings, of_all: float
) -> Iterator[str]:
    """The weightiest readings of one list, whose weights together are `of_all`."""
    leaning = {reading.text: reading.lean for reading in readings}
    weighed = list(zip(shares(counted, settings.temperature), counted, strict=True))
    for share, (text, rank) in weighed[:READINGS]:
        yield f"  {share * of_all:6.0%} {rank - leaning[text]:6.1f} {leaning[text]:+8.1f}  {text}"
