"""What holds for any conversation, however odd."""

from __future__ import annotations

from random import Random
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialog.effects import (
    Acknowledge,
    Alert,
    CancelTimer,
    CloseEpisode,
    Effect,
    Hush,
    OpenEpisode,
    Say,
    SetTimer,
)
from assistant.dialog.events import (
    Acknowledged,
    Checked,
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
from assistant.dialog.machine import step
from assistant.dialog.profile import SWITCHES, Profile
from assistant.dialog.script import load_script
from assistant.dialog.state import Phase, State

SCRIPT = load_script()
STRETCH_KINDS = {"step", "hold"}
SITES = st.sampled_from([*SCRIPT.stretches, "unknown", "front", "elbow"])
SIDES = st.sampled_from(["left", "right", "both", "unknown"])
PLAIN = [
    *("stop", "help", "yes", "no", "better", "worse", "repeat", "still_hurts", "pause", "next", "slower", "louder"),
    *("quieter", "cancel", "good_night", "thanks", "unheard_of", *SCRIPT.answers),
    *("listening", "dont_listen", "practise", "practise", "later", "number"),
]
COMPLAINTS = ["cramp", "cramp", *SCRIPT.complaints]
WHOM = st.sampled_from(["husband", "wife", "partner"])
SAID = st.one_of(
    st.builds(Understood, st.sampled_from(PLAIN)),
    st.builds(Understood, st.just("number"), st.fixed_dictionaries({"number": st.sampled_from(["0", "7", "10"])})),
    st.builds(Understood, st.just("for_other"), st.fixed_dictionaries({"subject": WHOM})),
    st.builds(Understood, st.just("no"), st.just({"later": "yes"})),
    st.builds(Checked, st.sampled_from([(), ("store",), ("microphone", "speaker")])),
    st.just(Worsened()),
    st.builds(
        Understood,
        st.sampled_from(COMPLAINTS),
        st.fixed_dictionaries(
            {"site": SITES, "side": SIDES, "who": st.sampled_from(["self", "other"])}, optional={"subject": WHOM}
        ),
    ),
    st.builds(
        Understood,
        st.sampled_from(list(SCRIPT.red_flags)),
        st.sampled_from(
            [{}, {"sign": "pop"}, {"sign": "medicine"}, {"also": "cramp", "site": "calf"}, {"who": "other"}]
        ),
    ),
    st.builds(Doubted, st.sampled_from([*SCRIPT.red_flags, "unheard_of"]), st.floats(0.5, 0.75)),
    st.just(NotUnderstood()),
    st.just(Acknowledged("carer")),
    st.just(Delivered()),
)
# What happens next: somebody says something, talks past us, a line ends, or time passes until the next timer.
HAPPENING = st.one_of(SAID, SAID, st.just("spoken"), st.just("spoken"), st.just("wait"))
TRI = [None, None, True, False]
TOLD = {name: st.sampled_from(TRI) for name in Profile.model_fields if name in SWITCHES and name != "standing"}
PROFILES = st.builds(Profile, standing=st.booleans(), **TOLD)
BEGINS = st.builds(State, profile=PROFILES, by_day=st.booleans(), morning=st.booleans(), keys=st.booleans())
HAPPENINGS = st.tuples(st.floats(0.1, 90), HAPPENING)
CONVERSATION = st.tuples(BEGINS, st.lists(HAPPENINGS, max_size=60))
Conversation: TypeAlias = tuple[State, list[tuple[float, Event | str]]]


class Runner:
    """The smallest world around the dialog: timers, a queue of lines, a count of open episodes."""

    def __init__(self, begins: State) -> None:
        self.state, self.now = begins, 0.0
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
            assert self.open == 0 or not self.state.rehearsal, "a rehearsal is no episode"
        assert (self.state.is_open and not self.state.rehearsal) == (self.open == 1)

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

    def happen(self, after_s: float, happening: Event | str) -> None:
        until = self.now + after_s
        while self.timers and min(self.timers.values()) <= until:
            self.next_timer()
        self.now = max(self.now, until)
        if happening == "spoken":
            self.finish_lines()
        elif isinstance(happening, str):
            self.next_timer()
        else:
            self.feed(happening)


def run(conversation: Conversation) -> Runner:
    begins, happenings = conversation
    runner = Runner(begins)
    for after_s, happening in happenings:
        runner.happen(after_s, happening)
    return runner


@given(CONVERSATION)
@settings(max_examples=300, deadline=None)
def test_every_conversation_ends_and_closes_what_it_opened(conversation: Conversation):
    runner = run(conversation)
    for _ in range(400):
        runner.finish_lines()
        if not runner.next_timer():
            break
    assert runner.timers == {}
    assert runner.open == 0
    assert runner.state.phase is Phase.IDLE or runner.state.phase is Phase.WAIT
    assert not runner.state.is_open


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_after_stop_nothing_is_said_until_somebody_speaks_to_us(conversation: Conversation):
    runner = run(conversation)
    runner.feed(Understood("stop"))
    assert runner.lines == []
    said_before = len(runner.log)
    while runner.next_timer():
        pass
    assert not [effect for _, effect in runner.log[said_before:] if isinstance(effect, Say)]
    assert not runner.state.rehearsal


def is_cleared(event: Event, *, acknowledged: bool) -> bool:
    """A carer clears a flag; so does a new complaint after it was acknowledged, rehearsed or not."""
    complaint = isinstance(event, Understood) and event.intent in COMPLAINTS
    return isinstance(event, Acknowledged) or (acknowledged and complaint)


def assert_no_stretch_after_a_flag(log: list[tuple[Event, Effect]]) -> None:
    flagged = acknowledged = False
    for event, effect in log:
        flagged = flagged and not is_cleared(event, acknowledged=acknowledged)
        match effect:
            case Alert(_, name) if name in SCRIPT.red_flags and not SCRIPT.red_flags[name].goes_on:
                flagged, acknowledged = True, False
            case Acknowledge():
                acknowledged = True
            case Say(line) if flagged:
                assert SCRIPT.lines[line].kind not in STRETCH_KINDS


@given(CONVERSATION)
@settings(max_examples=400, deadline=None)
def test_no_step_or_hold_follows_a_red_flag_until_it_is_cleared(conversation: Conversation):
    assert_no_stretch_after_a_flag(run(conversation).log)


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_a_red_flag_is_alerted_or_said_again_in_every_state(conversation: Conversation):
    runner = run(conversation)
    before = len(runner.log)
    runner.feed(Understood("rf_chest_breath"))
    answer = [effect for _, effect in runner.log[before:]]
    lines = [effect.line for effect in answer if isinstance(effect, Say)]
    assert Hush() in answer
    assert lines[0] == "rf_chest_breath.main" or runner.state.flag_level == "emergency"
    assert runner.state.phase is Phase.ALARM
    assert {SCRIPT.lines[line].kind for line in lines} <= {"red_flag", "control"}


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_every_question_that_waits_has_a_timer_or_a_line_on_its_way(conversation: Conversation):
    runner = run(conversation)
    if runner.state.phase in (Phase.ASK, Phase.SITE, Phase.CHECK, Phase.STEPS, Phase.REST, Phase.HOLD):
        assert runner.lines or set(runner.timers) - {"signs", "too_long", "silence"}


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_every_open_episode_has_a_timer_that_will_end_it(conversation: Conversation):
    runner = run(conversation)
    assert not runner.state.is_open or "silence" in runner.timers


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_being_ended_closes_the_episode_and_falls_silent(conversation: Conversation):
    runner = run(conversation)
    runner.feed(Interrupted())
    assert (runner.lines, runner.open, runner.state.phase) == ([], 0, Phase.IDLE)
    assert not runner.timers


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_the_same_events_always_lead_to_the_same_conversation(conversation: Conversation):
    assert run(conversation).log == run(conversation).log


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_a_look_again_is_soft_and_an_emergency_is_not(conversation: Conversation):
    for event, effect in run(conversation).log:
        if not isinstance(effect, Say):
            continue
        if isinstance(event, TimerFired) and event.name in ("still_here", "recheck"):
            flag = SCRIPT.lines[effect.line].kind == "red_flag"
            assert effect.loudness == "soft" or flag
        if effect.line == "control.cannot_phone":
            assert effect.loudness == "emergency"


@given(st.floats(-20, 20), st.floats(-10, 10), st.booleans())
def test_what_is_unprompted_stays_below_the_limit_whatever_was_wished(wish_db: float, usual_db: float, by_day: object):
    volume = SCRIPT.timing.volume
    at = {name: volume.level(name, usual_db + wish_db, by_day=bool(by_day)) for name in ("soft", "usual", "emergency")}
    assert at["soft"] <= volume.unprompted_at_most_db
    assert at["soft"] < at["usual"] <= at["emergency"]
    assert at["emergency"] >= volume.emergency_at_least_db


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_what_is_not_listened_to_is_listened_to_again(conversation: Conversation):
    runner = run(conversation)
    assert runner.state.listens_s is None or "listen" in runner.timers


@given(CONVERSATION)
@settings(max_examples=200, deadline=None)
def test_of_a_rehearsal_nothing_is_written_and_no_alert_is_raised_by_its_clock(conversation: Conversation):
    runner = run(conversation)
    if runner.state.rehearsal:
        assert not {"signs", "too_long"} & set(runner.timers)


def thousands(seed: int, count: int = 4000) -> Conversation:
    """One very long conversation: the same for the same seed."""
    dice = Random(seed)  # noqa: S311 - talk, no secrets
    sites, flags = [*SCRIPT.stretches, "unknown"], list(SCRIPT.red_flags)
    events: list[Event | str] = [
        *(Understood(intent) for intent in PLAIN),
        *(Understood(intent, {"site": site}) for intent in COMPLAINTS for site in sites),
        *(Understood(flag) for flag in flags),
        *(Doubted(flag, 0.6) for flag in flags),
        *(Understood("number", {"number": "7"}), Understood("for_other", {"subject": "husband"}), NotUnderstood()),
        *(Acknowledged("carer"), Delivered(), Checked(()), Worsened()),
        *["spoken"] * 60,
        *["wait"] * 30,
    ]
    said = [(dice.choice((0.5, 3.0, 9.0, 40.0)), dice.choice(events)) for _ in range(count)]
    return State(by_day=bool(seed % 2), morning=True), said


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_events_break_no_rule(seed: int):
    runner = run(thousands(seed))
    assert_no_stretch_after_a_flag(runner.log)
    runner.feed(Understood("stop"))
    assert runner.lines == []
    while runner.next_timer():
        assert runner.lines == []
    assert not runner.state.is_open
