"""What an answer to our question leads to, silence included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import alarm, coaching, morning, practise
from assistant.dialog.effects import NoteSilence
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialog.events import Doubted
    from assistant.dialog.turn import Turn

ANSWERED = frozenset({"okay", "here"})
"""Slots of a yes that answers an alarm."""
DOUBT_TIMES = 2
"""How often it is asked whether a red flag was meant."""


def answered(turn: Turn, *, yes: bool) -> None:
    """A yes or a no."""
    state = turn.state
    if state.phase is Phase.ALARM:
        _answered_alarm(turn, yes=yes)
    elif state.phase is Phase.ASK and state.doubt is not None:
        _cleared_up(turn, meant=yes)
    elif state.phase is Phase.ASK and state.question is not None:
        question = turn.script.questions[state.question]
        if question.scale is not None:
            _next(turn)
            return
        morning.note(turn, question.note, yes)
        morning.note_trigger(turn, question.trigger if yes else None)
        lead_to(turn, question.if_yes if yes else question.if_no)
    elif state.phase is Phase.CHECK and not yes:
        coaching.unrelieved(turn)


def yes(turn: Turn, slots: dict[str, str]) -> None:
    """A yes. "Okay", or that somebody is here, says of a red flag's lines that they were heard, whatever they ask."""
    if turn.state.phase is Phase.ALARM and ANSWERED & slots.keys() and "plainly" not in slots:
        heard_us(turn)
    else:
        answered(turn, yes=True)


def heard_us(turn: Turn) -> None:
    """They have heard the red flag, or somebody is coming."""
    if turn.state.phase is Phase.ALARM or turn.state.called_s is not None:
        alarm.acknowledge(turn, "person", "control.heard_okay")


def no(turn: Turn, slots: dict[str, str]) -> None:
    """A no; "not now" ends the morning's questions, which it does not answer."""
    if "later" in slots and morning.asks_now(turn.state):
        turn.wait()
    else:
        answered(turn, yes=False)


def later(turn: Turn) -> None:
    """No questions this morning."""
    if morning.asks_now(turn.state):
        turn.wait()


def number(turn: Turn, slots: dict[str, str]) -> None:
    """A number, where one was asked for; one that cannot be is asked for once more, and then passed over."""
    state = turn.state
    told = turn.script.questions.get(state.question or "")
    if state.phase is not Phase.ASK or told is None or told.scale is None:
        return
    value = int(slots.get("number", -1))
    if told.scale[0] <= value <= told.scale[1]:
        morning.note(turn, told.note, value)
        lead_to(turn, told.if_yes)
    elif state.asked < told.times:
        turn.ask(state.questions, then=state.then, asked=state.asked)
    else:
        _next(turn)


def passed_over(turn: Turn) -> None:
    """The next of the morning's questions, without an answer to this one."""
    if morning.asks_now(turn.state):
        _next(turn)


def _answered_alarm(turn: Turn, *, yes: bool) -> None:
    asks = turn.script.red_flags[turn.state.flag].if_yes if turn.state.flag else None
    if yes and asks is not None:
        lead_to(turn, asks)
    elif yes or asks is not None:
        alarm.acknowledge(turn, "person", "control.heard_okay")


def lead_to(turn: Turn, outcome: str) -> None:
    """Do what an answer leads to; the words for it are those of questions.yaml."""
    what, _, name = outcome.partition(" ")
    if what == "flag" and name:
        alarm.raise_flag(turn, name)
    elif what == "doubt":
        _ask_whether(turn, name, clear=False)
    else:
        _OUTCOMES[what](turn)


def _next(turn: Turn) -> None:
    state = turn.state
    if len(state.questions) > 1:
        turn.ask(state.questions[1:], then=state.then)
    elif state.relief == 0 and state.then == "unrelieved":
        # It got worse: no further round unless they say that they want one.
        turn.wait(look_again_s=turn.timing.recheck_s)
    else:
        lead_to(turn, state.then or "wait")


def _stretch(turn: Turn) -> None:
    if turn.state.phase is Phase.ASK:
        turn.set(asked_first=True)
    coaching.begin_round(turn)


def _wait(turn: Turn) -> None:
    turn.wait(look_again_s=turn.timing.recheck_s)


