"""`step(state, event, now)`: pure and total; every state answers every event, silence included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import alarm, answers, coaching, commands, complaints, device, morning, practise
from assistant.dialog.effects import CancelTimer, Effect, Say
from assistant.dialog.events import (
    Acknowledged,
    Begun,
    Checked,
    CodeMade,
    Delivered,
    Doubted,
    Event,
    Interrupted,
    NotUnderstood,
    Spoken,
    TimerFired,
    Understood,
    Worsened,
)
from assistant.dialog.state import Phase, State
from assistant.dialog.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialog.script import Script

HURTS = frozenset({"cramp", "worse", "still_hurts"})
_NEEDS_EARS = frozenset({"cramp", "help"})


def step(state: State, event: Event, now: float, script: Script) -> tuple[State, tuple[Effect, ...]]:
    """Answer one event.

    Args:
        state: where the conversation stands.
        event: what happened.
        now: seconds of a clock that never goes back.
        script: the reviewed words and their timing.

    Returns:
        The new state and what is to be done, in this order.
    """
    turn = Turn(state, now, script, soft=_unprompted(state, event))
    match event:
        case Understood():
            _understood(turn, event)
        case Doubted():
            answers.doubted(turn, event)
        case NotUnderstood():
            pass
        case Acknowledged(by):
            _acknowledged(turn, by)
        case Delivered():
            alarm.delivered(turn)
        case Begun() | Spoken():
            _said(turn, event)
        case TimerFired(name):
            _timer(turn, name)
        case Interrupted(by):
            _interrupted(turn, by)
        case Checked() | CodeMade() | Worsened():
            _learned(turn, event)
    return turn.state, tuple(turn.effects)


def _said(turn: Turn, event: Begun | Spoken) -> None:
    """A line begins to sound, or the last one that waited is over."""
    if isinstance(event, Begun):
        coaching.begun(turn, event.line)
    else:
        coaching.spoken(turn, event.line)


def _learned(turn: Turn, event: Checked | CodeMade | Worsened) -> None:
    """The bedside has looked at itself, or into its log."""
    match event:
        case Checked(faulty):
            device.checked(turn, faulty)
        case CodeMade(owned):
            device.code_made(turn, owned=owned)
        case Worsened():
            turn.set(worsened=True)


def _unprompted(state: State, event: Event) -> bool:
    """Whether nobody has just spoken to us: a look again, or a word that was not clear while nothing went on."""
    match event:
        case TimerFired("still_here" | "recheck"):
            return True
        case TimerFired("answer"):
            return state.soft
        case Doubted():
            return state.rests
        case _:
            return False


def _understood(turn: Turn, said: Understood) -> None:
    intent, slots, script = said.intent, said.slots, turn.script
    _still_there(turn, intent)
    deaf = turn.state.listens_s is not None and (
        intent in _NEEDS_EARS or intent in (*script.red_flags, *script.complaints)
    )
    if deaf:
        # A key asked for help: what follows are questions, and their answers must be heard.
        device.open_ears(turn, intent)
    if intent in script.red_flags:
        _red_flag(turn, intent, slots)
    elif intent in script.complaints:
        complaints.advised(turn, intent, slots)
    elif intent in script.answers:
        commands.answer(turn, intent, slots)
    elif intent in _WITH_SLOTS:
        _WITH_SLOTS[intent](turn, slots)
    elif intent in _PLAIN:
        _PLAIN[intent](turn)
    if deaf:
        turn.do(*(Say(line) for line in script.listening.again))
    morning.tell_worse(turn, intent)
    morning.ask(turn, intent)


def _still_there(turn: Turn, intent: str) -> None:
    if not turn.state.is_open:
        return
    turn.set(heard_s=turn.now, active_s=turn.now, no_response=False)
    if intent in HURTS:
        turn.set(hurt_s=turn.now)
    turn.timer("silence", turn.timing.silence_closes_s)


def _red_flag(turn: Turn, name: str, slots: dict[str, str]) -> None:
    if turn.script.red_flags[name].goes_on:
        complaints.more_frequent(turn, name, slots)
    else:
        alarm.raise_flag(turn, name, slots)


def _stop(turn: Turn) -> None:
    if turn.state.is_open:
        turn.hush()
        turn.close("stop")
    else:
        alarm.stop(turn)


def _worse(turn: Turn) -> None:
    if turn.state.is_open:
        coaching.worse(turn)


def _better(turn: Turn, slots: dict[str, str]) -> None:
    if turn.state.is_open:
        coaching.better(turn, slots)


_WITH_SLOTS: dict[str, Callable[[Turn, dict[str, str]], None]] = {
    "cramp": complaints.cramp,
    "better": _better,
    "for_other": complaints.for_other,
    "yes": answers.yes,
    "no": answers.no,
    "which": complaints.which,
    "number": answers.number,
}
_PLAIN: dict[str, Callable[[Turn], None]] = {
    "stop": _stop,
    "help": alarm.call_for_help,
    "still_hurts": complaints.still_hurts,
    "worse": _worse,
    "heard_you": answers.heard_us,
    "later": answers.later,
    "repeat": commands.repeat,
    "pause": commands.pause,
    "next": commands.go_on,
    "slower": commands.slower,
    "louder": commands.louder,
    "quieter": commands.quieter,
    "cancel": commands.cancel,
    "good_night": commands.good_night,
    "thanks": commands.thanks,
    "practise": practise.asked_for,
    "listening": device.are_you_listening,
    "dont_listen": device.dont_listen,
    "page_code": device.page_code,
}


def _timer(turn: Turn, name: str) -> None:
    if name.startswith("hold."):
        coaching.hold_mark(turn, int(name.removeprefix("hold.")))
        return
    _TIMERS[name](turn)


def _signs_due(turn: Turn) -> None:
    turn.set(signs_due=True)


def _too_long(turn: Turn) -> None:
    recent = turn.now - turn.state.hurt_s <= turn.timing.hurt_is_recent_s
    if turn.state.is_open and turn.state.complaint == "cramp" and recent:
        alarm.raise_flag(turn, coaching.OVER_10_MIN)


def _nobody_speaks(turn: Turn) -> None:
    if turn.state.is_open:
        onset_s, active_s = turn.state.onset_s or turn.now, turn.state.active_s
        turn.hush()
        turn.close("silence", end_inferred=True, duration_s=round(active_s - onset_s, 1))


_TIMERS: dict[str, Callable[[Turn], None]] = {
    "answer": answers.unanswered,
    "still_here": coaching.still_here,
    "recheck": coaching.recheck,
    "rest": coaching.rest_over,
    "signs": _signs_due,
    "too_long": _too_long,
    "silence": _nobody_speaks,
    "alarm": alarm.alarm_again,
    device.TIMER: device.time_is_over,
}


def _acknowledged(turn: Turn, by: str) -> None:
    """A carer has answered, and so clears the flag."""
    if turn.state.barred or turn.state.called_s is not None:
        alarm.acknowledge(turn, by, "control.heard_okay")
    turn.set(flag=None, flag_level="", flag_lines=(), acknowledged=False)


def _interrupted(turn: Turn, by: str) -> None:
    turn.hush()
    turn.do(CancelTimer("alarm"), CancelTimer(device.TIMER))
    if turn.state.is_open:
        turn.close("silence" if by == "silence" else "interrupted")
    turn.set(phase=Phase.IDLE, listens_s=None)
