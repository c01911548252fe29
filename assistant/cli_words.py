"""`hear` and `understand`: what recordings say and what words mean."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.app import App
from assistant.errors import UsageError
from assistant.explaining import explained, meant, why
from assistant.hearing import Hearing
from audio import AudioError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from intents import Match

LONGEST_TEXT = 2000
"""Letters of a text that are judged: nobody says more in one breath, and the time grows with the square of them."""


def hear(options: argparse.Namespace) -> int:
    """Print one answer a file; a file that cannot be read is named, and the others are heard all the same."""
    app = App(options.data, engine=options.engine, model=options.model)
    understanding = app.understanding(Path(options.pack) if options.pack else None)
    hearing = Hearing(app, understanding, idle=options.idle, realtime=options.realtime)
    if app.engines.notice:
        print("bedside:", app.engines.notice, file=sys.stderr)
    worst = 0
    for name in options.files:
        try:
            if options.explain:
                told = explained(name, hearing.heard(Path(name), app.microphone(Path(name))), understanding)
                print("\n".join(told), flush=True)
                continue
            answer = hearing.hear(Path(name), app.microphone(Path(name)))
        except (AudioError, UsageError) as error:
            print("bedside:", error, file=sys.stderr)
            worst = max(worst, error.status if isinstance(error, UsageError) else 1)
            continue
        print(json.dumps(answer, ensure_ascii=False) if options.json else _spoken(answer), flush=True)
    return worst


def _spoken(answer: dict[str, Any]) -> str:
    return f"{answer['file']}: “{answer['heard']}” → {meant(answer['intent'], answer['slots'])}"


def understand(options: argparse.Namespace) -> int:
    """Print one answer a text."""
    understanding = App(options.data).understanding(Path(options.pack) if options.pack else None)
    for text in _texts(options.texts):
        match = understanding.understand([(text[:LONGEST_TEXT], 0.0)], idle=options.idle)
        if options.explain:
            print("\n".join([_read(text, match), *why(match, understanding)]), flush=True)
            continue
        print(json.dumps(_answer(text, match), ensure_ascii=False) if options.json else _read(text, match), flush=True)
    return 0


def _texts(given: list[str]) -> Iterator[str]:
    if given == ["-"]:
        if isinstance(sys.stdin, TextIOWrapper):
            # One line in, one line out, whatever the bytes are.
            sys.stdin.reconfigure(encoding="utf-8", errors="replace", newline="\n")
        yield from (line.rstrip("\r\n") for line in sys.stdin)
    else:
        yield from given


def _answer(text: str, match: Match) -> dict[str, Any]:
    runner_up = match.runner_up and {"intent": match.runner_up[0], "score": round(match.runner_up[1], 3)}
    return {
        "text": text,
        "intent": match.intent,
        "slots": match.slots,
        "score": round(match.score, 3),
        "runner_up": runner_up,
        "margin": round(match.margin, 3),
    }


def _read(text: str, match: Match) -> str:
    return f"“{text}” → {meant(match.intent, match.slots)} ({match.score:.0%})"
