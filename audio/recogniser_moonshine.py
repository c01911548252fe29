"""Recogniser: a speech detector, the segmenter and Moonshine tiny, joined to the port's events.

Reading begins at the first short quiet, so that it is done when the endpoint's pause is over; if nothing was said in
between, the final reading is that first one.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from audio.ctc import Ctc
from audio.decoding import search
from audio.events import SAMPLE_RATE, Final, Heard, Partial, Reading, SpeechEnded, SpeechStarted
from audio.segmenter import Closed, Hushed, Opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from audio.ctc_head import CtcHead
    from audio.decoding import Found
    from audio.events import Frame, SpeechEvent
    from audio.moonshine_model import MoonshineModel, Sound
    from audio.ports import SpeechDetector
    from audio.segmenter import Segmenter, SegmentEvent, Utterance
    from audio.token_model import Grammar, Leaning

SHARE = 0.3
"""Of the second reader in what a text is ranked by; measured beside 0, 0.2 and 0.5."""
MADE_UP = 40.0
"""Nats by which the second reader may find a reading worse than the best: beyond, it was made up. Beside 10 to 60."""
READINGS = 10
"""Readings handed on at most."""
PEAK = 0.5
"""What the loudest sample becomes before the encoder hears it."""
EARLY_LONGEST_S = 10.0
"""Longer than this is read only when it is over: television talks on, and each short quiet would read it all again."""
WATCHED_LONGEST_S = 2.5
"""In longer utterances nobody looks for the watched sentences: they are words of one breath."""
_NEAR = 8.0
"""Nats below the best free reading: a grammar's reading as likely as that was not lost on the way."""
_WIDER = 4
"""Times the beams of the second look along a grammar: an order that is spoken badly falls out of the narrow search."""
_WATCHED_NEAR = 12.0
"""Nats below the best free reading: a watched sentence less likely than that is not looked for to its end."""
_SILENT = 1e-4
"""A sound whose loudest sample is below this holds nothing to amplify."""


