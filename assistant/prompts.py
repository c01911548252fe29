"""The sound of every line, rendered ahead and kept in memory: a cached sentence needs neither a voice nor a disk."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from assistant.inbox import Faulted, Rendered, Works
from audio import VoiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from assistant.dialog.script import Script
    from assistant.inbox import Inbox
    from audio import Voice

MOST = 1000
"""Lines kept in memory at most, a quarter of a megabyte each at worst; a pack has fewer."""
ASKED_AT_MOST = 8
NICENESS = 10
"""Rendering ahead must not take the processor from the ears; the voice's child process inherits it."""
WAIT_S = 0.5
REST_TURNS = 60
"""Turns without an urgent wish, half a minute, before a voice that failed is tried again for the lines ahead."""
FULL_SCALE = 32767


class Prompts:
    """Renders lines on a thread of its own, the urgent ones first.

    Args:
        voice: renders; usually the cache on disk in front of one.
        texts: the lines to render ahead, in the order in which they may be needed.
        inbox: is told of faults, and of lines that somebody waits for.
    """

    def __init__(self, voice: Voice, texts: Iterable[str], inbox: Inbox) -> None:
        self._voice = voice
        self._ahead = deque(texts, maxlen=MOST)
        self._inbox = inbox
        self._asked: queue.Queue[str] = queue.Queue(ASKED_AT_MOST)
        self._ready: dict[str, tuple[NDArray[np.int16], int]] = {}
        self._ended = threading.Event()
        self._rest = 0
        self._failed = False

    @property
    def all_ready(self) -> bool:
        """Whether nothing is left to be rendered ahead."""
        return not self._ahead

    def get(self, text: str) -> tuple[NDArray[np.float32], int] | None:
        """Mono samples in -1..1, shape (n,), and their rate in hertz; None where they are not there yet."""
        kept = self._ready.get(text)
        return kept and (kept[0].astype(np.float32) / np.float32(FULL_SCALE), kept[1])

    def ask(self, text: str) -> None:
        """Have a line rendered before all others; `Rendered` comes when it is there, nothing where that fails."""
        if not self._asked.full():
            self._asked.put_nowait(text)

    def end(self) -> None:
        """Let `render` return soon, from any thread."""
        self._ended.set()

    def render(self) -> None:
        """The body of the thread."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._ended.is_set():
            text = self._wanted()
            if text is not None:
                if self._kept(text):
                    self._inbox.put(Rendered(text))
            elif self._ahead and self._rest == 0 and self._kept(self._ahead[0]):
                self._ahead.popleft()

    def _wanted(self) -> str | None:
        busy = self._ahead and self._rest == 0
        try:
            return self._asked.get_nowait() if busy else self._asked.get(timeout=WAIT_S)
        except queue.Empty:
            self._rest = max(0, self._rest - 1)
            return None

    def _kept(self, text: str) -> bool:
        if text in self._ready:
            return True
        try:
            samples, rate = self._voice.render(text)
        except VoiceError as error:
            self._rest, self._failed = REST_TURNS, True
            message, _, remedy = str(error).partition(": ")
            self._inbox.put(Faulted("speaker", message, remedy, source="voice"))
            return False
        if len(self._ready) >= MOST:
            del self._ready[next(iter(self._ready))]
        self._ready[text] = (np.rint(samples * np.float32(FULL_SCALE)).astype(np.int16), rate)
        if self._failed:
            self._failed = False
            self._inbox.put(Works("speaker", "The voice renders again.", source="voice"))
        return True


def lines_ahead(script: Script, numbers: dict[str, str]) -> list[str]:
    """The words that are known before the night, those first that may be needed first: first steps, red flags."""
    known = (line for line in _in_order(script) if script.lines[line].placeholders <= numbers.keys())
    return list(dict.fromkeys(script.words(line, numbers) for line in known))


def _in_order(script: Script) -> Iterator[str]:
    stretches = script.stretches.values()
    yield from (stretch.first_round[0] for stretch in stretches)
    for flag in script.red_flags.values():
        yield from flag.lines
    for stretch in stretches:
        yield from (*stretch.first_round, *stretch.marks.values())
        if stretch.rest_line is not None:
            yield stretch.rest_line
    yield from script.lines
