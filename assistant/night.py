"""Plays a scene into the bedside: the same loop as with a live microphone, on a clock that may jump."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from audio import SAMPLE_RATE, Frame, SpeechEnded, SpeechStarted
from audio.events import FRAME_SAMPLES
from audio.recogniser_scripted import ScriptedRecogniser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from assistant.bedside import Bedside
    from assistant.clock import Clock
    from assistant.keys import Meaning
    from assistant.scene import Item, Scene
    from audio import Microphone, Recogniser, SpeechEvent

AFTER_LAST_S = 1800
"""How long the clock runs on after the last entry, at most."""
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE


class Night:
    """One night: its clock, its bedside, and the sounds that reach it.

    Args:
        open_sound: opens a sound file as a microphone.
        recogniser: makes the engine; called when the first sound is played, so that typed nights load no model.
        keys: what each key means that the scene may press.
        broken: the parts that do not work; the scene breaks and mends them.
    """

    def __init__(
        self,
        bedside: Bedside,
        clock: Clock,
        *,
        open_sound: Callable[[Path], Microphone],
        recogniser: Callable[[], Recogniser],
        keys: Mapping[str, Meaning] | None = None,
        broken: set[str] | None = None,
    ) -> None:
        self._bedside = bedside
        self._clock = clock
        self._open_sound = open_sound
        self._make_recogniser = recogniser
        self._recogniser: Recogniser | None = None
        self._keys = keys or {}
        self._broken = set() if broken is None else broken
        self._somebody_speaks = False

    def play(self, scene: Scene) -> None:
        """Play every entry, then let the night run out; what is open at the end closes."""
        # Opened before anything is acted on: a broken file stops the night before it begins.
        sounds = {item.wav: self._open_sound(item.wav) for item in scene.items if item.wav is not None}
        for item in scene.items:
            self._run_until(item.at)
            if item.say is not None:
                self._type(item.say)
            elif item.wav is not None:
                self._sound(sounds[item.wav])
            else:
                self._happen(item)
        self._run_out()

    def _happen(self, item: Item) -> None:
        if item.press is not None:
            key = self._keys[item.press]
            self._bedside.pressed(key.intent, key.slots)
        elif item.breaks is not None:
            self._broken.add(item.breaks)
        elif item.works is not None:
            self._broken.discard(item.works)

    def _type(self, text: str) -> None:
        script = ScriptedRecogniser([(self._clock.now(), text)])
        while (due := script.next_due()) is not None:
            self._run_until(due)
            self._take(script.until(due))

    def _sound(self, microphone: Microphone) -> None:
        recogniser = self._recogniser = self._recogniser or self._make_recogniser()
        began, passed = self._clock.now(), 0.0
        for frame in microphone.frames():
            passed = frame.start_s + len(frame.samples) / SAMPLE_RATE
            self._feed(recogniser, frame, began + passed)
        # The quiet after the recording: the last utterance ends in it.
        quiet = Frame(frame.samples * 0, passed) if passed else None
        while quiet is not None and self._somebody_speaks:
            passed += FRAME_S
            self._feed(recogniser, quiet, began + passed)
        self._take(recogniser.finish())

    def _feed(self, recogniser: Recogniser, frame: Frame, ends: float) -> None:
        self._run_until(ends)
        recogniser.expect(self._bedside.endpoint_s)
        self._take(recogniser.accept(frame))

    def _take(self, events: list[SpeechEvent]) -> None:
        for event in events:
            if isinstance(event, SpeechStarted | SpeechEnded):
                self._somebody_speaks = isinstance(event, SpeechStarted)
            self._bedside.hears(event)

    def _run_until(self, moment: float) -> None:
        while (due := self._bedside.next_due()) is not None and due <= moment:
            self._clock.wait_until(due)
            self._bedside.tick()
        self._clock.wait_until(moment)

    def _run_out(self) -> None:
        last = self._clock.now() + AFTER_LAST_S
        while (due := self._bedside.next_due()) is not None and due <= last:
            self._clock.wait_until(due)
            self._bedside.tick()
        self._bedside.interrupt("silence")
        self._bedside.settle()


@contextmanager
def closed_when_cut_short(bedside: Bedside, tell_nobody: Callable[[], None]) -> Iterator[None]:
    """Close the open episode when Ctrl-C ends the night, or when whoever reads its events has gone."""
    try:
        yield
    except BaseException:
        tell_nobody()
        bedside.interrupt()
        bedside.settle()
        raise