class MoonshineRecogniser:
    """Implements `audio.ports.Recogniser`; reads inside `accept`, which then takes some tenths of a second.

    Args:
        model: the loaded model; may be shared with other recognisers of the same thread.
        detector: tells speech from noise, for this stream alone.
        segmenter: cuts the stream into utterances, for this stream alone.
        grammar: what may be said here; its likeliest sentence is told as `Heard.allowed`.
        leaning: how people talk here; the free reading leans towards it.
        second: another reader on the same encoder; what is read with its share stands beside what is read without.
        watched: the few sentences that are looked for in every short utterance, however unlikely: `Heard.watched`.
        beams: readings pursued side by side.
        peak: what the loudest sample becomes before the encoder hears it; None: as recorded.
        early: read at the first short quiet, too; the final reading is the same without, only later.
    """

    name = "moonshine"

    def __init__(
        self,
        model: MoonshineModel,
        detector: SpeechDetector,
        segmenter: Segmenter,
        *,
        grammar: Grammar | None = None,
        leaning: Leaning | None = None,
        second: CtcHead | None = None,
        watched: Grammar | None = None,
        beams: int = 8,
        peak: float | None = PEAK,
        early: bool = True,
    ) -> None:
        self.grammar = grammar
        self._model = model
        self._detector = detector
        self._segmenter = segmenter
        self._leaning = leaning
        self._second = second
        self._watching = watched
        self._beams = beams
        self._peak = peak
        self._reads_early = early
        self._early: Heard | None = None
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="second search")

    def accept(self, frame: Frame) -> list[SpeechEvent]:
        """Take the next frame; return what became known by it.

        Raises:
            RecogniserError: the sound is no sound, or the model refused it.
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
        """Read what is due after the segmenter has taken a frame and told `events`."""
        return [told for event in events for told in self._translated(event)]

    def _translated(self, event: SegmentEvent) -> list[SpeechEvent]:
        match event:
            case Opened(at_s):
                self._early = None
                return [SpeechStarted(at_s)]
            case Hushed(utterance):
                short = self._reads_early and len(utterance.samples) <= EARLY_LONGEST_S * SAMPLE_RATE
                self._early = self.read(utterance) if short else None
                return [Partial(self._early)] if self._early and self._early.readings else []
            case Closed(utterance, at_s):
                heard = self._early if self._is_read(utterance) else None
                heard = heard or self.read(utterance)
                self._early = None
                return [*([Final(heard, at_s)] if heard.readings else []), SpeechEnded(at_s)]

    def _is_read(self, utterance: Utterance) -> bool:
        """Tell whether nothing was said since the early reading: then the utterance is the very same sound."""
        return self._early is not None and self._early.end_s == utterance.end_s

    def read(self, utterance: Utterance) -> Heard:
        """Read one utterance: freely, and along the grammar if there is one, from one encoder pass."""
        begun = perf_counter()
        readings: tuple[Reading, ...] = ()
        judged: tuple[Reading, ...] = ()
        allowed = free_log_p = watched = odds = None
        samples = levelled(utterance.samples, self._peak)
        if samples is not None:
            sound = self._model.encode(samples)
            opinion = Ctc(self._second.log_probs(sound.states)) if self._second else None
            free, found = self._searched(sound, opinion)
            free_log_p = max((f.log_p for f in free), default=None)
            # Where nothing at all is the likeliest text, there were no words; elsewhere it is no reading of them.
            if free and free[0].text:
                readings = _readings(free)
            if opinion and readings:
                readings, judged = borne_out(readings, _readings(found), opinion.whole)
            allowed = self._allowed(sound, free_log_p)
            if readings and len(samples) <= WATCHED_LONGEST_S * SAMPLE_RATE:
                watched, odds = self._watched(sound, opinion, free_log_p, (*readings, *judged))
        spent_ms = 1000 * (perf_counter() - begun)
        said_s = utterance.start_s, utterance.end_s
        heard = Heard(readings, *said_s, self.name, spent_ms, allowed, free_log_p)
        return replace(heard, judged=judged, watched=watched, watched_odds=odds)

    def _searched(self, sound: Sound, opinion: Ctc | None) -> tuple[list[Found], list[Found]]:
        """Search without the second reader and, where there is one, with it: side by side, for nobody should wait."""
        plain = partial(search, sound, beams=self._beams, leaning=self._leaning)
        if opinion is None:
            return plain(), []
        sound.begin()  # the step that both begin with is made once
        free = self._beside.submit(plain)
        judged = plain(second=opinion, share=SHARE)
        return free.result(), judged

    def _allowed(self, sound: Sound, free_log_p: float | None) -> Reading | None:
        """Return the grammar's likeliest sentence; where it is far from what was heard freely, look more widely."""
        found = None
        for beams in (self._beams, _WIDER * self._beams):
            found = self._likeliest(sound, self.grammar, self._leaning, beams) or found
            if found and free_log_p is not None and found.log_p > free_log_p - _NEAR:
                break
        return found

    def _watched(
        self, sound: Sound, opinion: Ctc | None, free_log_p: float | None, others: Sequence[Reading]
    ) -> tuple[Reading | None, float | None]:
        """Return the likeliest watched sentence and its odds."""
        if free_log_p is None:
            return None, None
        best = self._likeliest(sound, self._watching, least=free_log_p - _WATCHED_NEAR)
        if best is None:
            return None, None
        odds = [best.log_p - free_log_p]
        if opinion:
            own = opinion.whole(best.text)
            odds.append(own - max(own, *(opinion.whole(other.text) for other in others)))
        return best, sum(odds) / len(odds)

    def _likeliest(
        self,
        sound: Sound,
        grammar: Grammar | None,
        leaning: Leaning | None = None,
        beams: int | None = None,
        least: float = -inf,
    ) -> Reading | None:
        """Return the likeliest sentence of a grammar; None without one, or where no sentence is among the best."""
        if grammar is None:
            return None
        found = _readings(search(sound, beams=beams or self._beams, grammar=grammar, leaning=leaning, least=least))
        return found[0] if found else None


def borne_out(
    readings: tuple[Reading, ...], judged: tuple[Reading, ...], opinion: Callable[[str], float]
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """Return both lists without what was made up: in noise the decoder tells stories that the sound does not hold.

    Args:
        readings: of the decoder alone.
        judged: of the decoder with the second reader.
        opinion: natural log of the probability of a text, by the second reader.
    """
    worth = {each.text: opinion(each.text) for each in (*readings, *judged)}
    least = max(worth.values()) - MADE_UP
    first, second = (tuple(r for r in each if worth[r.text] > least) for each in (readings, judged))
    if first:
        return first, second
    return (second, ()) if second else (readings, judged)


def _readings(found: Sequence[Found]) -> tuple[Reading, ...]:
    return tuple(Reading(f.text, f.log_p, f.lean) for f in found if f.text)[:READINGS]


def levelled(samples: NDArray[np.float32], peak: float | None = PEAK) -> NDArray[np.float32] | None:
    """Return the sound, shape (n,), with its loudest sample at `peak`, or as it is; None if it is silent."""
    loudest = float(np.abs(samples).max(initial=0.0))
    if loudest <= _SILENT:
        return None
    return samples if peak is None else samples * np.float32(peak / loudest)
