"""A family's own words in the data folder: taught, listed, taken back. The page may call what is public here."""

from __future__ import annotations

import fcntl
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.errors import BedsideError, UsageError
from assistant.hints import did_you_mean
from audio.whole_file import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from intents.own_words import OwnWords
    from intents.pack import Pack

FILE = "own_words.yaml"
MOST = 200
"""Phrases of one family: more would be a pack of its own."""


class OwnWordsError(BedsideError):
    """These words are not taught, or not taken back; the message says why."""


def own_words_file(data: Path) -> Path:
    """Where a family's words lie."""
    return data / FILE


def taught(data: Path) -> list[OwnWords]:
    """What was taught, the oldest first.

    Raises:
        OwnWordsError: the file cannot be read.
    """
    from intents.own_words import read  # noqa: PLC0415 - its parser costs time that other commands need not pay

    path = own_words_file(data)
    try:
        return read(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError) as error:
        raise OwnWordsError(f"{path} cannot be read: {error}. Correct it, or move it away.") from error


def teach(data: Path, words: str, intent: str) -> OwnWords:
    """Let words mean something from the next start on, if nothing else is then misunderstood.

    Args:
        data: the data folder.
        words: what the family says.
        intent: what they mean by it.

    Raises:
        UsageError: there is no such meaning, or these are no words.
        OwnWordsError: they would raise false prompts, or mean something already; the message says what.
        OSError: the folder cannot be written.
    """
    from intents.own_words import OwnWords, joined  # noqa: PLC0415
    from intents.pack import load  # noqa: PLC0415
    from intents.teaching import objection, unfit  # noqa: PLC0415
    from intents.understanding import Understanding  # noqa: PLC0415

    words = " ".join(words.split())
    if why := unfit(words):
        raise UsageError(f"“{words[:40]}” cannot be taught: {why}.")
    own = OwnWords(words, intent)
    with _locked(data):
        known, shipped = taught(data), load()
        now = Understanding(joined(shipped, known))
        if intent not in now.intents:
            raise UsageError(f"There is no meaning {intent}. {did_you_mean(intent, now.intents)}")
        if len(known) >= MOST:
            raise OwnWordsError(f"{MOST} phrases are taught already. Take one back: ./bedside teach --undo")
        if why := objection(words, intent, now, lambda: Understanding(joined(shipped, [*known, own]))):
            raise OwnWordsError(f"“{words}” is not taught as {intent}: {why}.")
        _write(data, [*known, own])
    return own


def undo(data: Path, words: str | None = None) -> OwnWords:
    """Take back what was taught last, or these words.

    Raises:
        OwnWordsError: nothing was taught, or not these words.
        OSError: the folder cannot be written.
    """
    with _locked(data):
        known = taught(data)
        wanted = [own for own in known if words is None or own.words == " ".join(words.split())]
        if not wanted:
            what = "Nothing was taught" if words is None else f"“{words}” was not taught"
            raise OwnWordsError(f"{what}. See what was: ./bedside teach --list")
        _write(data, [own for own in known if own != wanted[-1]])
    return wanted[-1]


def pack_of(data: Path) -> Pack:
    """The bedside's pack with a family's words on top of it.

    A file that somebody broke must not keep the bedside from listening: it is named on the error output, and passed
    over.
    """
    from intents.own_words import joined  # noqa: PLC0415
    from intents.pack import load  # noqa: PLC0415

    pack = load()
    try:
        return joined(pack, known) if (known := taught(data)) else pack
    except (OwnWordsError, ValueError) as error:
        sys.stderr.write(f"bedside: The family's own words are passed over: {' '.join(str(error).split())}\n")
        return pack


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """One teacher at a time, at the page or at the keyboard; the lock is the kernel's."""
    data.mkdir(parents=True, exist_ok=True)
    with own_words_file(data).with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(data: Path, known: Sequence[OwnWords]) -> None:
    """Put the file in the place of the one in force, for its owner alone as the log is."""
    from intents.own_words import written  # noqa: PLC0415

    with written_whole(own_words_file(data), mode=0o600) as file:
        file.write(written(known).encode())
