"""Made-up nights, plausible and marked `sample`: to try the page out, and to measure it. Nobody had any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from assistant.dialog.script import load_script
from assistant.sample_talk import CARER, ORIGIN, Moment, Talk
from assistant.store.bulk import Lived
from assistant.store.records import Closing, JournalEntry, NewEpisode, new_id, pain_band

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).with_name("sample.yaml")

WORDS_KEPT = timedelta(days=14)
"""As at a real bedside: older words are forgotten."""

EVENING = 22
LISTENS_S = 9.5 * 3600
HOLD_S = 30.0
FLAG = "rf_dvt"
ACK_S = 1500.0
"""Old alerts were taken care of; those of the last week still wait."""
EASIER = (2, 3)
"""Relief that ends an episode well."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is drawn of an episode before it is told."""

    site: str
    side: str
    rounds: int
    relief: int | None


class Sample:
    """Draws nights; the same seed gives the same nights, but for ids.

    Args:
        last: the evening of the last night.
        nights: how many.
        seed: of the dice.
        busy: how many times as many cramps as usual.
    """

    def __init__(self, last: date, nights: int, *, seed: int = 1, busy: float = 1.0) -> None:
        self._dice = Random(seed)  # noqa: S311 - made-up nights, no secrets
        self._last, self._nights, self._busy = last, nights, busy
        self._late = False
        self._draws: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))

    def all(self) -> Iterator[Lived | JournalEntry]:
        """Every night in order: when the device began and ended to listen, its faults, and the episodes between."""
        for back in range(self._nights - 1, -1, -1):
            yield from self._night(self._last - timedelta(days=back), back)

    def _night(self, night: date, back: int) -> Iterator[Lived | JournalEntry]:
        self._late = timedelta(days=back) < timedelta(weeks=1)
        evening = datetime(night.year, night.month, night.day, EVENING).astimezone()
        moment = Moment(evening, f"{ORIGIN}-{night.isoformat()}")
        yield JournalEntry("listening_began", None, moment.at(0), {"reason": "start", "origin": ORIGIN})
        if self._happens("deaf_for_a_while"):
            yield from self._deaf(moment)
        for second in sorted(self._onset_s() for _ in range(self._how_many(back))):
            yield self._lived(night, moment, second, keep_words=timedelta(days=back) < WORDS_KEPT)
        yield JournalEntry("listening_ended", None, moment.at(LISTENS_S), {"reason": "shut_down", "origin": ORIGIN})

    def _how_many(self, back: int) -> int:
        chance = "last_week" if timedelta(days=back) < timedelta(weeks=1) else "cramp"
        mean: float = self._draws["chances"][chance] * self._busy
        whole = int(mean)
        return whole + (self._dice.random() < mean - whole) + 2 * self._happens("two_more")

    def _deaf(self, moment: Moment) -> Iterator[JournalEntry]:
        begins = self._dice.uniform(3600, 7 * 3600)
        lost, back = moment.at(begins), moment.at(begins + self._dice.uniform(120, 1500))
        told = {"part": "microphone", "origin": ORIGIN}
        fault = told | {"message": "The microphone gives no sound", "remedy": "Plug it in again."}
        works = told | {"message": "The microphone is heard again.", "remedy": ""}
        yield JournalEntry("fault", None, lost, fault)
        yield JournalEntry("listening_ended", None, lost, {"reason": "microphone_lost", "origin": ORIGIN})
        yield JournalEntry("recovered", None, back, works)
        yield JournalEntry("listening_began", None, back, {"reason": "microphone_back", "origin": ORIGIN})

    def _onset_s(self) -> float:
        hour = int(self._draw("hours"))
        return ((hour - EVENING) % 24) * 3600 + self._dice.uniform(0, 3599)

    def _lived(self, night: date, moment: Moment, second: float, *, keep_words: bool) -> Lived:
        relief = self._perhaps(self._dice.choice(self._draws["relief"]))
        facts = _Facts(
            str(self._draw("sites")), str(self._draw("sides")), self._dice.choice(self._draws["rounds"]), relief
        )
        opening = self._opening(facts, night, moment.at(second), keep_words=keep_words)
        talk = Talk(opening.episode_id, moment, second + 1.5, self._lines, keep_words=keep_words)
        self._tell(talk, facts, opening)
        talk.wait(self._dice.uniform(2, 30))
        closing = self._closing(talk, facts, talk.second - second)
        return Lived(opening, (*talk.events, *talk.later), closing, self._later())

    def _opening(self, facts: _Facts, night: date, onset: Any, *, keep_words: bool) -> NewEpisode:
        side = "" if facts.side == "unknown" else facts.side
        said = self._dice.choice(self._draws["complaints"][facts.site]).format(side=side)
        return NewEpisode(
            episode_id=new_id(),
            night_of=night,
            onset=onset,
            intent="cramp",
            site=facts.site,
            side=facts.side,
            engine="moonshine",
            asr_conf=round(self._dice.uniform(0.62, 0.99), 3),
            heard=" ".join(said.split()) if keep_words else None,
            device_latency_ms=round(self._dice.uniform(480, 1400), 1),
            versions={"bedside": ORIGIN},
            origin=ORIGIN,
        )

    def _tell(self, talk: Talk, facts: _Facts, opening: NewEpisode) -> None:
        talk.hear(opening.heard or "")
        talk.understood("cramp", {"site": facts.site, "side": facts.side}, opening.asr_conf or 0.0)
        for number in range(facts.rounds):
            self._round(talk, number, facts)
        if self._happens("talk_in_the_room"):
            talk.hear(self._dice.choice(self._draws["not_understood"]))
            talk.understood(None, {}, 0.31)
        if self._happens("red_flag"):
            talk.alert(FLAG, "urgent")
            if not self._late:
                talk.acknowledge(ACK_S)
        talk.say(*self._draws["ends"])

    def _round(self, talk: Talk, number: int, facts: _Facts) -> None:
        talk.say(*self._draws["next_round" if number else "first_round"])
        talk.wait(self._dice.uniform(32, 44))
        talk.say(self._draws["ask"])
        last = number == facts.rounds - 1
        answer = facts.relief if last else self._dice.choice((1, 2))
        if answer is None:
            talk.silence()
            return
        talk.hear(self._draws["answers"][answer])
        talk.understood("better" if last and answer in EASIER else "still_hurts", {}, 0.9)

    def _closing(self, talk: Talk, facts: _Facts, lasted_s: float) -> Closing:
        flag = next((each.payload for each in talk.events if each.kind == "alert"), None)
        eased = facts.relief in EASIER
        return Closing(
            end=talk.moment.at(talk.second),
            ended_by="red_flag" if flag else "better" if eased else "silence",
            relief=facts.relief,
            relief_latency_s=round(lasted_s - 5, 1) if eased else None,
            rounds=facts.rounds,
            hold_s=HOLD_S * facts.rounds,
            stretch_site="calf",
            end_inferred=not eased,
            no_response=facts.relief is None and facts.rounds == 1,
            red_flag=(flag["red_flag"],) if flag else None,
            level=flag["level"] if flag else None,
            said=f"{flag['red_flag']}.main" if flag else None,
            acknowledged_by=CARER if talk.later else None,
            ack_s=ACK_S if talk.later else None,
        )

    def _later(self) -> dict[str, Any]:
        """What the morning brings: answers, some of them missing, and what carers add."""
        known = {name: self._perhaps(self._dice.choice(values)) for name, values in self._draws["answered"].items()}
        known["pain_band"] = pain_band(known["pain_now"])
        known["pain_now_source"] = None if known["pain_now"] is None else "spoken"
        if self._happens("trigger"):
            known["triggers"] = (str(self._draw("triggers")),)
        if self._happens("grade"):
            known["grade"] = str(self._draw("grades"))
        if self._happens("note"):
            known["note"] = self._dice.choice(self._draws["notes"])
        return {name: value for name, value in known.items() if value is not None}

    def _perhaps(self, value: Any) -> Any:
        return None if self._happens("unanswered") else value

    def _happens(self, what: str) -> bool:
        return bool(self._dice.random() < self._draws["chances"][what])

    def _draw(self, name: str) -> Any:
        weights = self._draws[name]
        return self._dice.choices(list(weights), list(weights.values()))[0]

    @cached_property
    def _lines(self) -> dict[str, tuple[str, str]]:
        script = load_script()
        numbers = {"emergency": "an ambulance", "urgent_line": "your doctor's line"}
        used = [*self._draws["first_round"], *self._draws["next_round"], self._draws["ask"], *self._draws["ends"]]
        known = [name for name in (*used, f"{FLAG}.main") if name in script.lines]
        return {name: (script.words(name, numbers), script.lines[name].kind) for name in known}
