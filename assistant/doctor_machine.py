"""The checks of `doctor` on the machine itself: disk, permissions, clock, libraries."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.clock import Clock

LEAST_FREE_MB = 200
"""Below this the disk is as good as full: a log of years has a few."""
SOUND_DEVICES = Path("/dev/snd")
OTHERS = 0o066
"""The bits by which others than the owner read and write a file."""


def check_disk(data: Path, least_mb: int = LEAST_FREE_MB) -> Finding:
    """Whether the disk of the data folder has room and takes a file."""
    folder = next(place for place in (data.absolute(), *data.absolute().parents) if place.is_dir())
    try:
        free_mb = shutil.disk_usage(folder).free // 10**6
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Finding(
            "disk",
            ok=False,
            essential=False,
            detail=f"{folder} takes no file ({reason})",
            remedy="free some space, or choose another folder with --data DIR",
        )
    roomy = free_mb >= least_mb
    detail = f"{free_mb:,} MB free for {folder}"
    return Finding("disk", roomy, essential=False, detail=detail, remedy="" if roomy else "delete what is not needed")


def check_permissions(data: Path, devices: Path = SOUND_DEVICES) -> Finding:
    """Whether nobody else reads the log, and this user may use the sound devices."""
    others = [
        place for place in (data, *data.glob("bedside.sqlite3*")) if place.exists() and place.stat().st_mode & 0o77
    ]
    if others:
        detail = f"other users of this computer may open {others[0]}"
        return Finding("permissions", ok=False, essential=False, detail=detail, remedy=f"chmod go= '{others[0]}'")
    shut = [device for device in sorted(devices.glob("pcm*")) if not os.access(device, os.R_OK | os.W_OK)]
    if shut:
        detail = f"this user may not use {shut[0]}"
        remedy = "sudo usermod -aG audio $USER, then log in again"
        return Finding("permissions", ok=False, essential=False, detail=detail, remedy=remedy)
    return Finding("permissions", ok=True, essential=False, detail="the log is its owner's alone")


def check_clock(clock: Clock) -> Finding:
    """Whether the time is known to be right."""
    shown = clock.wall().isoformat(sep=" ", timespec="minutes")
    if clock.trusted:
        return Finding("clock", ok=True, essential=False, detail=f"synchronised, {shown}")
    remedy = "connect the network once, with: sudo timedatectl set-ntp true"
    return Finding("clock", ok=False, essential=False, detail=f"not synchronised, {shown}", remedy=remedy)


def check_portaudio(library: str | None) -> Finding:
    """Whether the library of the sound devices is there."""
    if library is not None:
        return Finding("PortAudio", ok=True, essential=False, detail=library)
    remedy = "sudo apt install libportaudio2"
    return Finding("PortAudio", ok=False, essential=False, detail="not installed: no sound device", remedy=remedy)


def check_espeak(loads: Callable[[str], bool], wheel: bool) -> Finding:  # noqa: FBT001 - a fact, not a switch
    """Whether the voice's library is there, the system's or the wheel's."""
    if loads("libespeak-ng.so.1"):
        return Finding("espeak-ng", ok=True, essential=False, detail="the system's")
    if wheel:
        return Finding("espeak-ng", ok=True, essential=False, detail="its own copy; the system has none")
    remedy = "sudo apt install espeak-ng"
    return Finding("espeak-ng", ok=False, essential=False, detail="not installed: no voice", remedy=remedy)


def loads(library: str) -> bool:
    """Whether the system has a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
