"""What is asked of the assistant about itself: whether it listens, not to listen for a while, and the page's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.effects import CancelTimer, CheckSelf, Listen, MakeCode, Say, StopListening
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.turn import Turn

TIMER = "listen"


def are_you_listening(turn: Turn) -> None:
    """Look first, and then say what is so. A key or the page asks it while we do not listen: listen again."""
    if turn.state.listens_s is None:
        turn.do(CheckSelf())
        return
    open_ears(turn, "asked")
    turn.do(*(Say(line) for line in turn.script.listening.again))


def checked(turn: Turn, faulty: tuple[str, ...]) -> None:
    """Say that all is well, or each part that is not, with what to do; the open question is asked again after it."""
    plan = turn.script.listening
    wrong = tuple(line for part, lines in plan.parts.items() if part in faulty for line in lines)
    lines = wrong or plan.well
    asked = (turn.state.question,) if turn.state.question is not None else ()
    turn.do(*(Say(line) for line in (*lines, *asked)))


def page_code(turn: Turn) -> None:
    """The code for the first visit of the page, by day: numbers read out would wake whoever sleeps."""
    if not _at_rest(turn):
        return
    if turn.state.by_day:
        turn.do(MakeCode())
    else:
        turn.do(*(Say(line) for line in turn.script.page.at_night))


def code_made(turn: Turn, *, owned: bool) -> None:
    """Say the code, or that the page has an owner, who can invite; nothing where help has begun meanwhile."""
    plan = turn.script.page
    if _at_rest(turn):
        turn.do(*(Say(line) for line in (plan.owned if owned else plan.code)))


def _at_rest(turn: Turn) -> bool:
    return turn.state.rests and turn.state.listens_s is None


def dont_listen(turn: Turn) -> None:
    """Recognise nothing for a while, and say once until when. An emergency that nobody answered goes before it."""
    state, plan = turn.state, turn.script.listening
    if state.phase is Phase.ALARM:
        return
    turn.hush()
    if state.listens_s is None:
        if state.is_open:
            turn.close("stop")
        turn.wait()
        turn.set(listens_s=turn.now + plan.for_s)
        turn.do(StopListening(plan.for_s))
        turn.timer(TIMER, plan.for_s)
    _say_until(turn)


def _say_until(turn: Turn) -> None:
    plan = turn.script.listening
    turn.do(*(Say(line) for line in (*plan.stops, *(plan.with_keys if turn.state.keys else plan.without_keys))))


def open_ears(turn: Turn, by: str) -> None:
    """Listen again, before the time that was said."""
    if turn.state.listens_s is not None:
        turn.do(CancelTimer(TIMER), Listen(by))
        turn.set(listens_s=None)


def time_is_over(turn: Turn) -> None:
    """The time that was said has come: listen again, and say nothing about it."""
    open_ears(turn, "time_over")
