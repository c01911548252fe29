"""The stretch, round by round: told, held, rested, and asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.alarm import raise_flag
from assistant.dialog.events import NoteEpisode, NoteSilence, OpenEpisode, Say
from assistant.dialog.state import Phase
from assistant.dialog.turn import Turn, hold_timer

if TYPE_CHECKING:
    from collections.abc import Callable

HELPER_QUESTION = "ask.helper"
CHECK_QUESTION = "check.how"


def begin_episode(turn: Turn, intent: str, slots: dict[str, str]) -> None:
    """A complaint was heard: write it down, and help at once."""
    turn.do(OpenEpisode(intent, slots))
    turn.set(
        site=slots["site"],
        side=slots.get("side", "unknown"),
        onset_s=turn.now,
        heard_s=turn.now,
        hurt_s=turn.now,
        active_s=turn.now,
    )
    turn.timer("signs", turn.timing.signs_s)
    turn.timer("too_long", turn.timing.too_long_s)
    turn.timer("silence", turn.timing.silence_closes_s)
    begin_round(turn)


def begin_round(turn: Turn) -> None:
    """Tell the stretch, shorter from the second time on, to the helper where there is one."""
    turn.drop_round()
    if turn.state.helper:
        lines = turn.stretch.with_helper
    else:
        lines = turn.stretch.next_rounds if turn.state.rounds else turn.stretch.first_round
    first_words_s = turn.now if turn.state.first_words_s is None else turn.state.first_words_s
    turn.set(phase=Phase.STEPS, plan=lines[1:], rounds=turn.state.rounds + 1, first_words_s=first_words_s)
    turn.say(lines[0])


def spoken(turn: Turn, line: str) -> None:
    """What was to be said is said: the next step, the hold, the patience of a question."""
    match turn.state.phase:
        case Phase.STEPS if turn.state.plan:
            following, *rest = turn.state.plan
            turn.set(plan=tuple(rest))
            turn.say(following, spacing_s=turn.timing.refinement_s)
        case Phase.STEPS:
            _begin_hold(turn)
        case Phase.REST:
            turn.timer("rest", turn.stretch.rest_s)
        case Phase.CHECK | Phase.HELPER | Phase.SIGNS if line == turn.state.questions[0]:
            turn.timer("answer", turn.timing.answer_s)
        case _:
            pass


def _begin_hold(turn: Turn) -> None:
    turn.set(phase=Phase.HOLD, hold_began_s=turn.now)
    for second in turn.stretch.marks:
        turn.timer(hold_timer(second), second)


def hold_mark(turn: Turn, second: int) -> None:
    """A mark of the hold; the last one ends it."""
    if turn.state.phase is not Phase.HOLD:
        return
    turn.do(Say(turn.stretch.marks[second], skippable=True))
    if second < turn.stretch.hold_s:
        return
    turn.drop_round()
    turn.set(phase=Phase.REST, rounds_held=turn.state.rounds_held + 1, active_s=turn.now)
    if turn.state.rounds == 1:
        turn.say(turn.stretch.rest_line)
    # Set here too: were every line skipped, nothing would ever be spoken to its end.
    turn.timer("rest", turn.stretch.rest_s)


def rest_over(turn: Turn) -> None:
    """The rest is over: how is it?"""
    if turn.state.phase is Phase.REST:
        ask(turn, Phase.CHECK, (CHECK_QUESTION,))


def ask(turn: Turn, phase: Phase, questions: tuple[str, ...], *, asked: int = 0) -> None:
    """Ask the first question and remember the others."""
    turn.drop_round()
    turn.set(phase=phase, questions=questions, asked=asked + 1)
    turn.say(questions[0])


def unrelieved(turn: Turn) -> None:
    """It still hurts: look for something graver when it is time to, ask for a helper, go on."""
    state, timing = turn.state, turn.timing
    if state.onset_s is not None and turn.now - state.onset_s >= timing.too_long_s:
        raise_flag(turn, "rf_over_10_min")
    elif not state.signs_asked and (state.signs_due or state.rounds_held >= turn.stretch.rounds):
        turn.set(signs_asked=True)
        ask(turn, Phase.SIGNS, turn.stretch.signs)
    elif not state.helper_asked and state.rounds:
        turn.set(helper_asked=True)
        ask(turn, Phase.HELPER, (HELPER_QUESTION,))
    elif state.rounds_held < turn.stretch.rounds:
        begin_round(turn)
    else:
        wait(turn)
        turn.timer("recheck", timing.recheck_s)


def wait(turn: Turn) -> None:
    """Be silent, but there."""
    turn.drop_round()
    turn.set(phase=Phase.WAIT)


def worse(turn: Turn) -> None:
    """Let go at once, and ask for the sign of a clot."""
    turn.hush()
    turn.set(relief=0)
    turn.say("control.let_go")
    ask(turn, Phase.SIGNS, turn.stretch.signs[:1])


def better(turn: Turn, slots: dict[str, str]) -> None:
    """It has eased: close, and let them sleep."""
    turn.hush()
    turn.set(relief=3 if slots.get("relief") == "gone" else 2)
    turn.close("better")
    turn.say("check.easier", "control.stay_lying", "control.good_night")


def answered(turn: Turn, *, yes: bool) -> None:
    """A yes or a no to the open question."""
    match turn.state.phase:
        case Phase.HELPER:
            turn.set(helper=yes)
            turn.do(NoteEpisode({"helper_present": yes}))
            begin_round(turn) if yes else _without_helper(turn)
        case Phase.SIGNS if yes:
            raise_flag(turn, turn.script.flag_asked_by(turn.state.questions[0]))
        case Phase.SIGNS:
            _next_sign(turn)
        case Phase.CHECK if not yes:
            unrelieved(turn)
        case _:
            pass


def _without_helper(turn: Turn) -> None:
    if turn.state.rounds_held < turn.stretch.rounds:
        begin_round(turn)
    else:
        unrelieved(turn)


def _next_sign(turn: Turn) -> None:
    left = turn.state.questions[1:]
    if left:
        ask(turn, Phase.SIGNS, left)
    elif turn.state.relief == 0:
        # It got worse: no further round unless they say that they want one.
        wait(turn)
        turn.timer("recheck", turn.timing.recheck_s)
    else:
        unrelieved(turn)


def unanswered(turn: Turn) -> None:
    """Nobody answered in time."""
    turn.do(NoteSilence(turn.timing.answer_s))
    _SILENCE.get(turn.state.phase, _nothing)(turn)


def _check_unanswered(turn: Turn) -> None:
    timing = turn.timing
    if turn.state.asked > 1:
        turn.set(no_response=True)
        wait(turn)
        return
    turn.timer("still_here", timing.still_here_s - timing.answer_s)
    turn.timer("recheck", timing.recheck_s - timing.answer_s)


def _signs_unanswered(turn: Turn) -> None:
    if turn.state.asked > 1:
        turn.set(no_response=True)
        wait(turn)
        return
    ask(turn, Phase.SIGNS, turn.state.questions, asked=turn.state.asked)


def _nothing(_: Turn) -> None:
    return


_SILENCE: dict[Phase, Callable[[Turn], None]] = {
    Phase.CHECK: _check_unanswered,
    Phase.SIGNS: _signs_unanswered,
    Phase.HELPER: _without_helper,
}


def still_here(turn: Turn) -> None:
    """Say once that we are there."""
    if turn.state.phase is Phase.CHECK:
        turn.do(Say("control.still_here"))


def recheck(turn: Turn) -> None:
    """Ask once more how it is."""
    if turn.state.phase in (Phase.CHECK, Phase.WAIT):
        ask(turn, Phase.CHECK, (CHECK_QUESTION,), asked=turn.state.asked)
