"""One recording, one meaning: what `hear` prints."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from assistant.clock import RealClock
from assistant.dialog.effects import Say
from assistant.dialog.events import Understood
from assistant.dialog.machine import step
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.dialog.state import State
from assistant.errors import UsageError
from assistant.meaning import is_complete, meaning_of
from audio import SAMPLE_RATE, Final, Partial

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.app import App
    from audio import Frame, Heard, SpeechEvent, Voice
    from audio.wav import SoundFile
    from intents import Match
    from intents.understanding import Understanding

LONGEST_S = 60.0
"""Longer recordings are a night's."""


class Played(Protocol):
    """Sound that comes frame by frame."""

    def frames(self) -> Iterable[Frame]:
        """Its frames, in order."""
        ...


class Hearing:
    """Hears recordings with one engine and one pack.

    Args:
        app: makes the adapters.
        idle: judge as with nothing open; otherwise as inside an open episode.
        realtime: feed the frames at the speed of sound and tell the times of the decision.
        engine: the engine that hears; None: the one that was asked for.
        early: read at every short quiet, as at a bedside; the meaning is the same without, for less computing.
    """

    def __init__(
        self,
        app: App,
        understanding: Understanding,
        *,
        idle: bool,
        realtime: bool,
        engine: str | None = None,
        early: bool = True,
    ) -> None:
        self._recogniser = app.recogniser(understanding, engine=engine, early=early)
        self._understanding = understanding
        self._voice = app.voice() if realtime else None
        self._idle = idle
        self._endpoint = load_script().timing.endpoint

    @property
    def engine(self) -> str:
        """The name of what hears."""
        return self._recogniser.name

    def hear(self, path: Path, sound: SoundFile) -> dict[str, Any]:
        """Answer one file.

        Raises:
            UsageError: it is a night's length.
        """
        _check_length(path, sound)
        clock = RealClock()
        began = perf_counter()
        finals: list[tuple[Heard, float]] = []
        waited = 0.0
        for frame in sound.frames():
            if self._voice is not None:
                waiting = perf_counter()
                clock.wait_until(frame.start_s + len(frame.samples) / SAMPLE_RATE)
                waited += perf_counter() - waiting
            events = self._recogniser.accept(frame)
            self._expect(events)
            finals += self._finals(events, clock)
        finals += self._finals(self._recogniser.finish(), clock)
        decided = self._decide(finals)
        computed = perf_counter() - began - waited
        answer = {
            "file": str(path),
            "heard": " ".join(heard.text for heard, _ in finals),
            **_meaning(decided[0] if decided else None),
            "engine": self.engine,
            "audio_s": round(sound.duration_s, 3),
            "compute_ms": round(computed * 1000, 1),
        }
        return answer | (self._times(decided) if self._voice is not None else {})

    def listen(self, sound: Played) -> list[Heard]:
        """Every utterance of a recording."""
        events = [event for frame in sound.frames() for event in self._recogniser.accept(frame)]
        events += self._recogniser.finish()
        return [event.heard for event in events if isinstance(event, Final)]

    def heard(self, path: Path, sound: SoundFile) -> list[tuple[Heard, Match]]:
        """Every utterance of a recording, and what was meant by it.

        Raises:
            UsageError: it is a night's length.
        """
        _check_length(path, sound)
        return [(heard, self._meaning_of(heard)) for heard in self.listen(sound)]

    def meaning(self, utterances: list[Heard]) -> Match | None:
        """The surest meaning of what was heard; where nothing is meant, the surest silence; None: nothing was heard."""
        decided = self._decide([(heard, 0.0) for heard in utterances])
        return decided and decided[0]

    def _expect(self, events: list[SpeechEvent]) -> None:
        """At its own speed a recording is given the bedside's patience: less, once it means something."""
        if self._voice is None:
            return
        for event in events:
            if isinstance(event, Partial):
                sure = is_complete(self._meaning_of(event.heard))
                self._recogniser.expect(self._endpoint.sure_s if sure else self._endpoint.complaint_s)

    def _finals(self, events: list[SpeechEvent], clock: RealClock) -> list[tuple[Heard, float]]:
        return [(event.heard, clock.now()) for event in events if isinstance(event, Final)]

    def _decide(self, finals: list[tuple[Heard, float]]) -> tuple[Match, Heard, float] | None:
        matches = [(self._meaning_of(heard), heard, at) for heard, at in finals]
        return max(matches, key=lambda m: sureness(m[0]), default=None)

    def _meaning_of(self, heard: Heard) -> Match:
        return meaning_of(self._understanding, heard, idle=self._idle)

    def _times(self, decided: tuple[Match, Heard, float] | None) -> dict[str, float | None]:
        if decided is None or self._voice is None:
            return {"speech_end_s": None, "decided_s": None, "first_sound_s": None}
        match, heard, at_s = decided
        first = first_line(match)
        took = 0.0 if first is None else _seconds_to_render(self._voice, first)
        return {
            "speech_end_s": round(heard.end_s, 3),
            "decided_s": round(at_s, 3),
            "first_sound_s": round(at_s + took, 3) if first else None,
        }


def _check_length(path: Path, sound: SoundFile) -> None:
    if sound.duration_s > LONGEST_S:
        raise UsageError(f"{path} lasts {sound.duration_s:.0f} s. For more than 60 s use: ./bedside night {path}")


def _seconds_to_render(voice: Voice, text: str) -> float:
    began = perf_counter()
    voice.render(text)
    return perf_counter() - began


def sureness(match: Match) -> tuple[bool, float]:
    """By which one of a recording's utterances counts: what was meant before silence, then the score."""
    return match.intent is not None, match.score


def first_line(match: Match) -> str | None:
    """The words that the bedside would say first; None where it stays silent."""
    if match.intent is None:
        return None
    script = load_script()
    _, effects = step(State(), Understood(match.intent, match.slots), 0.0, script)
    return next((script.words(e.line, MOMENT | NUMBERS) for e in effects if isinstance(e, Say)), None)


def _meaning(match: Match | None) -> dict[str, Any]:
    if match is None:
        return {"intent": None, "slots": {}, "score": 0.0}
    return {"intent": match.intent, "slots": match.slots, "score": round(match.score, 3)}
