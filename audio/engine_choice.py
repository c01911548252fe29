"""Makes the recogniser that was asked for out of the engines that are here; loads none that is not needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audio.errors import RecogniserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from audio.moonshine_model import MoonshineModel
    from audio.ports import Recogniser, SpeechDetector
    from audio.recogniser_moonshine import MoonshineRecogniser
    from audio.recogniser_vosk import VoskRecogniser
    from audio.segmenter import Segmenter
    from audio.token_model import Grammar, Leaning

AUTO, MOONSHINE, VOSK = "auto", "moonshine", "vosk"
ENGINES = (AUTO, MOONSHINE, VOSK)
NO_MODEL = "There is no Vosk model here; fetch it: ./bedside models get, or name its folder with --model DIR"


@dataclass(frozen=True, slots=True)
class Sayings:
    """What people say, for engines that hear along it."""

    sentences: Mapping[str, str]
    """Sentence -> intent."""
    parts: Sequence[str]
    """Lay words and phrases that sentences are made of."""
    decoys: Sequence[str]
    """Frequent words that nobody says to us alone."""
    grammar: Grammar | None
    """The same sentences, followed letter by letter; None where no search along them is wanted."""
    leaning: Leaning | None = None
    """How people talk here, for engines that search freely and lean towards it."""
    second_reader: bool = False
    """Whether the second reader was trained on such talk; elsewhere it hears it where nobody said it."""
    watched: Grammar | None = None
    """The few sentences that are looked for in every short utterance."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which engines are to listen."""

    engine: str = AUTO
    """One of ENGINES."""
    vosk_model: Path | None = None
    """Vosk's model, or None where there is none."""
    is_asked: bool = False
    """Somebody named that model: if it is refused, so is everything."""
    marks: Path | None = None
    """Folder that remembers which models are proven."""
    threads: int = 2
    early: bool = True
    """Whether Moonshine reads before an utterance is over; nobody needs it of a recording that is heard in one go."""


def make_recogniser(
    wish: Wish, sayings: Sayings, detector: SpeechDetector | None = None
) -> tuple[Recogniser, str | None]:
    """Load what was asked for, for one stream.

    Args:
        wish: which engines.
        sayings: what they hear along.
        detector: tells speech from noise, for this stream alone and for all its engines; None: a new one.

    Returns:
        The recogniser, and why one engine is missing from it though its model lies here; None where none is.

    Raises:
        RecogniserError: an engine that was asked for cannot hear, or with `auto` none can.
    """
    from audio.activity_silero import SileroActivity  # noqa: PLC0415 - a model
    from audio.segmenter import Segmenter  # noqa: PLC0415 - numpy

    detector, segmenter = detector or SileroActivity(), Segmenter()
    if wish.engine == MOONSHINE:
        return _moonshine(wish, detector, segmenter, sayings), None
    vosk, refusal = _vosk(wish, detector, segmenter, sayings)
    if vosk is None:
        if wish.engine == VOSK or wish.is_asked:
            raise RecogniserError(refusal or NO_MODEL)
        return _moonshine(wish, detector, segmenter, sayings), refusal
    if wish.engine == VOSK:
        return vosk, None
    try:
        # Vosk is the second opinion here; nobody would ask for a third.
        first = _moonshine(wish, detector, segmenter, replace(sayings, second_reader=False))
    except (RecogniserError, ImportError) as error:
        return vosk, str(error)
    from audio.recogniser_both import BothRecogniser  # noqa: PLC0415 - only with two

    return BothRecogniser(first, vosk, detector, segmenter), None


def _load_moonshine(wish: Wish) -> MoonshineModel:
    from audio.moonshine_model import MoonshineModel  # noqa: PLC0415 - a model

    return MoonshineModel(threads=wish.threads)


def _moonshine(wish: Wish, detector: SpeechDetector, segmenter: Segmenter, sayings: Sayings) -> MoonshineRecogniser:
    from audio.ctc_head import CtcHead  # noqa: PLC0415
    from audio.recogniser_moonshine import MoonshineRecogniser  # noqa: PLC0415

    return MoonshineRecogniser(
        _load_moonshine(wish),
        detector,
        segmenter,
        grammar=sayings.grammar,
        leaning=sayings.leaning,
        second=CtcHead() if sayings.second_reader else None,
        watched=sayings.watched,
        early=wish.early,
    )


def _vosk(
    wish: Wish, detector: SpeechDetector, segmenter: Segmenter, sayings: Sayings
) -> tuple[VoskRecogniser | None, str | None]:
    """The recogniser, or why its model is refused; neither where there is no model."""
    if wish.vosk_model is None:
        return None, None
    from audio.recogniser_vosk import VoskRecogniser  # noqa: PLC0415 - a library
    from audio.vosk_grammar import vosk_grammar  # noqa: PLC0415
    from audio.vosk_model import VoskModel  # noqa: PLC0415

    try:
        model = VoskModel(wish.vosk_model, marks=wish.marks)
        grammar = vosk_grammar(sayings.sentences, sayings.parts, sayings.decoys, model.knows)
        return VoskRecogniser(model, detector, segmenter, grammar), None
    except RecogniserError as error:
        return None, str(error)
