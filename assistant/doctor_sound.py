"""The checks of `doctor` on microphone and loudspeaker: each opens, and the one hears the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.settings import SoundSettings

PROGRAM = (sys.executable, "-P", "-m", "assistant.doctor_devices")
PATIENCE_S = 20.0
NAMES = {"input": "microphone", "output": "loudspeaker", "both": "tone"}

NOISY_DB, FAINT_DB = -40.0, -55.0
"""A room at night lies below -50, the tone from one bedside table well above it. dB below full scale."""
LEAST_DISTANCE_DB = 6.0
"""Between the tone and the noise."""

Asked = dict[str, Any]


def check_sound(sound: SoundSettings, *, quiet: bool) -> Iterator[Finding]:
    """Both devices, and unless `quiet` a soft tone from the one to the other where both open."""
    devices = [check_device(kind, sound) for kind in ("input", "output")]
    yield from devices
    if not quiet and all(device.ok for device in devices):
        yield from check_tone(sound)


def check_device(
    kind: str, sound: SoundSettings, program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S
) -> Finding:
    """Whether the device opens, tried by a program that is stopped when it hangs.

    Args:
        kind: `input` or `output`.
        sound: which devices.
        program: is given what is asked as JSON, and answers so (assistant.doctor_devices).
        patience_s: seconds that it may take.
    """
    told = _told(kind, sound, program, patience_s)
    if "fault" in told:
        return Finding(NAMES[kind], ok=False, essential=True, detail=told["fault"], remedy=told["remedy"])
    return Finding(NAMES[kind], ok=True, essential=True, detail=told["found"])


def check_tone(
    sound: SoundSettings, program: Sequence[str] = PROGRAM, patience_s: float = PATIENCE_S
) -> Iterator[Finding]:
    """Whether a soft tone from the loudspeaker comes back by the microphone, and how; as `check_device`."""
    told = _told("both", sound, program, patience_s)
    name = NAMES["both"]
    if "fault" in told:
        yield Finding(name, ok=False, essential=True, detail=told["fault"], remedy=told["remedy"])
        return
    if not told["heard"]:
        yield Finding(name, ok=False, essential=True, detail=_unheard(told), remedy=_remedy_unheard(told))
    else:
        faint = told["level_db"] < max(FAINT_DB, told["noise_db"] + LEAST_DISTANCE_DB)
        detail = (
            f"{told['microphone']} heard {told['loudspeaker']} after {1000 * told['delay_s']:.0f} ms "
            f"at {told['level_db']:.0f} dB"
        )
        remedy = "turn the loudspeaker up, or move the microphone nearer" if faint else ""
        yield Finding(name, not faint, essential=False, detail=detail + (", faintly" if faint else ""), remedy=remedy)
    noisy = told["noise_db"] > NOISY_DB
    remedy = "move the microphone away from what hums, or lower its gain" if noisy else ""
    yield Finding("room", not noisy, essential=False, detail=f"{told['noise_db']:.0f} dB of noise", remedy=remedy)
    if told["clipped"]:
        remedy = "lower the microphone's gain in the system's sound settings (alsamixer), or turn the loudspeaker down"
        yield Finding("gain", ok=False, essential=False, detail="too loud for the microphone", remedy=remedy)


def _unheard(told: Asked) -> str:
    if told["silent"]:
        return f"{told['microphone']} gives nothing but zeros"
    return f"{told['microphone']} did not hear {told['loudspeaker']} ({told['level_db']:.0f} dB of other sound)"


def _remedy_unheard(told: Asked) -> str:
    if told["silent"]:
        return "it is muted, or the wrong one: turn it up, or name another in [sound] microphone"
    return "turn the loudspeaker's volume up; if it is the wrong one, name another in [sound] loudspeaker"


def _told(kind: str, sound: SoundSettings, program: Sequence[str], patience_s: float) -> Asked:
    asked = json.dumps({"kind": kind, **sound.model_dump()})
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    try:
        run = subprocess.run([*program, asked], capture_output=True, timeout=patience_s, check=True, env=env)
        told: Asked = json.loads(run.stdout)
    except subprocess.TimeoutExpired:
        return {"fault": "the sound system does not answer", "remedy": "unplug the device, plug it in"}
    except (OSError, subprocess.CalledProcessError, ValueError):
        remedy = "restart the computer; if that does not help, use another device"
        return {"fault": "the sound system crashed", "remedy": remedy}
    return told
