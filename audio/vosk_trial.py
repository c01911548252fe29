"""A program that loads a Vosk model and lets it hear noise: what would crash, crashes here. Usage: FOLDER."""

from __future__ import annotations

import json
import sys

import numpy as np

from audio.events import SAMPLE_RATE
from audio.vosk_library import vosk

_NOISE_S = 1.0


def main(folder: str) -> int:
    """Load, make a recogniser with a grammar, hear noise; ends with a traceback or a signal where that fails."""
    library = vosk()
    model = library.Model(folder)
    # A grammar without any sentence crashes every model; of one with an unknown word nothing is left, and all is well.
    recogniser = library.KaldiRecognizer(model, float(SAMPLE_RATE), '["a"]')
    noise = np.random.default_rng(1).integers(-2000, 2000, round(_NOISE_S * SAMPLE_RATE))
    recogniser.AcceptWaveform(noise.astype("<i2").tobytes())
    json.loads(recogniser.FinalResult())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
