"""The morning after: a few questions about the night, once somebody has spoken to us, and never more than wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.dialog.classes import EASED, fields_of
from assistant.dialog.effects import Alert, NoteLast, NoteTold, Say
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.effects import Value
    from assistant.dialog.state import State
    from assistant.dialog.turn import Turn

ANSWERS = frozenset({"time", "how_many_tonight", "thanks", "better", "yes", "no", "louder", "listening"})
"""After these there is time for a question; after a complaint, a flag, or a wish for quiet there is none."""
IN_NUMBERS = "sore_next_day"
"""Soreness is kept as 0 to 3; a yes says that there is some."""
ENOUGH = "enough"
SIGNS = {"pain_morning": "pain"}
"""Fields of the log under other names in `Signs`."""
ONLY_KEPT = frozenset({"sleep_quality"})
"""Fields that say nothing of what it resembled."""


MORE_FREQUENT = "rf_more_frequent"


def tell_worse(turn: Turn, intent: str) -> None:
    """Say once, by day and to somebody who has just spoken to us, that it has got worse; the alert goes with it."""
    state = turn.state
    if not state.worsened or not state.by_day or not _is_the_moment(state, intent):
        return
    flag = turn.script.red_flags[MORE_FREQUENT]
    turn.set(worsened=False)
    turn.do(Alert(flag.level, MORE_FREQUENT), NoteTold())
    turn.do(*(Say(line) for line in flag.by_trend))


def _is_the_moment(state: State, intent: str) -> bool:
    return intent in ANSWERS and state.rests and not state.barred


def ask(turn: Turn, intent: str) -> None:
    """Ask what the night left open, if this is the moment."""
    state, plan = turn.state, turn.script.morning
    if not state.morning or not _is_the_moment(state, intent):
        return
    turn.set(morning=False, triggers=())
    if state.last is None:
        return
    day, weekly = plan.weekly
    poor = state.last_relief is not None and state.last_relief < EASED
    first = (*((plan.poor_relief,) if poor else ()), *((weekly,) if state.weekday == day else ()))
    missing = tuple(question for question in plan.asks if _is_missing(turn, question))
    if asks := tuple(dict.fromkeys((*first, *missing)))[: plan.at_most]:
        turn.ask(asks, then=ENOUGH)


def _is_missing(turn: Turn, question: str) -> bool:
    field = turn.script.questions[question].note
    if field is None or field in ONLY_KEPT:
        return True
    return getattr(turn.state.last, SIGNS.get(field, field)) is None


def asks_now(state: State) -> bool:
    """Whether the open question is one of the morning's."""
    return state.phase is Phase.ASK and state.then == ENOUGH


def note(turn: Turn, field: str | None, answer: int) -> None:
    """Keep an answer, a truth value or a number, with the episode of the night; judge again what it resembled."""
    last = turn.state.last
    if field is None or last is None:
        return
    told: dict[str, Value] = {field: _kept(field, answer)}
    if field not in ONLY_KEPT:
        learned: dict[str, Any] = {SIGNS.get(field, field): answer}
        last = replace(last, **learned)
        turn.set(last=last)
        told |= fields_of(last)
    turn.do(NoteLast(told))


def note_trigger(turn: Turn, trigger: str | None) -> None:
    """Keep what may have set it off, beside what was named before."""
    if trigger is not None and turn.state.last is not None:
        turn.set(triggers=(*turn.state.triggers, trigger))
        turn.do(NoteLast({"triggers": turn.state.triggers}))


def _kept(field: str, answer: int) -> Value:
    if not isinstance(answer, bool) or field == IN_NUMBERS:
        return int(answer)
    return "yes" if answer else "no"
