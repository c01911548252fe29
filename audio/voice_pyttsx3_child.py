"""The program that `voice_pyttsx3` starts for one line: pyttsx3 hangs at times, and a process can be killed.

Reads a JSON object from standard input: `text, path, voice, rate, volume, library`; writes the sound to `path`. Ends
with status 0, or with one of the statuses below. It imports nothing of ours, since it runs from its file alone.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

SONAME = "libespeak-ng.so.1"
"""The name under which pyttsx3 looks for the library."""
NO_LIBRARY = 3
"""Exit status: neither the system nor the wheel has the library."""
NO_VOICE = 4
"""Exit status: the library does not know the voice."""


def load_library(choice: str, folder: Path) -> bool:
    """Make the espeak-ng library loadable for pyttsx3: the system's, or the wheel's for want of it.

    Args:
        choice: "any" prefers the system's, "wheel" takes the wheel's only.
        folder: a scratch folder of this process.
    """
    if choice == "any":
        try:
            ctypes.CDLL(SONAME)
        except OSError:
            pass
        else:
            return True
    try:
        loader = importlib.import_module("espeakng_loader")
        # A library that is loaded already is found under its own name, wherever it lies.
        ctypes.CDLL(loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
        # The library holds its data's path in 160 bytes; a virtual environment may lie deeper than that.
        (folder / "espeak-ng-data").symlink_to(loader.get_data_path())
    except (ImportError, OSError, RuntimeError):
        return False
    os.environ["ESPEAK_DATA_PATH"] = str(folder)
    return True


def voice_file(espeak: Any, wanted: str) -> str | None:
    """Find what pyttsx3 can set: the wanted name itself, or the voice of that language; None where there is neither.

    Args:
        espeak: pyttsx3's binding of the library, initialised.
        wanted: a name ("English (Scotland)"), a file ("gmw/en") or a language ("en-gb"), each with "+variant" or not.
    """
    if espeak.SetVoiceByName(wanted.encode()) == espeak.EE_OK:
        return wanted
    language, plus, variant = wanted.lower().partition("+")
    for voice in espeak.ListVoices(None):
        file: str = voice.identifier.decode()
        # The first byte is a priority. Files in mb/ need a program that is seldom there.
        if voice.languages[1:].decode(errors="replace").lower() == language and not file.startswith("mb/"):
            return f"{file}{plus}{variant}"
    return None


def settle(espeak: Any, voice: str, rate_wpm: int, volume: float) -> None:
    """Set the voice, its pace and its volume (0..1), and wait until they hold.

    Asked of the library itself: pyttsx3 passes on what was set only when its loop begins, and the same loop's end, for
    which it asks at once, cancels whatever the library has not taken by then. One line in fourteen came out in the
    voice and at the pace that the library starts with.
    """
    espeak.SetVoiceByName(voice.encode())
    espeak.SetParameter(espeak.RATE, rate_wpm, 0)
    espeak.SetParameter(espeak.VOLUME, round(volume * 100), 0)
    espeak.Synchronize()


def main() -> int:
    """Render the line that standard input asks for; return the exit status."""
    request: dict[str, Any] = json.load(sys.stdin)
    path = Path(request["path"])
    if not load_library(request["library"], path.parent):
        return NO_LIBRARY
    engine = importlib.import_module("pyttsx3").init("espeak")
    espeak = importlib.import_module("pyttsx3.drivers._espeak")
    voice = voice_file(espeak, request["voice"])
    if voice is None:
        return NO_VOICE
    settle(espeak, voice, request["rate"], request["volume"])
    engine.save_to_file(request["text"], str(path))
    engine.runAndWait()
    # It does not wait: the library speaks in a thread of its own, and only a short line is done by now.
    espeak.Synchronize()
    return 0


if __name__ == "__main__":
    sys.exit(main())