def _resume(turn: Turn) -> None:
    """It was no red flag: go on where we were."""
    state = turn.state
    turn.drop_round()
    if state.is_open and state.complaint == "cramp" and not state.forbidden:
        coaching.begin_round(turn)
    else:
        turn.wait(look_again_s=turn.timing.recheck_s)


_OUTCOMES: dict[str, Callable[[Turn], None]] = {
    "next": _next,
    "wait": _wait,
    "enough": lambda turn: turn.wait(),
    "stretch": _stretch,
    "forbid": coaching.forbid,
    "helper": lambda turn: coaching.helper_told(turn, there=True),
    "alone": lambda turn: coaching.helper_told(turn, there=False),
    "rehearse": practise.begin,
    "heard": practise.heard,
    "too_quiet": practise.too_quiet,
    "unheard": practise.unheard,
    "close": lambda turn: coaching.better(turn, {"relief": "gone"}),
    "unrelieved": coaching.unrelieved,
    "resume": _resume,
    "flag": alarm.listen,
}


def unanswered(turn: Turn) -> None:
    """Nobody answered in time."""
    state = turn.state
    turn.do(NoteSilence(turn.timing.answer_s))
    if state.phase is Phase.CHECK:
        _check_unanswered(turn)
    elif state.question is not None and state.phase in (Phase.ASK, Phase.SITE):
        _question_unanswered(turn, state.question)


def _check_unanswered(turn: Turn) -> None:
    timing = turn.timing
    if turn.state.rehearsal:
        practise.finish(turn, *turn.script.practise.not_heard)
        return
    if turn.state.asked > 1:
        turn.set(no_response=True)
        turn.wait()
        return
    turn.timer("still_here", timing.still_here_s - timing.answer_s)
    turn.timer("recheck", timing.recheck_s - timing.answer_s)


def _question_unanswered(turn: Turn, question: str) -> None:
    state = turn.state
    told = turn.script.questions.get(question)
    if state.asked < (DOUBT_TIMES if told is None else told.times):
        turn.ask(state.questions, then=state.then, asked=state.asked)
        return
    turn.set(no_response=True)
    if told is None:
        _doubt_unanswered(turn)
    elif told.if_silent == "wait":
        turn.wait() if state.then != "flag" else alarm.listen(turn)
    else:
        lead_to(turn, told.if_silent)


# Red flags that were not heard clearly


def doubted(turn: Turn, event: Doubted) -> None:
    """Perhaps a red flag: stop, and ask; heard a second time it is one."""
    state = turn.state
    if event.red_flag not in turn.script.red_flags or (state.barred and state.flag_level == alarm.EMERGENCY):
        return
    if state.doubt == event.red_flag:
        alarm.raise_flag(turn, event.red_flag, event.slots)
        return
    if _let_be(turn, event):
        return
    first_person = event.slots.get("who", "self") == "self"
    _ask_whether(turn, event.red_flag, clear=first_person and event.score >= turn.timing.doubt.raise_from)


def _let_be(turn: Turn, event: Doubted) -> bool:
    """Whether the same was asked in vain a while ago, and is no clearer now."""
    state, doubt = turn.state, turn.timing.doubt
    lately = state.let_be == event.red_flag and turn.now - state.let_be_s < doubt.again_after_s
    return lately and not state.is_open and event.score < doubt.raise_from


def _ask_whether(turn: Turn, flag: str, *, clear: bool) -> None:
    turn.hush()
    turn.set(doubt=flag, doubt_clear=clear)
    turn.ask((turn.script.red_flags[flag].confirm,), then="resume")


def _cleared_up(turn: Turn, *, meant: bool) -> None:
    flag = turn.state.doubt
    if meant and flag is not None:
        alarm.raise_flag(turn, flag)
    elif turn.state.barred:
        alarm.acknowledge(turn, "person", "control.heard_okay")
    else:
        turn.set(let_be=flag, let_be_s=turn.now)
        _resume(turn)


def _doubt_unanswered(turn: Turn) -> None:
    flag, clear = turn.state.doubt, turn.state.doubt_clear
    if flag is not None and clear:
        alarm.raise_flag(turn, flag)
    else:
        turn.set(let_be=flag, let_be_s=turn.now)
        turn.wait(look_again_s=turn.timing.recheck_s)
