"""Keys instead of words, for who wears a mask or has no voice: their meanings, and the thread that reads them."""

from __future__ import annotations

import os
import select
import termios
import threading
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.dialog.script import PACK
from assistant.errors import ScriptError
from assistant.inbox import Pressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from assistant.inbox import Inbox

WAIT_S = 0.5
_AT_ONCE = 64
"""Bytes of a terminal that are read at once."""
_NAMES = {"\n": "enter", "\r": "enter", " ": "space", "\x1b": "esc"}


class Meaning(BaseModel):
    """What a key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    does: Annotated[str, Field(min_length=1)]
    intent: Annotated[str, Field(min_length=1)]
    slots: dict[str, str] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: dict[str, Meaning]


def load_keys(pack: Path = PACK) -> dict[str, Meaning]:
    """Read the pack's keys: name -> meaning.

    Raises:
        ScriptError: names the file and what is wrong in it.
    """
    path = pack / "dialog" / "keys.yaml"
    try:
        return _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).keys
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ScriptError(f"{path}: {' '.join(str(error).split())}. Correct or restore the file.") from error


def as_help(keys: dict[str, Meaning]) -> list[str]:
    """One line for each meaning, with all its keys."""
    names: dict[str, list[str]] = {}
    for name, meaning in keys.items():
        names.setdefault(meaning.does, []).append(name)
    return [f"{', '.join(alike):<20} {does}" for does, alike in names.items()]


class KeySource(Protocol):
    """Where keys come from."""

    def files(self) -> Sequence[int]:
        """File descriptors to wait for; looked at anew for each wait, since devices come and go."""
        ...

    def read(self, file: int) -> Iterable[str]:
        """Names of the keys that were pressed, now that this file has something to read."""
        ...


class Keys:
    """Waits for keys, and leaves what they mean in the inbox."""

    def __init__(self, meanings: dict[str, Meaning], sources: Sequence[KeySource], inbox: Inbox) -> None:
        self._meanings = meanings
        self._sources = sources
        self._inbox = inbox
        self._ended = threading.Event()

    def end(self) -> None:
        """Let `watch` return soon, from any thread."""
        self._ended.set()

    def watch(self) -> None:
        """The body of the thread."""
        while not self._ended.is_set():
            files = {file: source for source in self._sources for file in source.files()}
            if not files:
                self._ended.wait(WAIT_S)
                continue
            for file in select.select(list(files), [], [], WAIT_S)[0]:
                self._press(files[file].read(file))

    def _press(self, names: Iterable[str]) -> None:
        for name in names:
            meaning = self._meanings.get(name)
            if meaning is not None:
                self._inbox.offer(Pressed(meaning.intent, meaning.slots))


class TerminalKeys:
    """The keys of a terminal that hands them on one by one, see `one_by_one`."""

    def __init__(self, file: int) -> None:
        self._files = [file]

    def files(self) -> Sequence[int]:
        """The terminal, until it is closed."""
        return self._files

    def read(self, file: int) -> Iterable[str]:
        """Names of the keys; an arrow key's sequence of characters is none of ours."""
        typed = os.read(file, _AT_ONCE).decode(errors="replace")
        if not typed:
            self._files = []
        if len(typed) > 1 and typed.startswith("\x1b"):
            return []
        return [_NAMES.get(letter, letter.lower()) for letter in typed]


@contextmanager
def one_by_one(file: int) -> Iterator[None]:
    """Have a terminal hand on each key at once and not show it; as it was in the end. Ctrl-C stays what it is."""
    before = termios.tcgetattr(file)
    tty.setcbreak(file)
    try:
        yield
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def is_our_terminal(file: int) -> bool:
    """Whether this is a terminal whose keys go to us, not to the program in front of us."""
    if not os.isatty(file):
        return False
    try:
        return os.tcgetpgrp(file) == os.getpgrp()
    except OSError:  # it controls nobody, so nobody else is in front
        return True
