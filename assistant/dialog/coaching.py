"""The stretch, round by round: told, held, rested, and asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog import practise
from assistant.dialog.alarm import TOLD, lines_said, raise_flag, repeat_flag
from assistant.dialog.effects import NoteEpisode, Say
from assistant.dialog.state import Phase
from assistant.dialog.turn import CHECK_QUESTION, Turn, hold_timer

if TYPE_CHECKING:
    from assistant.dialog.plan import Stretch

HELPER_QUESTION = "ask.helper"
OVER_10_MIN = "rf_over_10_min"


def begin_round(turn: Turn) -> None:
    """Tell the stretch, shorter from the second time on; ask first where the site wants it."""
    found, state = turn.suited, turn.state
    if state.barred:
        repeat_flag(turn)
    elif found.flag is not None:
        raise_flag(turn, found.flag, {"site": state.site})
    elif found.stretch.asks_site is not None and not state.site_asked:
        turn.set(site_asked=True, first_words_s=turn.now)
        turn.drop_round()
        turn.say(*found.stretch.first_round)
        turn.ask((found.stretch.asks_site,), then="stretch")
    elif found.forbidden or state.forbidden:
        forbid(turn)
    elif asks := _asks_first(turn, found.stretch):
        turn.ask(asks, then="stretch")
    else:
        _tell(turn, found.stretch)


def _asks_first(turn: Turn, stretch: Stretch) -> tuple[str, ...]:
    sides = stretch.asks_first_sides
    if turn.state.asked_first or (sides and turn.state.side not in sides):
        return ()
    return stretch.asks_first


def _tell(turn: Turn, stretch: Stretch) -> None:
    turn.drop_round()
    state = turn.state
    told = _lines_of_round(turn, stretch)
    lines = tuple(line for line in told if not (state.reassured and turn.script.lines[line].kind == "reassure"))
    first_words_s = turn.now if state.first_words_s is None else state.first_words_s
    first = {"first_words_s": first_words_s, "step_s": turn.now}
    turn.set(phase=Phase.STEPS, plan=lines[1:], rounds=state.rounds + 1, **first)
    turn.say(lines[0])


def _lines_of_round(turn: Turn, stretch: Stretch) -> tuple[str, ...]:
    state = turn.state
    if state.helper and stretch.with_helper:
        return stretch.with_helper
    if state.rounds and state.sleeper.standing and stretch.standing:
        return stretch.standing
    # Where the site was asked for, the first lines are out already.
    return stretch.next_rounds if state.rounds or stretch.asks_site else stretch.first_round


def forbid(turn: Turn) -> None:
    """No stretch: what to do instead, and a look again later."""
    turn.set(forbidden=True)
    turn.wait(look_again_s=turn.timing.recheck_s)
    turn.say(*turn.stretch.instead)


def begun(turn: Turn, line: str) -> None:
    """A line sounds: whoever asks for it again means this one, and not what comes next."""
    if turn.script.lines[line].kind != "hold":
        turn.set(heard_line=line, waits_to_begin=turn.state.waits_to_begin and line != turn.state.last_line)


def spoken(turn: Turn, line: str) -> None:
    """What was to be said is said: the next step, the hold, the patience of a question."""
    if turn.script.lines[line].kind == "reassure":
        turn.set(reassured=True)
    match turn.state.phase:
        case Phase.STEPS if turn.state.plan:
            following, *rest = turn.state.plan
            begins_s = turn.state.step_s + turn.timing.refinement_s * turn.state.pace
            turn.set(plan=tuple(rest), step_s=max(turn.now + turn.timing.pause_s, begins_s))
            turn.say(following, spacing_s=turn.timing.refinement_s)
        case Phase.STEPS:
            _begin_hold(turn)
        case Phase.REST:
            turn.timer("rest", turn.stretch.rest_s)
        case Phase.CHECK | Phase.ASK | Phase.SITE if line in (turn.state.question, TOLD):
            # That somebody has been told may come in after the question.
            turn.timer("answer", turn.timing.answer_s)
        case Phase.ALARM:
            lines_said(turn)
        case _:
            pass


def _begin_hold(turn: Turn) -> None:
    turn.set(phase=Phase.HOLD, hold_began_s=turn.now)
    for second in turn.stretch.marks_of(turn.state.rounds):
        turn.timer(hold_timer(second), second)


def hold_mark(turn: Turn, second: int) -> None:
    """A mark of the hold; the last one ends it."""
    marks = turn.stretch.marks_of(turn.state.rounds)
    if turn.state.phase is not Phase.HOLD or second not in marks:
        return
    turn.do(Say(marks[second], skippable=True))
    if second == max(marks):
        rest(turn)


def rest(turn: Turn) -> None:
    """The hold is over: let the muscle rest."""
    turn.drop_round()
    turn.set(phase=Phase.REST, rounds_held=turn.state.rounds_held + 1, active_s=turn.now)
    if turn.state.rounds == 1 and turn.stretch.rest_line is not None:
        turn.say(turn.stretch.rest_line)
    # Set here too: were every line skipped, nothing would ever be spoken to its end.
    turn.timer("rest", turn.stretch.rest_s)


def rest_over(turn: Turn) -> None:
    """The rest is over: how is it?"""
    if turn.state.phase is Phase.REST:
        turn.ask((CHECK_QUESTION,), then="unrelieved")


def unrelieved(turn: Turn) -> None:
    """It still hurts: look for something graver when it is time to, ask for a helper, go on."""
    state, timing = turn.state, turn.timing
    if state.rehearsal:
        practise.done(turn)
        return
    stretches = state.complaint == "cramp" and not state.forbidden
    done = state.rounds_held >= turn.stretch.rounds or not stretches
    if state.onset_s is not None and turn.now - state.onset_s >= timing.too_long_s:
        raise_flag(turn, OVER_10_MIN)
    elif not state.signs_asked and (state.signs_due or done):
        turn.set(signs_asked=True)
        turn.ask(turn.stretch.signs, then="unrelieved")
    elif not state.helper_asked and (state.rounds or done) and state.helper is None:
        turn.set(helper_asked=True)
        turn.ask((HELPER_QUESTION,), then="unrelieved")
    elif done:
        turn.wait(look_again_s=timing.recheck_s)
    else:
        begin_round(turn)


def helper_told(turn: Turn, *, there: bool) -> None:
    """Somebody is there, or not: the next round, if there is one."""
    turn.set(helper=there)
    turn.do(NoteEpisode({"helper_present": there}))
    go_on_alone(turn)


def go_on_alone(turn: Turn) -> None:
    """The next round; where none is left, a look again later."""
    state = turn.state
    if state.complaint == "cramp" and not state.forbidden and (state.helper or state.rounds_held < turn.stretch.rounds):
        begin_round(turn)
    else:
        unrelieved(turn)


def worse(turn: Turn) -> None:
    """Let go at once, and ask for the sign of something graver."""
    turn.hush()
    turn.set(relief=0)
    turn.say("control.let_go")
    turn.ask(turn.stretch.signs[:1], then="wait")


def better(turn: Turn, slots: dict[str, str]) -> None:
    """It has eased: close, and let them sleep."""
    if turn.state.rehearsal:
        practise.done(turn)
        return
    first = "check.easier" if turn.state.rounds else "control.good"
    turn.hush()
    turn.set(relief=3 if slots.get("relief") == "gone" else 2)
    turn.close("better")
    turn.say(first, "control.stay_lying", "control.good_night")


def still_here(turn: Turn) -> None:
    """Say once that we are there."""
    if turn.state.phase is Phase.CHECK:
        turn.do(Say("control.still_here"))


def recheck(turn: Turn) -> None:
    """Look again: did the advice help, how is it now?"""
    state = turn.state
    if state.phase not in (Phase.CHECK, Phase.WAIT, Phase.PAUSED) or not state.is_open:
        return
    advice = turn.script.complaints.get(state.complaint)
    if advice is not None and not state.looked:
        turn.set(looked=True)
        turn.ask(advice.asks, then=advice.then)
        return
    turn.ask((CHECK_QUESTION,), then="unrelieved", asked=state.asked)
