"""Sound out, through the default loudspeaker where there is one; PortAudio is loaded only when first asked."""

from __future__ import annotations

import importlib
import importlib.util
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from audio.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray


def why_silent() -> str | None:
    """Why nothing can be heard and what to do about it, one line; None where there is a loudspeaker."""
    if importlib.util.find_spec("sounddevice") is None:
        return "the package sounddevice is missing: run ./bedside again to install what is missing"
    try:
        with _without_chatter():
            sounddevice = importlib.import_module("sounddevice")
    except OSError:  # how sounddevice says that its library is not there
        return "the library PortAudio is missing: install it with sudo apt install libportaudio2"
    try:
        with _without_chatter():
            sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError):
        return "there is no loudspeaker: plug one in, then run ./bedside doctor"
    return None


def has_loudspeaker() -> bool:
    """Whether sound can be heard here."""
    return why_silent() is None


def play(samples: NDArray[np.float32], rate: int) -> None:
    """Play mono samples in -1..1, shape (n,), at `rate` hertz, and return when they were heard.

    Raises:
        AudioError: there is no loudspeaker, or it is busy, gone, or refuses the sound.
    """
    reason = why_silent()
    if reason is not None:
        raise AudioError(reason)
    sounddevice = importlib.import_module("sounddevice")
    try:
        with _without_chatter():
            samples, rate = _as_device_likes(sounddevice, samples, rate)
            sounddevice.play(samples, rate)
        sounddevice.wait()
    except sounddevice.PortAudioError as error:
        reason = str(error).splitlines()[0]
        raise AudioError(f"the loudspeaker does not play ({reason}): see that no other program holds it") from error


def _as_device_likes(sounddevice: Any, samples: NDArray[np.float32], rate: int) -> tuple[NDArray[np.float32], int]:
    """The same sound at the device's own rate where it does not take ours."""
    try:
        sounddevice.check_output_settings(samplerate=rate, channels=1)
    except sounddevice.PortAudioError:
        own = int(sounddevice.query_devices(kind="output")["default_samplerate"])
        return importlib.import_module("soxr").resample(samples, rate, own), own
    return samples, rate


@contextmanager
def _without_chatter() -> Iterator[None]:
    """ALSA and JACK write pages to the error output, past Python, about devices that nobody asked for."""
    try:
        kept = os.dup(2)
    except OSError:  # a service may have closed it
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nothing)
        os.close(kept)
