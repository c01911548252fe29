"""The thread that hears: frames from the microphone into the recogniser, and what it tells out to the inbox."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from assistant.inbox import Faulted, Spoke, Works
from audio import Frame, MicrophoneFound, MicrophoneLost, RecogniserError, SpeechEnded, SpeechStarted

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.inbox import Inbox
    from audio import LiveMicrophone, Recogniser, SpeechEvent

WAIT_S = 0.5
"""How long one look at the microphone takes at most, so that the end is seen soon."""
REST_FRAMES = 300
"""Frames, ten seconds of them, before a recogniser that cannot be made is tried again."""
REMEDY = "Run ./bedside doctor if it comes again."


class Ears:
    """Hears, for as long as nobody ends it; whatever goes wrong becomes a report, and hearing goes on.

    Args:
        microphone: where frames come from.
        recogniser: the engine for them, which takes our own voice out of them; touched by the hearing thread only.
        anew: makes another one after the engine broke.
        inbox: where speech, faults and recoveries go.
        endpoint_s: seconds of quiet that end an utterance, until `expect` says otherwise.
    """

    def __init__(
        self,
        microphone: LiveMicrophone,
        recogniser: Recogniser,
        anew: Callable[[], Recogniser],
        inbox: Inbox,
        *,
        endpoint_s: float,
    ) -> None:
        self.turns = 0
        """The heartbeat: grows with every look at the microphone."""
        self._microphone = microphone
        self._recogniser: Recogniser | None = recogniser
        self._anew = anew
        self._inbox = inbox
        self._endpoint_s = endpoint_s
        self._ended = threading.Event()
        self._listens, self._asleep = True, False
        self._somebody_speaks = False
        self._begun = False
        self._faulty = False
        self._rest = 0

    def expect(self, endpoint_s: float) -> None:
        """Set the seconds of quiet that end an utterance, from any thread; they count from the next frame on.

        One number, written by the loop and read by the ears: the recogniser itself stays with its own thread.
        """
        self._endpoint_s = endpoint_s

    def attend(self, *, listens: bool) -> None:
        """Recognise, or let every sound pass unheard, from any thread; holds from the next frame on."""
        self._listens = listens

    def end(self) -> None:
        """Let `listen` return soon, from any thread."""
        self._ended.set()

    def listen(self) -> None:
        """The body of the thread. Called again after a death, it begins with a recogniser of its own."""
        if self._begun:
            self._recogniser, self._rest = None, 0
            self._nobody_speaks()
        self._begun = True
        while not self._ended.is_set():
            self.turns += 1
            match self._microphone.next(WAIT_S):
                case Frame() as frame:
                    self._hear(frame)
                case MicrophoneLost() as lost:
                    self._lost(lost)
                case MicrophoneFound() as found:
                    self._inbox.put(Works("microphone", f"{found.name} is heard again."))
                case None:
                    pass

    def _hear(self, frame: Frame) -> None:
        if not self._listens:
            self._fall_asleep()
            return
        self._asleep = False
        recogniser = self._recogniser or self._make()
        if recogniser is None:
            return
        try:
            recogniser.expect(self._endpoint_s)
            events = recogniser.accept(frame)
        except RecogniserError as error:
            self._broke(error)
            return
        if self._faulty:
            self._faulty = False
            self._inbox.put(Works("recogniser", "It hears again."))
        self._post(events)

    def _fall_asleep(self) -> None:
        """What was being said is forgotten, unread."""
        if self._asleep:
            return
        self._asleep = True
        if self._recogniser is not None:
            try:
                self._recogniser.finish()
            except RecogniserError as error:
                self._broke(error)
        self._nobody_speaks()

    def _make(self) -> Recogniser | None:
        if self._rest > 0:
            self._rest -= 1
            return None
        try:
            self._recogniser = self._anew()
        except RecogniserError as error:
            self._rest = REST_FRAMES
            self._report(error)
        return self._recogniser

    def _broke(self, error: RecogniserError) -> None:
        """What was being said is lost, the night is not: another engine takes the place of the broken one."""
        self._recogniser = None
        self._report(error)
        self._nobody_speaks()

    def _lost(self, lost: MicrophoneLost) -> None:
        """Read what was said until then; nobody may be taken to speak on into a microphone that is not there."""
        if self._recogniser is not None:
            try:
                self._post(self._recogniser.finish())
            except RecogniserError as error:
                self._broke(error)
        self._nobody_speaks()
        self._inbox.put(Faulted("microphone", lost.message, lost.remedy))

    def _report(self, error: RecogniserError) -> None:
        self._faulty = True
        message, _, remedy = str(error).partition("; ")
        self._inbox.put(Faulted("recogniser", message, remedy or REMEDY))

    def _post(self, events: list[SpeechEvent]) -> None:
        for event in events:
            if isinstance(event, SpeechStarted):
                self._somebody_speaks = True
            elif isinstance(event, SpeechEnded):
                self._somebody_speaks = False
            self._inbox.put(Spoke(event))

    def _nobody_speaks(self) -> None:
        if self._somebody_speaks:
            self._post([SpeechEnded(0.0)])
