"""The program that `doctor` starts for one sound device: a driver may hang or crash, and a process can be killed.

Called with `input` or `output`; opens the system's default device of that kind for a tenth of a second and writes one
JSON object: `found` (its name and rate), or `fault` and `remedy`. It imports nothing of ours, since it runs from its
file alone.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

NAMES = {"input": "microphone", "output": "loudspeaker"}


def probe(kind: str) -> dict[str, str]:
    """Open the default device of `kind`, a key of NAMES."""
    try:
        sounddevice = importlib.import_module("sounddevice")
    except ModuleNotFoundError:
        return _fault("the package sounddevice is missing", "run ./bedside again to install what is missing")
    except OSError:  # how sounddevice says that its library is not there
        return _fault("the library PortAudio is missing", "sudo apt install libportaudio2")
    try:
        device = sounddevice.query_devices(kind=kind)
    except (sounddevice.PortAudioError, ValueError):
        return _fault(f"there is no {NAMES[kind]}", "plug one in, or choose one in the system's sound settings")
    try:
        _open(sounddevice, kind, int(device["default_samplerate"]))
    except sounddevice.PortAudioError as error:
        reason = str(error).splitlines()[0]
        return _fault(f"{device['name']} cannot be opened ({reason})", "close the program that holds it")
    return {"found": f"{device['name']}, {device['default_samplerate']:.0f} Hz"}


def _open(sounddevice: Any, kind: str, rate: int) -> None:
    """Take, or play, a tenth of a second of sound; what is played is silence."""
    if kind == "input":
        with sounddevice.RawInputStream(samplerate=rate, channels=1, dtype="int16") as microphone:
            microphone.read(rate // 10)
    else:
        with sounddevice.RawOutputStream(samplerate=rate, channels=1, dtype="int16") as loudspeaker:
            loudspeaker.write(bytes(2 * (rate // 10)))


def _fault(fault: str, remedy: str) -> dict[str, str]:
    return {"fault": fault, "remedy": remedy}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(sys.argv[1])))
