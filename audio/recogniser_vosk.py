"""Recogniser: a speech detector, the segmenter and Vosk, which reads while the person still speaks.

Start, pre-roll and end of an utterance are the segmenter's, as with every engine. Vosk's own endpoint, which lies in
the model's `conf/model.conf`, only tells and never cuts: its answer is asked for when the segmenter closes, so a pause
for breath inside "my calf ... is cramping" splits nothing. All else in that file is in force.
"""

from __future__ import annotations

import json
from math import exp, log
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.errors import RecogniserError
from audio.events import SAMPLE_RATE, Final, Heard, Partial, Reading, SpeechEnded, SpeechStarted
from audio.segmenter import Closed, Hushed, Opened
from audio.wav_writer import to_pcm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from audio.events import Frame, SpeechEvent
    from audio.ports import SpeechDetector
    from audio.segmenter import Segmenter, SegmentEvent, Utterance
    from audio.vosk_grammar import VoskGrammar
    from audio.vosk_model import VoskModel

READINGS = 10
"""Readings handed on at most."""


class VoskRecogniser:
    """Implements `audio.ports.Recogniser`.

    Args:
        model: the loaded model.
        detector: tells speech from noise, for this stream alone.
        segmenter: cuts the stream into utterances, for this stream alone.
        grammar: what may be said; see `audio.vosk_grammar`.
    """

    name = "vosk"

    def __init__(self, model: VoskModel, detector: SpeechDetector, segmenter: Segmenter, grammar: VoskGrammar) -> None:
        self.grammar = grammar
        self._detector = detector
        self._segmenter = segmenter
        self._kaldi: Any = model.recogniser(SAMPLE_RATE, grammar.sentences, alternatives=READINGS)
        self._start_s = 0.0
        self._fed = 0
        self._partial = ""
        self._spent_s = 0.0

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Words of the pack that the model does not know, sorted."""
        return self.grammar.missing_words

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Take the next frame; return what became known by it.

        Raises:
            RecogniserError: Vosk refused the sound.
        """
        return self.told(self._segmenter.accept(frame, self._detector.probability(frame)))

    def finish(self) -> list[SpeechEvent]:
        """The stream is over: close what is open."""
        events = self.told(self._segmenter.finish())
        self._detector.reset()
        return events

    def expect(self, endpoint_s: float) -> None:
        """How many seconds of quiet end the utterance from now on."""
        self._segmenter.endpoint_s = endpoint_s

    def told(self, events: Sequence[SegmentEvent]) -> list[SpeechEvent]:
        """Read on, after the segmenter has taken a frame and told `events`."""
        found: list[SpeechEvent] = []
        for event in events:
            match event:
                case Opened(at_s):
                    self._begin(at_s)
                    found.append(SpeechStarted(at_s))
                case Hushed():
                    pass  # Vosk has read it by now
                case Closed(utterance, at_s):
                    heard = self._closed(utterance)
                    found += [*([Final(heard, at_s)] if heard.readings else []), SpeechEnded(at_s)]
        return found + self._listen()

    def _begin(self, start_s: float) -> None:
        self._start_s, self._fed, self._partial, self._spent_s = start_s, 0, "", 0.0

    def _closed(self, utterance: Utterance) -> Heard:
        """Read the whole utterance."""
        if self._is_split(utterance):
            # Speech that goes on is cut at an earlier moment: what Vosk has heard since then belongs to the next piece.
            self._asked("FinalResult")
            self._fed = 0
        self._feed(utterance.samples[self._fed :])
        return self._heard(readings_of(self._asked("FinalResult"), self.grammar), utterance.end_s)

    def _is_split(self, utterance: Utterance) -> bool:
        """Tell whether more was fed than the utterance and the quiet after it: another one is open by now."""
        return self._fed > len(utterance.samples) and bool(self._segmenter.frames_from(0))

    def _listen(self) -> list[SpeechEvent]:
        """Feed what the open utterance has grown by; tell its words where they changed."""
        frames = self._segmenter.frames_from(self._fed)
        if not frames:
            return []
        self._feed(np.concatenate([frame.samples for frame in frames]))
        text = _words(self._asked("PartialResult")["partial"])
        if text == self._partial:
            return []
        self._partial = text
        if not self.grammar.is_ours(text):
            return []
        end_s = frames[-1].start_s + len(frames[-1].samples) / SAMPLE_RATE
        return [Partial(self._heard((Reading(text, 0.0),), end_s))]

    def _feed(self, samples: NDArray[np.float32]) -> None:
        if len(samples) == 0:
            return
        begun = perf_counter()
        try:
            self._kaldi.AcceptWaveform(to_pcm(samples))  # it answers whether it would end here: not asked
        except Exception as error:  # the library has no other class for it
            raise RecogniserError("Vosk refused the sound; check its model: ./bedside doctor") from error
        self._fed += len(samples)
        self._spent_s += perf_counter() - begun

    def _asked(self, name: str) -> dict[str, Any]:
        begun = perf_counter()
        told: dict[str, Any] = json.loads(getattr(self._kaldi, name)())
        self._spent_s += perf_counter() - begun
        return told

    def _heard(self, readings: tuple[Reading, ...], end_s: float) -> Heard:
        return Heard(readings, self._start_s, end_s, self.name, 1000 * self._spent_s)


def readings_of(answer: dict[str, Any], grammar: VoskGrammar) -> tuple[Reading, ...]:
    """Turn Vosk's alternatives into readings, best first: none where the likeliest is nothing, or decoys alone.

    Vosk's "confidence" is the log-likelihood of a path, in nats, of no fixed zero; it becomes the log of the
    alternative's share of all those told.
    """
    best: dict[str, float] = {}
    for told in answer.get("alternatives", ()):
        text = _words(told["text"])
        best[text] = max(best.get(text, told["confidence"]), told["confidence"])
    if not best:
        return ()
    top = max(best.values())
    whole = top + log(sum(exp(each - top) for each in best.values()))
    ranked = sorted(best.items(), key=lambda pair: -pair[1])
    if not grammar.is_ours(ranked[0][0]):
        return ()
    return tuple(Reading(text, each - whole) for text, each in ranked if text)


def _words(text: str) -> str:
    return " ".join(text.split())
