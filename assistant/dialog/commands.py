"""What a person asks of the voice: wait, go on, again, louder; and the questions of the night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import alarm, answers, coaching
from assistant.dialog.effects import Hush, Say
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.dialog.turn import Turn

ASKING = (Phase.CHECK, Phase.ASK, Phase.SITE)


def pause(turn: Turn) -> None:
    """Silence, until they say go on; looked after once a minute later."""
    if turn.state.is_open:
        turn.hush()
        turn.wait(look_again_s=turn.timing.recheck_s)
        turn.set(phase=Phase.PAUSED)
        turn.say("control.paused")


def go_on(turn: Turn) -> None:
    """The next thing: step, rest, question or round."""
    _NEXT.get(turn.state.phase, answers.passed_over)(turn)


def _next_step(turn: Turn) -> None:
    plan = turn.state.plan
    turn.do(Hush())
    if (turn.now < turn.state.step_s or _newest_waits(turn)) and turn.state.last_line is not None:
        # The newest step was still waiting for its moment: it is the next one.
        plan = (turn.state.last_line, *plan)
    turn.set(step_s=turn.now)
    if not plan:
        coaching.spoken(turn, turn.state.last_line or "")
        return
    turn.set(plan=plan[1:])
    turn.say(plan[0])


def _next_round(turn: Turn) -> None:
    coaching.go_on_alone(turn)


def _to_check(turn: Turn) -> None:
    turn.do(Hush())
    coaching.rest_over(turn)


def _acknowledged(turn: Turn) -> None:
    alarm.acknowledge(turn, "person", "control.heard_okay")


_NEXT: dict[Phase, Callable[[Turn], None]] = {
    Phase.STEPS: _next_step,
    Phase.HOLD: coaching.rest,
    Phase.REST: _to_check,
    Phase.CHECK: _next_round,
    Phase.WAIT: _next_round,
    Phase.PAUSED: _next_round,
    Phase.ALARM: _acknowledged,
}


def slower(turn: Turn) -> None:
    """More time between the lines, for this episode; the last one again, a red flag's too."""
    if turn.state.is_open:
        turn.set(pace=turn.state.pace * turn.timing.slower)
    repeat(turn)


def repeat(turn: Turn) -> None:
    """The last line that was heard, word for word; one that had not begun follows it."""
    state, last = turn.state, turn.state.last_line
    if state.phase is Phase.ALARM:
        alarm.repeat_flag(turn)
    elif last is None or state.rests:
        return
    elif not _newest_waits(turn) or state.heard_line is None:
        turn.do(Hush(), Say(last))
    elif state.phase is Phase.STEPS:
        turn.set(plan=(last, *state.plan))
        turn.do(Hush(), Say(state.heard_line))
    else:
        turn.do(Hush(), Say(state.heard_line), Say(last))


def _newest_waits(turn: Turn) -> bool:
    """Whether the newest line has not begun: nobody has heard it yet."""
    return turn.state.waits_to_begin and turn.state.heard_line is not None


def louder(turn: Turn) -> None:
    """Louder for this night, and said again so."""
    turn.set(wish_db=turn.timing.volume.wished(turn.state.wish_db, 1))
    repeat(turn)


def quieter(turn: Turn) -> None:
    """Quieter for this night; nothing is said about it."""
    turn.set(wish_db=turn.timing.volume.wished(turn.state.wish_db, -1))


def cancel(turn: Turn) -> None:
    """It was nothing: a false alarm is told to whoever was alarmed."""
    if turn.state.phase is Phase.ALARM or turn.state.called_s is not None:
        alarm.acknowledge(turn, "false_alarm")
    turn.hush()
    if turn.state.is_open:
        turn.close("cancel")
        turn.say("control.okay")
    else:
        turn.wait()


def good_night(turn: Turn) -> None:
    """They want to sleep: nothing more is said."""
    if turn.state.phase is Phase.ALARM:
        return
    turn.hush()
    if turn.state.is_open:
        turn.close("better" if (turn.state.relief or 0) > 1 else "stop")
    else:
        turn.wait()


def thanks(turn: Turn) -> None:
    """Nothing is said; after a red flag it counts as an answer."""
    if turn.state.phase is Phase.ALARM:
        _acknowledged(turn)


def answer(turn: Turn, intent: str, slots: dict[str, str]) -> None:
    """A question of the night, in two short sentences at most."""
    state, told = turn.state, turn.script.answers[intent]
    told = next((turn.script.answers[other] for slot, other in told.slots.items() if slot in slots), told)
    quiet = not state.is_open and turn.now - state.ended_s > turn.timing.answers_after_s
    if not told.always and (quiet or state.barred):
        return
    lines = told.lines if state.is_open or not told.closed else told.closed
    if told.by_day and state.by_day and not state.is_open:
        lines = told.by_day
    if told.none and not state.tonight:
        lines = told.none
    lines = next((other for switch, other in told.switches.items() if state.sleeper.has(switch)), lines)
    if state.phase in ASKING and state.question is not None:
        lines = (*lines, state.question)
    turn.do(*(Say(line) for line in lines))
