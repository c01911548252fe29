"""Red flags and calls for help: above everything, and never with a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.events import Alert, OpenEpisode, Say
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.turn import Turn

CANNOT_PHONE = "control.cannot_phone"


def raise_flag(turn: Turn, name: str) -> None:
    """Stop everything, alert, close the episode, and say the flag's own lines."""
    flag = turn.script.red_flags[name]
    turn.hush()
    turn.do(Alert(flag.level, name))
    if not turn.state.is_open:
        turn.do(OpenEpisode(name, {}))
    turn.close("red_flag", red_flag=name, level=flag.level)
    turn.set(flag=name, flagged_s=turn.now)
    turn.say(*flag.lines)
    if flag.level != "emergency":
        turn.say(*flag.lines, spacing_s=turn.timing.alarm.repeat_s / 2)
        return
    turn.do(Say(CANNOT_PHONE))
    turn.set(phase=Phase.ALARM)
    turn.timer("alarm", turn.timing.alarm.repeat_s)


def repeat_flag(turn: Turn) -> None:
    """A red flag still stands: its lines instead of a stretch."""
    if turn.state.flag is not None:
        turn.hush()
        turn.say(*turn.script.red_flags[turn.state.flag].lines)


def alarm_again(turn: Turn) -> None:
    """Repeat an emergency, ever more slowly, for half an hour at most."""
    if turn.state.phase is not Phase.ALARM or turn.state.flag is None:
        return
    timing, since = turn.timing.alarm, turn.now - turn.state.flagged_s
    turn.say(*turn.script.red_flags[turn.state.flag].lines)
    if since >= timing.at_most_s:
        turn.set(phase=Phase.IDLE)
        return
    turn.timer("alarm", timing.repeat_s if since < timing.repeat_for_s else timing.then_repeat_s)


def call_for_help(turn: Turn) -> None:
    """Alert, end any stretch, and say what the device cannot do."""
    turn.hush()
    turn.do(Alert("emergency", "help"))
    turn.say(CANNOT_PHONE)
    if turn.state.phase is not Phase.ALARM:
        turn.set(phase=Phase.WAIT if turn.state.is_open else Phase.IDLE)
