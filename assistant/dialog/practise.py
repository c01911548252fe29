"""The rehearsal by day: the whole thing once with the person awake, from the pillow; nothing of it is an episode.

Red flags, help and a complaint that no stretch helps are never rehearsed: they end it and count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.effects import KeepVolume

if TYPE_CHECKING:
    from assistant.dialog.turn import Turn

HEAR = "hear"
SAY = "say"
ROUND = "round"
ENOUGH = "enough"


def asked_for(turn: Turn) -> None:
    """By day begin; at night ask first whether that is meant."""
    state, plan = turn.state, turn.script.practise
    if not state.rests or state.barred or state.listens_s is not None:
        return
    if state.by_day:
        begin(turn)
    else:
        turn.ask((plan.at_night,), then=ENOUGH)


def begin(turn: Turn) -> None:
    """Say what comes, and ask whether we are heard."""
    plan = turn.script.practise
    turn.hush()
    turn.set(rehearsal=HEAR)
    turn.say(*plan.begins)
    turn.ask((plan.hear,), then=ENOUGH)


def too_quiet(turn: Turn) -> None:
    """They do not hear us well: louder, and asked again; some times at most."""
    state, volume = turn.state, turn.timing.volume
    if state.asked > turn.script.practise.tries:
        finish(turn, *turn.script.practise.loudest)
        return
    turn.set(wish_db=volume.wished(state.wish_db, 1))
    turn.ask(state.questions, then=ENOUGH, asked=state.asked)


def heard(turn: Turn) -> None:
    """They hear us, and we have heard them: so loud it stays from now on. Now the complaint."""
    level_db = turn.state.usual_db + turn.state.wish_db
    turn.do(KeepVolume(level_db))
    turn.set(usual_db=level_db, wish_db=0.0, rehearsal=SAY)
    turn.ask((turn.script.practise.say,), then=ENOUGH)


def unheard(turn: Turn) -> None:
    """We heard nothing from the pillow: once more, and then it is better to move us."""
    state, plan = turn.state, turn.script.practise
    if state.asked > 1 or not state.questions:
        finish(turn, *plan.not_heard)
        return
    questions, asked = state.questions, state.asked
    turn.say(*plan.unheard)
    turn.ask(questions, then=ENOUGH, asked=asked)


def done(turn: Turn) -> None:
    """One round is all of it."""
    finish(turn, *turn.script.practise.done)


def finish(turn: Turn, *lines: str) -> None:
    """The rehearsal is over."""
    turn.hush()
    turn.leave()
    turn.say(*lines)
