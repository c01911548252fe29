"""One step of the conversation in the making: the state so far and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.dialog.classes import fields_of, signs_of
from assistant.dialog.effects import (
    CancelTimer,
    CloseEpisode,
    Effect,
    GiveEpisode,
    Hush,
    NoteEpisode,
    NoteLast,
    OpenEpisode,
    Say,
    SetTimer,
    Value,
)
from assistant.dialog.profile import Suited, suited
from assistant.dialog.state import Phase, State

if TYPE_CHECKING:
    from assistant.dialog.effects import Loudness
    from assistant.dialog.events import EndedBy
    from assistant.dialog.script import Script, Stretch, Timing

# Timers of the open question and the running round; the episode's own timers outlive them.
ROUND_TIMERS = ("answer", "still_here", "recheck", "rest")
EPISODE_TIMERS = ("signs", "too_long", "silence")
CHECK_QUESTION = "check.how"
OF_AN_EPISODE = (OpenEpisode, NoteEpisode, NoteLast, GiveEpisode, CloseEpisode)


@dataclass(slots=True)
class Turn:
    """Collects the changes that one event makes."""

    state: State
    now: float
    script: Script
    effects: list[Effect] = field(default_factory=list)
    soft: bool = False
    """Nobody has just spoken to us, so what is said is said softly."""

    @property
    def timing(self) -> Timing:
        """The patience of the conversation."""
        return self.script.timing

    @property
    def suited(self) -> Suited:
        """The stretch of the site that hurts, as this person may do it."""
        return suited(self.script, self.state.site, self.state.sleeper)

    @property
    def stretch(self) -> Stretch:
        """That stretch; ask `suited` whether it may be done."""
        return self.suited.stretch

    def set(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)

    def do(self, *effects: Effect) -> None:
        """Add what is to be done; of a rehearsal nothing is written."""
        wanted = [effect for effect in effects if not (self.state.rehearsal and isinstance(effect, OF_AN_EPISODE))]
        self.effects += [self._softly(effect) for effect in wanted]

    def _softly(self, effect: Effect) -> Effect:
        soft = self.soft and isinstance(effect, Say) and effect.loudness == "usual"
        return replace(effect, loudness="soft") if soft and isinstance(effect, Say) else effect

    def say(self, *lines: str, spacing_s: float = 0.0, loudness: Loudness = "usual") -> None:
        """Say lines, and remember the last one for "repeat"."""
        for line in lines:
            self.do(Say(line, spacing_s=spacing_s * self.state.pace, loudness=loudness))
            self.set(last_line=line, waits_to_begin=True)

    def ask(self, questions: tuple[str, ...], then: str, *, asked: int = 0) -> None:
        """Ask the first question, and remember the others and what follows them."""
        doubt, clear = self.state.doubt, self.state.doubt_clear
        self.drop_round()
        question = self.script.questions.get(questions[0])
        phase = Phase.SITE if questions[0] == self.stretch.asks_site and question is not None else Phase.ASK
        if questions[0] == CHECK_QUESTION:
            phase = Phase.CHECK
        self.set(phase=phase, questions=questions, then=then, asked=asked + 1)
        number = question is not None and question.scale is not None
        topics = ("signs",) if question is None else question.topics
        self.set(doubt=doubt, doubt_clear=clear, soft=self.soft, number=number, topics=topics)
        self.say(questions[0])

    def wait(self, *, look_again_s: float | None = None) -> None:
        """Be silent, but there; where nothing is open, be idle."""
        self.drop_round()
        self.set(phase=Phase.WAIT if self.state.is_open else Phase.IDLE)
        if not self.state.is_open:
            self.set(rehearsal="")
        if look_again_s is not None and self.state.is_open:
            self.timer("recheck", look_again_s)

    def timer(self, name: str, after_s: float) -> None:
        """Set a timer."""
        self.do(SetTimer(name, after_s))

    def drop_round(self) -> None:
        """Forget the running round and the open question: their timers, their lines to come."""
        marks = {*self.stretch.marks, *(self.stretch.next_marks or {})} if self.state.phase is Phase.HOLD else set()
        names = [*ROUND_TIMERS, *(hold_timer(second) for second in sorted(marks))]
        self.do(*(CancelTimer(name) for name in names))
        self._count_hold()
        self.set(plan=(), questions=(), then="", asked=0, doubt=None, doubt_clear=False, number=False, topics=())

    def hush(self) -> None:
        """Fall silent and drop the round."""
        self.do(Hush())
        self.drop_round()

    def close(self, ended_by: EndedBy, **fields: Value) -> None:
        """Close the open episode and go back to idle; what is said afterwards is up to the caller."""
        if self.state.rehearsal:
            self.leave()
            return
        stopped_early = self.state.phase in (Phase.STEPS, Phase.HOLD)
        self.drop_round()
        s = self.state
        self.do(*(CancelTimer(name) for name in EPISODE_TIMERS))
        latency = None if s.first_words_s is None or ended_by != "better" else round(self.now - s.first_words_s, 1)
        known: dict[str, Value] = {
            "rounds": s.rounds,
            "hold_s": round(s.held_s, 1),
            "stretch_site": s.site if s.rounds else None,
            "stopped_early": stopped_early,
            "relief_latency_s": latency,
            "no_response": s.no_response,
            "helper_present": s.helper,
        }
        signs, flagged = signs_of(s, self.now), ended_by == "red_flag"
        self.do(NoteEpisode(fields_of(signs, flagged=flagged)))
        self.do(CloseEpisode(ended_by, s.relief, known | fields))
        closed = s.closed(self.now)
        if s.subject is None:
            self.state = replace(closed, last=None if flagged else signs, last_relief=s.relief)
        else:
            # The morning asks the person who sleeps here about their own night.
            self.state = replace(closed, last=s.last, last_relief=s.last_relief)

    def leave(self) -> None:
        """End a rehearsal, of which nothing stays."""
        self.drop_round()
        s = self.state
        self.do(*(CancelTimer(name) for name in EPISODE_TIMERS))
        self.state = replace(s.closed(self.now), ended_s=s.ended_s, morning=s.morning)
        self.set(last=s.last, last_relief=s.last_relief, last_site=s.last_site, last_side=s.last_side)

    def _count_hold(self) -> None:
        began = self.state.hold_began_s
        if began is not None:
            self.set(held_s=self.state.held_s + self.now - began, hold_began_s=None)


def hold_timer(second: int) -> str:
    """Name of the timer of a hold's mark."""
    return f"hold.{second}"
