"""`teach`: a family's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.app import App
from assistant.errors import UsageError
from assistant.own_words import own_words_file, taught, teach, undo

if TYPE_CHECKING:
    import argparse

    from intents.own_words import OwnWords

HOW = 'Give the words and what they mean: ./bedside teach "the gremlin has got me" cramp'
FROM_NOW_ON = "An assistant that listens already learns it when it is started again."


def run(options: argparse.Namespace) -> int:
    """Teach, list, or take back."""
    data = App(options.data).data
    if options.list:
        known = taught(data)
        for own in known:
            print(_shown(own))
        if not known:
            print(f"Nothing was taught. {HOW}")
        return 0
    if options.undo:
        if options.intent is not None:
            raise UsageError("--undo takes the words alone, or nothing for what was taught last.")
        print(f"Taken back: {_shown(undo(data, options.words))}")
        return 0
    if options.words is None or options.intent is None:
        raise UsageError(HOW)
    print(f"Taught: {_shown(teach(data, options.words, options.intent))}, in {own_words_file(data)}")
    print(f"{FROM_NOW_ON} Take it back: ./bedside teach --undo")
    return 0


def meanings_help() -> str:
    """Every meaning that words can have, for the end of the help."""
    from intents.understanding import Understanding  # noqa: PLC0415 - only for who asks

    return f"INTENT is one of: {', '.join(Understanding.load().intents)}."


def _shown(own: OwnWords) -> str:
    return f"“{own.words}” means {own.intent}"
