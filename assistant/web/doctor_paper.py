"""The doctor's sheet on paper: what stands on the page *Doctor*, as titles, tables and sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.sheet_parts import Bars, Grid, Title, Words
from assistant.web.family import VALUE_COLUMNS, VALUES, told_by_family, values_of
from assistant.web.render import MISSING, day, local, number
from assistant.web.trends import NIGHT_HOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from assistant.figures import Card, Figures
    from assistant.sheet_parts import Part
    from assistant.store.records import Stamp
    from assistant.web.alerts import Alert
    from assistant.web.render import Pages

TITLE = "Leg cramps at night"
NO_DEVICE = "Not a medical device."
MADE_UP = "MADE-UP NIGHTS"
MOST_FLAGS = 8
"""Warning signs that are told one by one; there may be a year of them."""
MOST_CARDS = 14
"""Nights that are told one by one: those of the two-week card, so that two pages are enough."""
CARD = ("Night of", "Cramps", "Minutes each", "Pain each, 0-10", "Night disturbed, 0-10", "Sleep, 1-5")
HOW = (
    "How it was measured: a bedside device heard the person's own words, or carers wrote it down ({whence});"
    " onset is the first complaint, the end is \u201cbetter\u201d or silence. Written {when}."
    " General information, not a diagnosis; not a medical device; no clinician has approved it."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the doctor's page and its paper tell of one person."""

    figures: Figures
    """Of the period."""
    profile: Mapping[str, Any]
    """Of the person, as it was typed."""
    flags: Sequence[Alert] = ()
    """Warning signs that nobody has acknowledged."""
    asking: Sequence[str] = ()
    """What is worth asking about, see `assistant.web.family`."""
    whose: str = "Name not given"

    @property
    def figure_rows(self) -> tuple[tuple[str, str], ...]:
        """The figures, each with its name."""
        return tuple(told_of(self.figures, len(self.flags)))


def parts_of(sheet: Sheet, pages: Pages, now: Stamp) -> Iterator[Part]:
    """The sheet on paper.

    Args:
        sheet: what it tells.
        pages: knows what things are called.
        now: when it is written.
    """
    figures, flags = sheet.figures, sheet.flags
    yield Title(1, TITLE)
    born = f", born {sheet.profile['born']}" if sheet.profile.get("born") else ""
    made_up = f". {MADE_UP}" if pages.origin == "sample" else ""
    nights = f"nights of {day(figures.first)} to {day(figures.last)} ({figures.nights} nights){made_up}"
    yield Words(f"{sheet.whose}{born}; {nights}.")
    yield Grid(("Figure", "Value"), (60, 40), sheet.figure_rows)
    for each in flags[:MOST_FLAGS]:
        what, level = pages.called(each.what, "flag"), pages.called(each.level, "level")
        yield Words(
            f"! {what[:1].upper()}{what[1:]} ({level}), {local(each.raised.stamp)}: nobody has acknowledged it."
        )
    if len(flags) > MOST_FLAGS:
        yield Words(f"! And {len(flags) - MOST_FLAGS} more, none of them graver: see Alerts on the page.")
    yield Title(2, f"Night by night: the last {MOST_CARDS}" if figures.nights > MOST_CARDS else "Night by night")
    yield Grid(CARD, (24, 12, 20, 20, 14, 10), tuple(_row(card) for card in figures.cards()[-MOST_CARDS:]))
    yield Title(2, "Hour of the night")
    hours = figures.hours
    told = ", ".join(f"{hour:02}: {hours[hour]}" for hour in NIGHT_HOURS if hours[hour])
    yield Bars(tuple((f"{hour:02}", hours[hour]) for hour in NIGHT_HOURS), f"Episodes by hour: {told or 'none'}.")
    yield Title(2, "Where, and what the answers look like")
    yield Words(_counted({pages.spot(*place): n for place, n in figures.places.most_common()}))
    classes = {pages.called(name, "class"): n for name, n in figures.classes.most_common()}
    yield Words(f"{_counted(classes)} This sorts answers; it is no diagnosis.")
    yield from _told(sheet, pages)
    yield Title(2, "What is missing")
    yield Words(_missing(figures, pages))
    yield Words(how(figures, pages, now))


def how(figures: Figures, pages: Pages, now: Stamp) -> str:
    """How it was measured, with how many episodes came which way, and what the sheet is not."""
    ways = Counter(pages.called(name or "unmarked", "origin") for name in figures.count("origin").elements())
    whence = "; ".join(f"{name}: {n}" for name, n in ways.most_common()) or "no episode"
    return HOW.format(whence=whence, when=local(now))


def foot_of(sheet: Sheet, pages: Pages) -> str:
    """Stands below each page: sheets come apart, and then each must say whose it is, and whether it is made up."""
    made_up = f"{MADE_UP}. " if pages.origin == "sample" else ""
    return f"{TITLE}, {sheet.figures.first} to {sheet.figures.last}, {sheet.whose}. {made_up}{NO_DEVICE}"


def told_of(figures: Figures, flags: int) -> Iterator[tuple[str, str]]:
    """The figures of a period, with how many warning signs are open: what each is called, and what it is."""
    minutes, pain, (gone, answered) = figures.minutes, figures.numbers("pain_now"), figures.eased
    weekly, (woken, asked) = figures.weekly, figures.woken
    yield "Episodes", str(len(figures.episodes))
    yield "Nights with one or more; with two or more", f"{figures.nights_with(1)}; {figures.nights_with(2)}"
    yield (
        "Episodes in a whole week, median (range)",
        f"{number(weekly.median, 1)} ({number(weekly.least)} to {number(weekly.most)})",
    )
    yield "Nights woken", f"{woken} of {asked} answered"
    yield "Minutes, median (longest)", f"{number(minutes.median, 1)} ({number(minutes.most, 1)})"
    yield "Pain 0-10, median (range)", f"{number(pain.median, 1)} ({number(pain.least)} to {number(pain.most)})"
    yield "Gone within 3 rounds", f"{gone} of {answered} answered"
    yield "Nights more like restless legs", str(figures.restless_nights)
    yield "Open warning signs", str(flags)


def _row(card: Card) -> tuple[str, ...]:
    if not card.cramps:
        return (day(card.night), "0", "", "", "", "")
    minutes, pains = ", ".join(number(m, 1) for m in card.minutes), ", ".join(number(p) for p in card.pains)
    return (day(card.night), str(card.cramps), minutes, pains, number(card.disturbance), number(card.quality))


def _counted(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{name}: {n}" for name, n in counts.items()) + "." if counts else "No episode."


def _told(sheet: Sheet, pages: Pages) -> Iterator[Part]:
    yield Title(2, "Medicines, signs and values that the family typed")
    yield Words(" ".join(told_by_family(sheet.profile, sheet.figures)))
    if values := values_of(sheet.profile):
        titles = tuple(pages.words["column"][name] for name in VALUE_COLUMNS)
        yield Words(VALUES)
        yield Grid(titles, (30, 14, 14, 24, 18), values)
    for each in sheet.asking:
        yield Words(each)


def _missing(figures: Figures, pages: Pages) -> str:
    if not figures.episodes:
        return "Nothing was asked, since there was no episode."
    gaps = "; ".join(f"{pages.called(name, 'asked')}: {n}" for name, n in figures.missing)
    return (
        f"Without an answer, of {len(figures.episodes)} episodes: {gaps}. {MISSING} stands for no answer."
        " A night without an episode is one in which none was heard or written down."
    )
