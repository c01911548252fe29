"""Tells systemd how the service is: ready, alive, stopping. Nothing happens where systemd did not ask for it.

The protocol of sd_notify(3): lines NAME=VALUE in one datagram to the socket that NOTIFY_SOCKET names.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHARE = 2
"""Signs of life within one period of the watchdog, so that one that is late does no harm; systemd advises two."""


class ServiceNotifier:
    """Talks to systemd; every call returns at once and raises nothing, since no night may end because of it.

    Args:
        environ: where systemd says what it wants: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_s = _watchdog_s(environ) if self._address else None

    watchdog_s: float | None
    """Seconds between two `alive` that keep the watchdog content; None where nobody watches."""

    def ready(self, status: str = "") -> bool:
        """The assistant listens now.

        Args:
            status: shown by `systemctl status`; never words of a person.
        """
        return self._send("READY=1", f"STATUS={status}" if status else "")

    def alive(self) -> bool:
        """The loop that decides has just come round; to be called by it alone, every `watchdog_s` at least."""
        return self.watchdog_s is not None and self._send("WATCHDOG=1")

    def status(self, text: str) -> bool:
        """What `systemctl status` shows: one line, never words of a person."""
        return self._send(f"STATUS={text}")

    def stopping(self) -> bool:
        """The end has begun: an open episode is being closed."""
        return self._send("STOPPING=1")

    def _send(self, *lines: str) -> bool:
        """Whether the lines were handed over."""
        if self._address is None:
            return False
        # A line break inside a value would begin another message.
        message = "\n".join(" ".join(line.split()) for line in lines if line)
        try:
            with socket.socket(
                socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            ) as sender:
                sender.sendto(message.encode(), self._address)
        except OSError:  # systemd is restarting or its queue is full; the next sign of life comes soon
            return False
        return True


def _address(named: str) -> str | None:
    """A path, or a name in the kernel's own space, which begins with @ in the variable and with NUL in the call."""
    if named.startswith("/"):
        return named
    return f"\0{named[1:]}" if named.startswith("@") and len(named) > 1 else None


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    period_us = environ.get("WATCHDOG_USEC", "")
    if not period_us.isdecimal() or int(period_us) == 0:
        return None
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(period_us) / 1e6 / _SHARE
