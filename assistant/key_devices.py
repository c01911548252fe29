"""Buttons without a terminal: input devices, read as the kernel writes them (linux/input.h, struct input_event)."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.inbox import Faulted, Works

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.inbox import Inbox

INPUTS = Path("/dev/input")
EVENT = struct.Struct("@llHHi")
"""A time in two longs, then type, code and value."""
EV_KEY, PRESSED = 1, 1
LOOK_EVERY = 10
"""Waits of half a second after which devices are looked for anew: a button may be plugged in later."""
NAMES = {1: "esc", 28: "enter", 57: "space", 96: "enter", 114: "volumedown", 115: "volumeup", 164: "playpause"} | {
    first + at: letter
    for first, row in ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"))
    for at, letter in enumerate(row)
}
"""linux/input-event-codes.h, of the keys that may have a meaning; letters by their place on a US keyboard."""
_KEY_BYTES = 96
_EVIOCGBIT_KEY = (2 << 30) | (_KEY_BYTES << 16) | (ord("E") << 8) | (0x20 + EV_KEY)


class KeyDevices:
    """Implements `assistant.keys.KeySource` on a named device, or on all that have keys and may be read.

    Args:
        device: the device; None for all.
        inbox: is told when there is none to be read.
    """

    def __init__(self, device: Path | None, inbox: Inbox) -> None:
        self._device = device
        self._inbox = inbox
        self._open: dict[Path, int] = {}
        self._looks = 0
        self._failed = False

    def files(self) -> Sequence[int]:
        """The open devices, those plugged in meanwhile included."""
        if self._looks % LOOK_EVERY == 0:
            self._look()
        self._looks += 1
        return list(self._open.values())

    def read(self, file: int) -> Iterable[str]:
        """Names of the keys that went down; a device that was pulled out is forgotten."""
        try:
            data = os.read(file, EVENT.size * 64)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._forget(file)
            return []
        events = EVENT.iter_unpack(data[: len(data) - len(data) % EVENT.size])
        return [
            NAMES[code] for _, _, kind, code, value in events if (kind, value) == (EV_KEY, PRESSED) and code in NAMES
        ]

    def close(self) -> None:
        """Let go of every device."""
        for file in list(self._open.values()):
            self._forget(file)

    def _look(self) -> None:
        refused: OSError | None = None
        for path in [self._device] if self._device else sorted(INPUTS.glob("event*")):
            if path not in self._open:
                try:
                    self._take(path)
                except OSError as error:
                    refused = error
        if not self._open and not self._failed:
            self._failed = True
            self._inbox.offer(Faulted("keys", *self._why(refused)))
        elif self._open and self._failed:
            self._failed = False
            self._inbox.offer(Works("keys", "The button is there."))

    def _take(self, path: Path) -> None:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if self._device is None and not _has_keys(file):
            os.close(file)
        else:
            self._open[path] = file

    def _why(self, refused: OSError | None) -> tuple[str, str]:
        where = self._device or INPUTS
        if refused is not None and refused.errno == errno.EACCES:
            return f"{where} may not be read.", "Add this user to the group input, and log in again."
        return f"{where}: there is no button.", "Plug one in, or name its device with --keys DEVICE."

    def _forget(self, file: int) -> None:
        os.close(file)
        self._open = {path: kept for path, kept in self._open.items() if kept != file}


def _has_keys(file: int) -> bool:
    """Whether a device can send any key that we know."""
    try:
        bits = fcntl.ioctl(file, _EVIOCGBIT_KEY, bytes(_KEY_BYTES))
    except OSError:
        return False
    return any(bits[code // 8] >> code % 8 & 1 for code in NAMES)
