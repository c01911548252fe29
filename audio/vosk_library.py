"""The library Vosk, loaded when it is first needed; the only place that imports it."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from audio.errors import RecogniserError

INSTALL = "install it: pip install vosk==0.3.45"


def vosk() -> Any:
    """Return the module `vosk`, told to log warnings only.

    Raises:
        RecogniserError: it is not installed, or its library does not load here.
    """
    if find_spec("vosk") is None:
        raise RecogniserError(f"Vosk is not installed; {INSTALL}")
    # vosk imports `srt` to write subtitles; nobody here does, and that package has no wheel to install from.
    lacks = "srt" not in sys.modules and find_spec("srt") is None
    if lacks:
        sys.modules["srt"] = ModuleType("srt")
    try:
        module = import_module("vosk")
    except (ImportError, OSError) as error:
        raise RecogniserError(f"Vosk does not load ({error}); {INSTALL}") from error
    finally:
        if lacks:
            del sys.modules["srt"]
    module.SetLogLevel(-1)
    return module
