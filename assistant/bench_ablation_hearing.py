"""One recording, cut once and encoded once, read in several ways: for benchmarks that leave a part of hearing out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audio.activity_silero import SileroActivity
from audio.ctc_head import CtcHead
from audio.moonshine_model import MoonshineModel
from audio.recogniser_moonshine import PEAK, MoonshineRecogniser
from audio.segmenter import Closed, Segmenter

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.hearing import Played
    from audio import Heard
    from audio.engine_choice import Sayings
    from audio.moonshine_model import Sound
    from audio.segmenter import Utterance

OURS = "ours"
NO_LEANING = "without leaning"
AS_RECORDED = "level as recorded"


class EncodedOnce(MoonshineModel):
    """Moonshine, with its last sounds kept: the encoder hears each once, however many searches ask."""

    _KEPT = 4

    def __init__(self, folder: Path | None = None, *, threads: int = 2) -> None:
        super().__init__(folder, threads=threads)
        self._sounds: dict[bytes, Sound] = {}

    def encode(self, samples: NDArray[np.float32]) -> Sound:
        """The encoder's answer, computed or kept."""
        key = samples.tobytes()
        if key not in self._sounds:
            while len(self._sounds) >= self._KEPT:
                self._sounds.pop(next(iter(self._sounds)))
            self._sounds[key] = super().encode(samples)
        return self._sounds[key]


class Readers:
    """Moonshine in several ways on one detector and one segmenter.

    What needs no search of its own is made of the others' readings: see `assistant.bench_ablation_ways`.
    """

    def __init__(self, sayings: Sayings, *, threads: int = 2) -> None:
        self._detector, model = SileroActivity(), EncodedOnce(threads=threads)
        second = CtcHead() if sayings.second_reader else None

        def reader(*, leans: bool = True, peak: float | None = PEAK) -> MoonshineRecogniser:
            return MoonshineRecogniser(
                model,
                self._detector,
                Segmenter(),
                grammar=sayings.grammar,
                leaning=sayings.leaning if leans else None,
                second=second,
                watched=sayings.watched,
                peak=peak,
            )

        self._readers = {
            OURS: reader(),
            NO_LEANING: reader(leans=False),
            AS_RECORDED: reader(peak=None),
        }

    def hear(self, sound: Played) -> dict[str, list[Heard]]:
        """Way -> every utterance of a recording in which words were read."""
        cut = list(self._cut(sound))
        return {
            way: [heard for heard in map(reader.read, cut) if heard.readings] for way, reader in self._readers.items()
        }

    def _cut(self, sound: Played) -> list[Utterance]:
        segmenter = Segmenter()
        events = [
            event for frame in sound.frames() for event in segmenter.accept(frame, self._detector.probability(frame))
        ]
        events += segmenter.finish()
        self._detector.reset()
        return [event.utterance for event in events if isinstance(event, Closed)]
