"""Red flags and calls for help: above everything, and never with a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.effects import Acknowledge, Alert, CancelTimer, OpenEpisode, Say
from assistant.dialog.plan import RANK
from assistant.dialog.state import Phase

if TYPE_CHECKING:
    from assistant.dialog.effects import Loudness
    from assistant.dialog.plan import RedFlag
    from assistant.dialog.turn import Turn

CANNOT_PHONE = "control.cannot_phone"
TOLD = "control.told"
EMERGENCY = "emergency"
HELP = "help"


def loudness(turn: Turn) -> Loudness:
    """How loud the flag that stands, or the call for help, is said."""
    called = turn.state.called_s is not None
    return "emergency" if called or turn.state.flag_level == EMERGENCY else "usual"


def raise_flag(turn: Turn, name: str, slots: dict[str, str] | None = None) -> None:
    """Stop everything, alert, close the episode, and say the flag's own lines."""
    turn.soft, heard = False, slots or {}
    if turn.state.rehearsal:
        turn.leave()
    flag, stands = turn.script.red_flags[name].said_as(heard), turn.state
    if stands.barred and stands.flag == name and RANK[stands.flag_level] >= RANK[flag.level]:
        repeat_flag(turn)
        return
    turn.hush()
    turn.do(Alert(flag.level, name))
    _log(turn, name, flag, heard)
    if stands.barred and RANK[stands.flag_level] > RANK[flag.level]:
        repeat_flag(turn)
        return
    if flag.goes_on:
        turn.say(*flag.when_idle)
        return
    turn.do(CancelTimer("alarm"))
    turn.set(flag=name, flag_level=flag.level, flag_lines=flag.lines, flag_topics=flag.topics)
    turn.set(flagged_s=turn.now, acknowledged=False)
    _say_first(turn, flag)


def _log(turn: Turn, name: str, flag: RedFlag, slots: dict[str, str]) -> None:
    if not turn.state.is_open:
        turn.do(OpenEpisode(name, {key: slots[key] for key in ("site", "side") if key in slots}))
    asked = turn.state.signs_asked
    phase = turn.state.phase
    turn.close("red_flag", red_flag=name, level=flag.level)
    turn.set(signs_asked=asked, phase=phase if phase is Phase.ALARM else Phase.IDLE)


def _say_first(turn: Turn, flag: RedFlag) -> None:
    turn.set(phase=Phase.ALARM)
    if flag.level == EMERGENCY:
        turn.say(*flag.lines, loudness="emergency")
        turn.do(Say(CANNOT_PHONE, loudness="emergency"))
        turn.timer("alarm", turn.timing.alarm.repeat_s)
        return
    turn.say(*flag.lines)
    turn.say(*flag.lines, spacing_s=turn.timing.alarm.repeat_s / 2)
    turn.timer("alarm", turn.timing.alarm.listens_s)


def repeat_flag(turn: Turn) -> None:
    """A red flag still stands: its lines instead of anything else."""
    if turn.state.flag is None:
        return
    turn.hush()
    turn.say(*turn.state.flag_lines, loudness=loudness(turn))
    if turn.state.phase is not Phase.ALARM:
        # Said again on request: an "okay" counts once more, and nothing goes on repeating by itself.
        turn.set(phase=Phase.ALARM)
        turn.timer("alarm", turn.timing.alarm.listens_s)


def lines_said(turn: Turn) -> None:
    """The flag's lines are out: what they have to be followed by, once."""
    if turn.state.flag is None or turn.state.signs_asked:
        return
    if asks := turn.script.red_flags[turn.state.flag].then_asks:
        turn.set(signs_asked=True)
        turn.ask(asks, then="flag")


def listen(turn: Turn) -> None:
    """The questions after a flag are answered: an "okay" may still come."""
    turn.drop_round()
    turn.set(phase=Phase.ALARM)
    turn.timer("alarm", turn.timing.alarm.listens_s)


def alarm_again(turn: Turn) -> None:
    """Repeat an emergency, ever more slowly, for half an hour at most; the others have been said twice."""
    state, timing = turn.state, turn.timing.alarm
    if state.phase is not Phase.ALARM or state.flag is None:
        return
    since = turn.now - state.flagged_s
    if state.flag_level != EMERGENCY:
        turn.set(phase=Phase.IDLE)
        return
    turn.say(*state.flag_lines, loudness="emergency")
    if since >= timing.at_most_s:
        turn.set(phase=Phase.IDLE)
        return
    turn.timer("alarm", timing.repeat_s if since < timing.repeat_for_s else timing.then_repeat_s)


def acknowledge(turn: Turn, by: str, *lines: str) -> None:
    """Somebody answered: no more repeats, and the log knows who and after how long."""
    state = turn.state
    turn.hush()
    turn.do(CancelTimer("alarm"))
    if state.barred and state.flag is not None:
        after_s = round(turn.now - state.flagged_s, 1)
        turn.do(Acknowledge(state.flag_level, state.flag, by, after_s))
        turn.set(acknowledged=True)
    if state.called_s is not None:
        turn.do(Acknowledge(EMERGENCY, HELP, by, round(turn.now - state.called_s, 1)))
        turn.set(called_s=None)
    turn.say(*lines)
    turn.wait()


def call_for_help(turn: Turn) -> None:
    """Alert, end any stretch, and say what the device cannot do."""
    alarming = turn.state.phase is Phase.ALARM
    turn.hush()
    if turn.state.rehearsal:
        turn.leave()
    turn.do(Alert(EMERGENCY, HELP))
    # Not idle for a while: "false alarm" is to be understood.
    turn.set(called_s=turn.now, ended_s=turn.now)
    turn.say(CANNOT_PHONE, loudness="emergency")
    if not alarming:
        turn.wait()


def delivered(turn: Turn) -> None:
    """A channel has confirmed: the person may know that somebody has been told."""
    if turn.state.phase is Phase.ALARM or turn.state.called_s is not None:
        turn.do(Say(TOLD, loudness=loudness(turn)))


def stop(turn: Turn) -> None:
    """End the repeats, not the alert."""
    turn.hush()
    turn.do(CancelTimer("alarm"))
    turn.wait()
