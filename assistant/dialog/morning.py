"""The morning after: a few questions about the night, once somebody has spoken to us, and never more than wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialog.classes import EASED, fields_of
from assistant.dialog.events import NoteLast
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.events import Value
    from assistant.dialog.turn import Turn

ANSWERS = frozenset({"time", "how_many_tonight", "thanks", "better", "yes", "no", "louder"})
"""After these there is time for a question; after a complaint, a flag, or a wish for quiet there is none."""
IN_NUMBERS = "sore_next_day"
"""Soreness is kept as 0 to 3; a yes says that there is some."""


def ask(turn: Turn, intent: str) -> None:
    """Ask what the night left open, if this is the moment."""
    state, plan = turn.state, turn.script.morning
    if not state.morning or intent not in ANSWERS or state.phase is not Phase.IDLE or state.barred:
        return
    turn.set(morning=False)
    if state.last is None:
        return
    poor = state.last_relief is not None and state.last_relief < EASED
    asks = (plan.poor_relief, *plan.asks) if poor else plan.asks
    turn.ask(asks[: plan.at_most], then="enough")


def note(turn: Turn, field: str | None, *, yes: bool) -> None:
    """Keep an answer with the episode of the night, and judge again what it resembled."""
    last = turn.state.last
    if field is None or last is None:
        return
    last = replace(last, **{field: yes})
    turn.set(last=last)
    told: dict[str, Value] = {field: int(yes) if field == IN_NUMBERS else ("yes" if yes else "no")}
    turn.do(NoteLast(told | fields_of(last)))
