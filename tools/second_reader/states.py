"""Put each spoken sentence into a room and into noise, and keep what Moonshine's encoder makes of it.

usage: states.py WORK --pass 1 [--part 0 --parts 2]    (each pass spoils the sounds in another way)
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from scipy.signal import fftconvolve

from assistant.bench_noise import added
from audio.events import SAMPLE_RATE
from audio.moonshine_model import MoonshineModel
from audio.recogniser_moonshine import levelled

LONGEST_S = 8


class Bedroom:
    """Spoils sounds, each differently.

    Args:
        others: sounds of other people's talk.
        seed: of all that is drawn.
    """

    def __init__(self, others: list[Any], seed: int) -> None:
        self._others = others
        self._random = np.random.default_rng(seed)

    def spoilt(self, sound: Any) -> Any:
        """Return the sound with quiet around it as the segmenter leaves it, and with noise."""
        draw = self._random
        before, after = (int(draw.uniform(0.1, most) * SAMPLE_RATE) for most in (0.5, 0.7))
        sound = np.concatenate([np.zeros(before), sound, np.zeros(after)])
        share, size = draw.random(), len(sound)
        if share < 0.40:
            return sound + draw.normal(0, 10 ** draw.uniform(-4.5, -3), size)
        if share < 0.68:
            return added(self._in_a_room(sound), self._fan(size), draw.uniform(6, 22))
        if share < 0.93:
            return added(
                self._in_a_room(sound) if draw.random() < 0.3 else sound, self._talk(size), draw.uniform(4, 16)
            )
        return added(added(sound, self._fan(size), draw.uniform(8, 20)), self._talk(size), draw.uniform(8, 20))

    def _talk(self, size: int) -> Any:
        """One to four voices of others."""
        together = np.zeros(size)
        for _ in range(self._random.integers(1, 5)):
            voice = np.concatenate([self._others[self._random.integers(len(self._others))] for _ in range(3)])
            together += np.roll(np.resize(voice, size), self._random.integers(size)) * self._random.uniform(0.5, 1)
        return together

    def _fan(self, size: int) -> Any:
        """Noise that falls with the frequency; three in ten throb."""
        spectrum = np.fft.rfft(self._random.normal(size=size))
        spectrum /= np.maximum(
            np.fft.rfftfreq(size, 1 / SAMPLE_RATE), self._random.uniform(20, 120)
        ) ** self._random.uniform(0.4, 1.2)
        noise = np.fft.irfft(spectrum, size)
        if self._random.random() < 0.3:
            noise *= 1 + 0.3 * np.sin(2 * np.pi * self._random.uniform(3, 25) * np.arange(size) / SAMPLE_RATE)
        return noise

    def _in_a_room(self, sound: Any) -> Any:
        """Echoes that die away within 0.15 to 0.6 s."""
        size = int(self._random.uniform(0.15, 0.6) * SAMPLE_RATE)
        echoes = (
            self._random.normal(size=size) * np.exp(-6.9 * np.arange(size) / size) * self._random.uniform(0.05, 0.3)
        )
        echoes[0] = 1.0
        return fftconvolve(sound, echoes)[: len(sound)]


def main() -> None:
    """Write WORK/states-PASS-PART.npy, all frames one after another, and .json: the sentences and their frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--pass", type=int, default=1, dest="turn")
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    args = parser.parse_args()
    rows = [
        json.loads(line) for file in sorted(args.work.glob("speech-*.jsonl")) for line in file.read_text().splitlines()
    ]
    heard = {row["file"]: sf.read(args.work / "speech" / row["file"])[0] for row in rows}
    others = [heard[row["file"]] for row in rows if row["kind"] == "other"][:500]
    bedroom, model = Bedroom(others, 1000 * args.turn + args.part), MoonshineModel(threads=1)
    states, kept = [], []
    for row in rows[args.part :: args.parts]:
        if len(heard[row["file"]]) > LONGEST_S * SAMPLE_RATE:
            continue
        sound = levelled(bedroom.spoilt(heard[row["file"]]).astype("float32"))
        if sound is None:
            continue
        states.append(model.encode(sound).states.astype("float16"))
        kept.append({**row, "frames": len(states[-1])})
    target = args.work / f"states-{args.turn}-{args.part}"
    np.save(target.with_suffix(".npy"), np.concatenate(states))
    target.with_suffix(".json").write_text(json.dumps(kept))


if __name__ == "__main__":
    main()
