"""The program that `doctor` starts for one sound device, or for both: a driver may hang or crash, a process be killed.

It is given one JSON object: `kind`, a key of KINDS, and the settings `microphone`, `loudspeaker` (names, empty for the
system's own choice) and `volume`. It writes one JSON object: `fault` and `remedy`, or for one device `found`, and for
both what a sound from the one was like in the other (audio.loopback.Loopback).
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from audio.errors import DeviceError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame, MicrophoneLost
from audio.loopback import measure, probe
from audio.microphone import DeviceMicrophone
from audio.player import Player
from audio.sound_system import SoundSystem

if TYPE_CHECKING:
    from collections.abc import Callable

    from audio.sound_system import Kind

KINDS = {"input": "microphone", "output": "loudspeaker", "both": "tone"}
PATIENCE_S = 6.0
SETTLED_S, ROOM_S, AFTER_S = 1.5, 0.7, 1.0
"""A microphone's first second is often a switching noise, and its times are guesses; then the room; then the echo."""


def probed(asked: dict[str, Any]) -> dict[str, Any]:
    """Try what was asked for."""
    system = SoundSystem()
    microphone, loudspeaker = asked["microphone"] or None, asked["loudspeaker"] or None
    try:
        if asked["kind"] == "output":
            return _loudspeaker(system, loudspeaker)
        with closing(DeviceMicrophone(system, microphone)) as ear:
            _listen(ear, bool)
            if asked["kind"] == "input":
                return _described(system, "input", microphone)
            return _echo(system, ear, loudspeaker, asked["volume"])
    except DeviceError as error:
        return {"fault": error.fault, "remedy": error.remedy}


def _loudspeaker(system: SoundSystem, name: str | None) -> dict[str, Any]:
    with closing(Player(system, name)) as player:
        time.sleep(0.2)
        if player.lost is not None:
            raise DeviceError(player.lost.message, player.lost.remedy)
    return _described(system, "output", name)


def _described(system: SoundSystem, kind: Kind, name: str | None) -> dict[str, Any]:
    """The device that is used, and the other real ones, so that one can see whether it is the right one."""
    used = system.find(kind, name)
    others = [each.name for each in system.devices(kind) if "(hw:" in each.name and each.name != used.name]
    there = f"; also there: {', '.join(others)}" if others else ""
    return {"found": f"{used.name}, {used.rate} Hz{there}"}


def _listen(ear: DeviceMicrophone, enough: Callable[[list[Frame]], bool]) -> list[Frame]:
    """Frames until there are enough of them."""
    frames: list[Frame] = []
    waited_from_s = time.perf_counter()
    while not enough(frames):
        event = ear.next(0.5)
        if isinstance(event, Frame):
            frames.append(event)
            waited_from_s = time.perf_counter()
        elif isinstance(event, MicrophoneLost):
            raise DeviceError(event.message, event.remedy)
        elif time.perf_counter() - waited_from_s > PATIENCE_S:
            raise DeviceError("the microphone gives no sound", "unplug it and plug it in again")
    return frames


def _seconds(seconds: float) -> Callable[[list[Frame]], bool]:
    return lambda frames: len(frames) * FRAME_SAMPLES >= seconds * SAMPLE_RATE


def _echo(system: SoundSystem, ear: DeviceMicrophone, loudspeaker: str | None, volume: float) -> dict[str, Any]:
    with closing(Player(system, loudspeaker, volume=volume)) as player:
        _listen(ear, _seconds(SETTLED_S))
        frames = _listen(ear, _seconds(ROOM_S))
        length_s = player.begin(probe(), SAMPLE_RATE)
        frames += _listen(ear, _seconds(length_s + AFTER_S))
        if player.lost is not None:
            raise DeviceError(player.lost.message, player.lost.remedy)
        heard = np.concatenate([frame.samples for frame in frames])
        end_s = frames[-1].start_s + FRAME_SAMPLES / SAMPLE_RATE
        sent = player.played(end_s - len(heard) / SAMPLE_RATE, end_s)
        names = {"microphone": ear.name, "loudspeaker": player.name}
    return asdict(measure(heard, sent)) | names


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probed(json.loads(sys.argv[1]))))
