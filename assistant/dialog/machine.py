"""`step(state, event, now)`: pure and total; every state answers every event, silence included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import alarm, coaching
from assistant.dialog.events import (
    CancelTimer,
    Effect,
    Event,
    Hush,
    Interrupted,
    NoteEpisode,
    NotUnderstood,
    Say,
    Spoken,
    TimerFired,
    Understood,
)
from assistant.dialog.state import Phase, State
from assistant.dialog.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialog.script import Script

HURTS = frozenset({"cramp", "worse", "still_hurts"})


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
    turn = Turn(state, now, script)
    match event:
        case Understood():
            _understood(turn, event)
        case NotUnderstood():
            pass
        case Spoken(line):
            coaching.spoken(turn, line)
        case TimerFired(name):
            _timer(turn, name)
        case Interrupted(by):
            _interrupted(turn, by)
    return turn.state, tuple(turn.effects)


def _understood(turn: Turn, said: Understood) -> None:
    if said.intent == "cramp" and turn.state.flag is not None:
        alarm.repeat_flag(turn)
        return
    _still_there(turn, said.intent)
    answer = _ANSWERS.get(said.intent)
    if answer is not None:
        answer(turn, said.slots)


def _still_there(turn: Turn, intent: str) -> None:
    if not turn.state.is_open:
        return
    turn.set(heard_s=turn.now, active_s=turn.now, no_response=False)
    if intent in HURTS:
        turn.set(hurt_s=turn.now)
    turn.timer("silence", turn.timing.silence_closes_s)


def _stop(turn: Turn, _: dict[str, str]) -> None:
    turn.hush()
    if turn.state.phase is Phase.ALARM:
        turn.do(CancelTimer("alarm"))
        turn.set(phase=Phase.IDLE)
    elif turn.state.is_open:
        turn.close("stop")


def _help(turn: Turn, _: dict[str, str]) -> None:
    alarm.call_for_help(turn)


def _cramp(turn: Turn, slots: dict[str, str]) -> None:
    if slots.get("site") not in turn.script.stretches:
        return
    if not turn.state.is_open:
        # Closing words of the episode before may still be on their way.
        turn.hush()
        coaching.begin_episode(turn, "cramp", slots)
        return
    if slots.get("side", "unknown") not in ("unknown", turn.state.side):
        turn.set(side=slots["side"])
        turn.do(NoteEpisode({"side": slots["side"]}))
    if turn.state.phase in (Phase.CHECK, Phase.WAIT, Phase.HELPER):
        _again(turn)


def _again(turn: Turn) -> None:
    """It hurts after a round: the next one, unless it is time for graver questions."""
    turn.set(relief=1)
    coaching.unrelieved(turn)


def _still_hurts(turn: Turn, _: dict[str, str]) -> None:
    if turn.state.phase in (Phase.CHECK, Phase.WAIT, Phase.HELPER):
        _again(turn)


def _worse(turn: Turn, _: dict[str, str]) -> None:
    if turn.state.is_open:
        coaching.worse(turn)


def _better(turn: Turn, slots: dict[str, str]) -> None:
    if turn.state.is_open:
        coaching.better(turn, slots)


def _yes(turn: Turn, _: dict[str, str]) -> None:
    coaching.answered(turn, yes=True)


def _no(turn: Turn, _: dict[str, str]) -> None:
    coaching.answered(turn, yes=False)


def _repeat(turn: Turn, _: dict[str, str]) -> None:
    if turn.state.phase is Phase.ALARM:
        alarm.repeat_flag(turn)
    elif turn.state.last_line is not None and turn.state.is_open:
        turn.do(Hush(), Say(turn.state.last_line))


_ANSWERS: dict[str, Callable[[Turn, dict[str, str]], None]] = {
    "stop": _stop,
    "help": _help,
    "cramp": _cramp,
    "still_hurts": _still_hurts,
    "worse": _worse,
    "better": _better,
    "yes": _yes,
    "no": _no,
    "repeat": _repeat,
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
    if turn.state.is_open and recent:
        alarm.raise_flag(turn, "rf_over_10_min")


def _nobody_speaks(turn: Turn) -> None:
    if turn.state.is_open:
        onset_s, active_s = turn.state.onset_s or turn.now, turn.state.active_s
        turn.hush()
        turn.close("silence", end_inferred=True, duration_s=round(active_s - onset_s, 1))


_TIMERS: dict[str, Callable[[Turn], None]] = {
    "answer": coaching.unanswered,
    "still_here": coaching.still_here,
    "recheck": coaching.recheck,
    "rest": coaching.rest_over,
    "signs": _signs_due,
    "too_long": _too_long,
    "silence": _nobody_speaks,
    "alarm": alarm.alarm_again,
}


def _interrupted(turn: Turn, by: str) -> None:
    turn.hush()
    turn.do(CancelTimer("alarm"))
    if turn.state.is_open:
        turn.close("silence" if by == "silence" else "interrupted")
    turn.set(phase=Phase.IDLE)
