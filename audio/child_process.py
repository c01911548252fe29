"""Programs that render and may hang: started apart, ended with all that they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def run_to_deadline(command: Sequence[str], request: bytes, deadline_s: float) -> int | None:
    """Give a program its input and wait; its exit status, or None when it hung and was killed.

    Raises:
        OSError: the program cannot be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # speech libraries print
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that whatever it starts dies with it
    )
    with process:
        try:
            process.communicate(request, timeout=deadline_s)
        except subprocess.TimeoutExpired:
            kill_group(process)
            return None
    return process.returncode


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a program that leads a session of its own, and everything in that session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
