"""What the system's sound server and the kernel say about the devices, asked without touching PortAudio.

PortAudio lists devices once and says nothing of changes; finding out through it stops every stream of the process.
So changes are looked for here: in the kernel's list of cards, and in that of the server (PulseAudio, or PipeWire in its
place) by its program `pactl`, where that is installed.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

_CARDS = Path("/proc/asound/cards")
_PATIENCE_S = 1.0
_MONITOR = ".monitor"
"""How the server names the sound of a loudspeaker when it is offered like a microphone."""


def devices_seen() -> Hashable | None:
    """What is plugged in, as a value that differs when that has changed; None where nothing can be known."""
    try:
        cards = _CARDS.read_text(encoding="utf-8", errors="replace")
    except OSError:  # no sound in this kernel, or none that may be looked at
        cards = None
    listed = [_asked("list", "short", kind) for kind in ("sources", "sinks")]
    if cards is None and None in listed:
        return None
    # The last column is the state, which changes whenever somebody plays.
    return cards, *(frozenset(line.rpartition("\t")[0] for line in (each or "").splitlines()) for each in listed)


def hears_only_itself() -> bool:
    """Whether the server, for want of a microphone, offers the sound of its own loudspeaker as the default."""
    facts = dict(line.split(": ", 1) for line in (_asked("info") or "").splitlines() if ": " in line)
    source, sink = facts.get("Default Source", ""), facts.get("Default Sink", "")
    return bool(sink) and source == sink + _MONITOR


def _asked(*what: str) -> str | None:
    """The answer of `pactl`; None without it, without a server, or if it does not answer."""
    try:
        run = subprocess.run(
            ["pactl", *what],
            capture_output=True,
            timeout=_PATIENCE_S,
            check=True,
            env=_environment(),
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.decode(errors="replace")


def _environment() -> dict[str, str]:
    """English, and the server's address told: a client that has to look for it starts a server where there is none."""
    own = os.environ.get("XDG_RUNTIME_DIR")
    where = {"PULSE_SERVER": f"unix:{own}/pulse/native unix:/run/pulse/native"} if own else {}
    return where | dict(os.environ) | {"LC_ALL": "C"}
