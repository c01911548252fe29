"""What holds for any conversation, however odd."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialog.events import (
    Alert,
    CancelTimer,
    CloseEpisode,
    Effect,
    Event,
    Hush,
    Interrupted,
    NotUnderstood,
    OpenEpisode,
    Say,
    SetTimer,
    Spoken,
    TimerFired,
    Understood,
)
from assistant.dialog.machine import step
from assistant.dialog.script import load_script
from assistant.dialog.state import Phase, State

SCRIPT = load_script()
STRETCH_KINDS = {"step", "hold"}
INTENTS = ["cramp", "stop", "help", "yes", "no", "better", "worse", "repeat", "still_hurts", "unheard_of"]
INTENT = st.sampled_from(INTENTS)
# What happens next: somebody says something, talks past us, a line ends, or time passes until the next timer.
HAPPENING = st.one_of(
    INTENT.map(lambda intent: ("said", intent)),
    st.just(("talk", "")),
    st.just(("spoken", "")),
    st.just(("wait", "")),
)
CONVERSATION = st.lists(st.tuples(st.floats(0.1, 90), HAPPENING), max_size=60)


class Runner:
    """The smallest world around the dialog: timers, a queue of lines, a count of open episodes."""

    def __init__(self) -> None:
        self.state, self.now = State(), 0.0
        self.timers: dict[str, float] = {}
        self.lines: list[str] = []
        self.open = 0
        self.log: list[tuple[Event, Effect]] = []

    def feed(self, event: Event) -> None:
        self.state, effects = step(self.state, event, self.now, SCRIPT)
        for effect in effects:
            self.log.append((event, effect))
            match effect:
                case SetTimer(name, after_s):
                    self.timers[name] = self.now + after_s
                case CancelTimer(name):
                    self.timers.pop(name, None)
                case Say(line):
                    self.lines.append(line)
                case Hush():
                    self.lines.clear()
                case OpenEpisode():
                    self.open += 1
                case CloseEpisode():
                    self.open -= 1
                case _:
                    pass
            assert self.open in (0, 1), "one episode at a time"
        assert self.state.is_open == (self.open == 1)

    def finish_lines(self) -> None:
        if self.lines:
            last, self.lines = self.lines[-1], []
            self.now += 2
            self.feed(Spoken(last))

    def next_timer(self) -> bool:
        if not self.timers:
            return False
        name = min(self.timers, key=self.timers.__getitem__)
        self.now = max(self.now, self.timers.pop(name))
        self.feed(TimerFired(name))
        return True

    def happen(self, after_s: float, happening: tuple[str, str]) -> None:
        until = self.now + after_s
        while self.timers and min(self.timers.values()) <= until:
            self.next_timer()
        self.now = max(self.now, until)
        match happening:
            case ("said", intent):
                slots = {"site": "calf", "side": "left"} if intent == "cramp" else {}
                self.feed(Understood(intent, slots))
            case ("talk", _):
                self.feed(NotUnderstood())
            case ("spoken", _):
                self.finish_lines()
            case _:
                self.next_timer()


def run(conversation: list[tuple[float, tuple[str, str]]]) -> Runner:
    runner = Runner()
    for after_s, happening in conversation:
        runner.happen(after_s, happening)
    return runner


@given(CONVERSATION)
@settings(max_examples=300, deadline=None)
def test_every_conversation_ends_and_closes_what_it_opened(conversation: list[tuple[float, tuple[str, str]]]):
    runner = run(conversation)
    for _ in range(200):
        runner.finish_lines()
        if not runner.next_timer():
            break
    assert runner.timers == {}
    assert runner.open == 0
    assert runner.state.phase is Phase.IDLE or runner.state.phase is Phase.WAIT
    assert not runner.state.is_open


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_after_stop_nothing_is_said_until_somebody_speaks_to_us(conversation: list[tuple[float, tuple[str, str]]]):
    runner = run(conversation)
    runner.feed(Understood("stop"))
    assert runner.lines == []
    said_before = len(runner.log)
    while runner.next_timer():
        pass
    assert not [effect for _, effect in runner.log[said_before:] if isinstance(effect, Say)]


@given(CONVERSATION)
@settings(max_examples=300, deadline=None)
def test_no_step_or_hold_follows_a_red_flag(conversation: list[tuple[float, tuple[str, str]]]):
    flagged = False
    for _, effect in run(conversation).log:
        if isinstance(effect, Alert) and effect.red_flag != "help":
            flagged = True
        if flagged and isinstance(effect, Say):
            assert SCRIPT.lines[effect.line].kind not in STRETCH_KINDS


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_every_open_episode_has_a_timer_that_will_end_it(conversation: list[tuple[float, tuple[str, str]]]):
    runner = run(conversation)
    assert not runner.state.is_open or "silence" in runner.timers


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_being_ended_closes_the_episode_and_falls_silent(conversation: list[tuple[float, tuple[str, str]]]):
    runner = run(conversation)
    runner.feed(Interrupted())
    assert (runner.lines, runner.open, runner.state.phase) == ([], 0, Phase.IDLE)
    assert not runner.timers


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_the_same_events_always_lead_to_the_same_conversation(conversation: list[tuple[float, tuple[str, str]]]):
    assert run(conversation).log == run(conversation).log
