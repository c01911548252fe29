"""Ports of this machine, for servers that are programs of their own."""

from __future__ import annotations

import socket
import subprocess
from contextlib import closing

import pytest


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def await_port(serving: subprocess.Popen[str], port: int) -> None:
    """Wait until a program answers; it must not end meanwhile."""
    for _ in range(200):
        with closing(socket.socket()) as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                break
        with pytest.raises(subprocess.TimeoutExpired):
            serving.wait(0.1)
