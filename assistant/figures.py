"""What episodes come to: medians, never means of words; and how many answers are missing, never hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.store.brief import Brief
    from assistant.store.episode import Episode

GONE = 3
FEW_ROUNDS = 3
ASKED = ("pain_now", "relief", "sleep_quality", "sleep_disturbance", "bother", "knot", "urge_to_move")
"""Questions whose missing answers are counted."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Known values of one question."""

    known: tuple[float, ...]
    missing: int

    @property
    def median(self) -> float | None:
        """None where nothing is known."""
        return median(self.known) if self.known else None

    @property
    def least(self) -> float | None:
        """The smallest."""
        return min(self.known, default=None)

    @property
    def most(self) -> float | None:
        """The largest."""
        return max(self.known, default=None)


@dataclass(frozen=True, slots=True)
class Card:
    """One night of the two-week card: number, minutes and pain of each cramp, and how the night was."""

    night: date
    cramps: int
    minutes: tuple[float | None, ...]
    pains: tuple[int | None, ...]
    disturbance: int | None
    """0..10, the largest that was told."""
    quality: int | None
    """1..5."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A period: its first and last night included."""

    first: date
    last: date
    episodes: tuple[Episode | Brief, ...]

    @property
    def nights(self) -> int:
        """How many nights the period has."""
        return (self.last - self.first).days + 1

    @property
    def by_night(self) -> Counter[date]:
        """Episodes of each night that had one."""
        return Counter(each.night_of for each in self.episodes)

    def nights_with(self, least: int) -> int:
        """Nights that had so many episodes or more."""
        return sum(1 for number in self.by_night.values() if number >= least)

    def weeks(self) -> list[tuple[date, int]]:
        """Seven nights each, the last one ending with the period; a part of a week at the beginning is left out."""
        count, by_night = self.nights // 7, self.by_night
        begins = [self.last - timedelta(days=7 * (count - n) - 1) for n in range(count)]
        return [(begin, sum(by_night[begin + timedelta(days=d)] for d in range(7))) for begin in begins]

    @property
    def weekly(self) -> Numbers:
        """How many there were in each whole week."""
        return Numbers(tuple(float(number) for _, number in self.weeks()), 0)

    @property
    def woken(self) -> tuple[int, int]:
        """Of how many nights whose times awake were told the person woke at all: (woke, told)."""
        told = [each for each in self.episodes if each.awakenings is not None]
        return len({e.night_of for e in told if e.awakenings}), len({e.night_of for e in told})

    def numbers(self, field: str, scale: float = 1.0) -> Numbers:
        """The values of a field that is a number, each divided by `scale`."""
        values = [getattr(each, field) for each in self.episodes]
        known = tuple(value / scale if scale != 1 else value for value in values if value is not None)
        return Numbers(known, len(values) - len(known))

    @property
    def minutes(self) -> Numbers:
        """How long they lasted."""
        return self.numbers("duration_s", 60.0)

    def count(self, field: str) -> Counter[str | None]:
        """How often each answer of a field was given; None: no answer."""
        return Counter(getattr(each, field) for each in self.episodes)

    @property
    def classes(self) -> Counter[str]:
        """How often the answers looked like what."""
        return Counter(each.class_ or "not_assessed" for each in self.episodes)

    @property
    def triggers(self) -> Counter[str]:
        """How often each was named; an episode may name several."""
        return Counter(name for each in self.episodes for name in each.triggers or ())

    @property
    def hours(self) -> list[int]:
        """Episodes that began in each hour of the local day, from 0 on."""
        found = Counter(each.hour for each in self.episodes)
        return [found[hour] for hour in range(24)]

    @property
    def places(self) -> Counter[tuple[str, str]]:
        """How often each site and side."""
        return Counter((each.site, each.side) for each in self.episodes)

    @property
    def eased(self) -> tuple[int, int]:
        """Of how many with an answer the cramp was gone within three rounds: (gone, answered)."""
        told = [each for each in self.episodes if each.relief is not None]
        return sum(1 for e in told if e.relief == GONE and (e.rounds or 0) <= FEW_ROUNDS), len(told)

    @property
    def restless_nights(self) -> int:
        """Nights with an episode that looked more like restless legs."""
        return len({each.night_of for each in self.episodes if each.class_ == "rls_like"})

    @property
    def missing(self) -> list[tuple[str, int]]:
        """The questions with missing answers, and how many are missing."""
        return [(field, self.numbers(field).missing) for field in ASKED if self.episodes]

    def cards(self) -> list[Card]:
        """Every night of the period, also those without an episode."""
        nights = [self.first + timedelta(days=n) for n in range(self.nights)]
        return [_card(night, [each for each in self.episodes if each.night_of == night]) for night in nights]


def figures_of(episodes: Iterable[Episode | Brief], first: date, last: date) -> Figures:
    """The figures of a period out of more episodes than it has."""
    return Figures(first, last, tuple(each for each in episodes if first <= each.night_of <= last))


def _card(night: date, found: Sequence[Episode | Brief]) -> Card:
    return Card(
        night,
        len(found),
        tuple(None if each.duration_s is None else each.duration_s / 60 for each in found),
        tuple(each.pain_now for each in found),
        max((each.sleep_disturbance for each in found if each.sleep_disturbance is not None), default=None),
        min((each.sleep_quality for each in found if each.sleep_quality is not None), default=None),
    )
