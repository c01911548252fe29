"""What the words may mean: frozen records that everyone downstream reads."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing found in the words that speaks for or against a meaning; for `--explain` and the linter."""

    concept: str
    """Name of the concept or sentence that matched."""
    words: str
    """The words it matched, as heard."""
    weight: float
    """What it added to the intent's score, in log-odds."""


@dataclass(frozen=True, slots=True)
class Match:
    """The answer to "what was meant": always given, also when silence is right."""

    text: str
    """The reading that decided, normalised."""
    intent: str | None
    """Name of the intent, or None where silence is right."""
    score: float
    """0..1, how sure; kept below the threshold too, so that thresholds are tuned on evidence."""
    slots: dict[str, str] = field(default_factory=dict)
    """Slot values, e.g. site, side, severity; empty when there is no intent."""
    best: str | None = None
    """The best candidate, also when it was not good enough to act on."""
    runner_up: tuple[str, float] | None = None
    """The next candidate and its score."""
    margin: float = 0.0
    """Score less the runner-up's."""
    why: tuple[Evidence, ...] = ()
    """The evidence for `best`."""
    nearly: bool = False
    """Silence, but within the margin of acting: what was said is worth a look by those who know the person."""
