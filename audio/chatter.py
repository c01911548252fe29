"""The error output turned away for a moment: sound libraries write pages to it about devices that nobody asked for."""

from __future__ import annotations

import ctypes
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ONE_AT_A_TIME = threading.RLock()
"""The descriptor belongs to the whole process: two threads that each put back what they found would lose it."""


@contextmanager
def without_chatter() -> Iterator[None]:
    """Turn the file descriptor itself away, since ALSA and JACK write past Python."""
    with _ONE_AT_A_TIME:
        kept = _turned_away()
        try:
            yield
        finally:
            if kept is not None:
                os.dup2(kept, 2)
                os.close(kept)


def _turned_away() -> int | None:
    """Let the error output lead nowhere; return where it led, None if there is none or no descriptor is left."""
    try:
        kept = os.dup(2)
    except OSError:  # a service may have closed it
        return None
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        os.close(kept)
        return None
    os.dup2(nothing, 2)
    os.close(nothing)
    return kept


def hush_alsa() -> None:
    """Let ALSA keep its complaints to itself from now on: it tells of each underrun from a thread of its own.

    Its handler becomes a C function that does nothing: one of Python's would make the sound wait for the interpreter.
    """
    try:
        alsa, nothing = ctypes.CDLL("libasound.so.2"), ctypes.CDLL(None).getpid
    except (OSError, AttributeError):  # another sound system; then it says nothing either
        return
    alsa.snd_lib_error_set_handler(ctypes.cast(nothing, ctypes.c_void_p))
