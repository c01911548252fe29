"""Which keys there are tonight: the terminal's, and those of a button's device."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.key_devices import KeyDevices
from assistant.keys import TerminalKeys, is_our_terminal, load_keys, one_by_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.inbox import Inbox
    from assistant.keys import KeySource, Meaning


@dataclass(frozen=True, slots=True)
class Hands:
    """Keys, and where they come from."""

    meanings: dict[str, Meaning]
    sources: Callable[[Inbox], Sequence[KeySource]]


@contextmanager
def hands_at(device: str) -> Iterator[Hands]:
    """Read the terminal's keys one by one, and those of a device; the terminal is as it was in the end.

    Args:
        device: the button's input device. Empty: without a terminal of our own every device with keys; with one none,
            since what is typed there would come twice.
    """
    terminal = _terminal()

    def sources(inbox: Inbox) -> Sequence[KeySource]:
        found: list[KeySource] = [] if terminal is None else [TerminalKeys(terminal)]
        if device or not found:
            found.append(KeyDevices(Path(device) if device else None, inbox))
        return found

    with nullcontext() if terminal is None else one_by_one(terminal):
        yield Hands(load_keys(), sources)


def _terminal() -> int | None:
    try:
        file = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):  # there is none, or it is closed
        return None
    return file if is_our_terminal(file) else None
