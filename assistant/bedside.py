"""The one loop that decides: what was heard goes in, lines and rows come out. Knows no microphone and no database.

Whoever drives it calls `person_began`, `heard`, `person_ended` and `tick`, and comes back at `next_due`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.delivery import Delivery
from assistant.dialog.effects import CancelTimer, CheckSelf, Effect, Hush, MakeCode, Say, SetTimer
from assistant.dialog.events import (
    Acknowledged,
    Checked,
    CodeMade,
    Delivered,
    EndedBy,
    Event,
    Interrupted,
    NotUnderstood,
    TimerFired,
    Understood,
    Worsened,
)
from assistant.dialog.machine import step
from assistant.dialog.profile import Profile
from assistant.dialog.state import State
from assistant.doubt import doubt_of
from assistant.first_visit import make_code
from assistant.following import Following
from assistant.mouth import Mouth, Speaker
from assistant.records import KEYS, Records
from assistant.timers import Timers
from assistant.wording import Wording
from audio import Final, Heard, Partial, SpeechEnded, SpeechStarted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assistant.clock import Clock
    from assistant.dialog.script import Script
    from assistant.episode_log import EpisodeLog
    from assistant.meaning import Meaning
    from assistant.night_events import Teller
    from audio import SpeechEvent

# Timers that wait while somebody speaks: who is answering must not be asked again.
PATIENT = frozenset({"answer", "still_here", "recheck", "rest", "silence"})
WRITE_POLL_S = 0.05


class Bedside:
    """Joins hearing, meaning, dialog, speech and the log, one event at a time."""

    def __init__(
        self,
        *,
        clock: Clock,
        script: Script,
        understanding: Meaning,
        speaker: Speaker,
        teller: Teller,
        log: EpisodeLog,
        numbers: dict[str, str] | None = None,
        profile: Profile | None = None,
        other: Profile | None = None,
        volume: Callable[[float], None] = lambda _: None,
        faulty: Callable[[], Iterable[str]] = tuple,
        keys: bool = False,
    ) -> None:
        own, other = profile or Profile(), other or Profile()
        self.state = State(profile=own, other=other, keys=keys, usual_db=own.volume_db(script.timing.volume))
        self._clock = clock
        self._script = script
        self._following = Following(understanding)
        self._faulty = faulty
        self._teller = teller
        self._log = log
        self._records = Records(teller, log)
        self._wording = Wording(script, clock, (numbers or {}) | self.state.profile.numbers)
        self._delivery = Delivery(
            script,
            self._wording,
            log,
            volume=volume,
            state=lambda: self.state,
            teller=teller,
            told=self._step,
        )
        self._timers = Timers()
        self._mouth = Mouth(speaker, self._delivery, script.timing)
        self._by = "voice"
        self._heard: Heard | None = None
        self._score = 0.0

    def person_began(self) -> None:
        """Somebody began to speak."""
        self._following.began(over_us=self._mouth.sounds)
        self._mouth.person_began(self._clock.now())

    def hears(self, event: SpeechEvent) -> None:
        """Take what a recogniser tells; nothing of it while we were asked not to listen."""
        if not self.listens:
            return
        match event:
            case SpeechStarted():
                self.person_began()
            case Partial(heard):
                self._following.guessed(heard, idle=self.is_idle, expected=self.state.expected)
            case Final(heard):
                self.heard(heard)
            case SpeechEnded():
                self.person_ended()

    def heard(self, heard: Heard) -> None:
        """An utterance was read; it is over."""
        if not heard.readings:
            return
        match = self._following.meaning(heard, idle=self.is_idle, expected=self.state.expected)
        self._heard, self._score = heard, match.score
        self._tell("heard", text=heard.text, score=round(heard.share, 3), engine=heard.engine)
        nearly = {"nearly": match.best} if match.nearly else {}
        self._tell("understood", intent=match.intent, slots=match.slots, score=round(match.score, 3), **nearly)
        if (doubt := doubt_of(match, self._script)) is not None or match.intent is None:
            self._step(doubt or NotUnderstood())
        else:
            self._answer(Understood(match.intent, match.slots, match.score))

    def pressed(self, intent: str, slots: dict[str, str]) -> None:
        """A key was pressed that means this; who cannot speak has no words, and is sure."""
        self._heard, self._score = Heard((), 0.0, 0.0, KEYS), 1.0
        self._tell("understood", intent=intent, slots=slots, score=1.0)
        self._answer(Understood(intent, slots))

    def line_lasts(self, seconds: float) -> None:
        """The line that is being said takes so long from now."""
        self._mouth.lasts(seconds, self._clock.now())

    def person_ended(self) -> None:
        """Nobody speaks any more."""
        self._following.ended()
        self._mouth.person_ended(self._clock.now())
        self.tick()

    def acknowledged(self, by: str) -> None:
        """A carer answered the alert."""
        self._step(Acknowledged(by))

    def delivered(self, name: str) -> None:
        """A channel has confirmed that this one has been told."""
        self._wording.told(name)
        self._step(Delivered())

    def begins_at(self, level_db: float) -> None:
        """So loud the nights begin, beside the volume that is set: the last rehearsal found it right."""
        self.state = replace(self.state, usual_db=level_db)

    def worsened(self) -> None:
        """The log's history says that it has got worse."""
        self._step(Worsened())

    def interrupt(self, by: EndedBy = "interrupted") -> None:
        """The program is being ended: fall silent, close what is open."""
        self._by = by
        self._step(Interrupted(by))

    def settle(self) -> None:
        """Wait for the disk; the last thing before the end."""
        self._log.settle()

    def tick(self) -> None:
        """Do everything that is due by now."""
        now = self._clock.now()
        self._log.poll()
        self._mouth.tick(now)
        while (fired := self._timers.pop_due(now, PATIENT if self._mouth.somebody_speaks else frozenset())) is not None:
            name, after_s = fired
            self._tell("timer", name=name, after_s=after_s)
            self._step(TimerFired(name))

    def next_due(self) -> float | None:
        """When `tick` has something to do; None: only a voice can change anything."""
        patient = PATIENT if self._mouth.somebody_speaks else frozenset()
        dues = [self._mouth.next_due(), self._timers.next_due(patient)]
        if self._log.waits:
            dues.append(self._clock.now() + WRITE_POLL_S)
        return min((due for due in dues if due is not None), default=None)

    @property
    def listens(self) -> bool:
        """Whether speech is to be recognised now."""
        return self.state.listens_s is None

    @property
    def is_idle(self) -> bool:
        """Nothing is open and nothing is being said: only a complaint or a call for help counts."""
        ended_s = self._clock.now() - self.state.ended_s
        return self.state.rests and not self._mouth.busy and ended_s > self._script.timing.answers_after_s

    @property
    def endpoint_s(self) -> float:
        """Seconds of quiet that end an utterance now: answers are short, a first complaint is not."""
        endpoint = self._script.timing.endpoint
        if self._following.sure:
            return endpoint.sure_s
        return endpoint.complaint_s if self.state.rests else endpoint.answer_s

    def _answer(self, understood: Understood) -> None:
        self._mouth.answer_at_once(self._clock.now())
        self._by = understood.intent
        self._step(understood)
        self._by = "voice"

    def _step(self, event: Event) -> None:
        self.state = self._wording.of_this_night(self.state)
        self.state, effects = step(self.state, event, self._clock.now(), self._script)
        if isinstance(event, Understood) and any(isinstance(effect, Say | Hush) for effect in effects):
            self._mouth.drop_cut()
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Say():
                for say, text, kind in self._delivery.worded(effect):
                    self._mouth.say(say, text, kind, self._clock.now())
            case Hush():
                self._mouth.hush(self._clock.now(), self._by)
            case SetTimer(name, after_s):
                self._timers.set(name, self._clock.now(), after_s)
            case CancelTimer(name):
                self._timers.cancel(name)
            case CheckSelf():
                self._log.check(self._checked)
            case MakeCode():
                self._log.ask(make_code, self._code_made)
            case _:
                self._records.keep(effect, self._heard, self._score)

    def _checked(self, written: bool) -> None:  # noqa: FBT001 given by the log
        """The log has answered, or has not in time."""
        self._step(Checked((*self._faulty(), *(() if written else ("store",)))))

    def _code_made(self, code: str | None) -> None:
        self._wording.code(code or "")
        self._step(CodeMade(owned=code is None))

    def _tell(self, event: str, **fields: Any) -> None:
        self._teller.tell(event, self._log.episode_id, **fields)
