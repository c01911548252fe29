"""Benchmark of silence: continuous talk that is not for us, heard with nothing open; every prompt is a false one.

Talk comes from folders of sound, and from texts that speech programs of this machine read aloud, one passage a voice in
turn. The real recogniser hears all of it. Beside the count stands how many an hour there may be at most, with 95 %
confidence: with no prompt in H hours that is 3/H (the rule of three).
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant.bench_readers import Passage, passages_in, reader_of, readers_here
from assistant.bench_sound import Played, read_sound, sounds_in
from assistant.errors import UsageError
from assistant.hearing import Hearing
from assistant.meaning import meaning_of
from audio.events import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.app import App
    from intents.understanding import Understanding

CONFIDENCE = 0.95
_HOUR_S = 3600.0


def run(
    app: App,
    clips: Path | None,
    *,
    every: int = 1,
    sound: Sequence[Path] = (),
    text: Sequence[Path] = (),
    voices: Sequence[str] = (),
) -> dict[str, Any]:
    """Hear every n-th sound and passage; Ctrl-C ends it, and what was heard until then is counted.

    Args:
        app: makes the recogniser.
        clips: one more folder of sound.
        every: take every n-th only.
        sound: folders of sound.
        text: texts to be read aloud; passages are parted by lines of "%", as in fortunes, or by empty lines.
        voices: who reads, as "flite:slt" or "espeak-ng:en-us"; by default all that are here.

    Returns:
        `hours` of source -> hours heard, `utterances`, `nearly` (utterances within the margin of acting), `prompts`:
        what was wrongly acted on.

    Raises:
        UsageError: nothing was given to hear, or nobody can read it.
    """
    pieces = _pieces([*([clips] if clips else []), *sound], text, voices, every)
    understanding, console = app.understanding(), Console(stderr=True)
    hearing = Hearing(app, understanding, idle=True, realtime=False, early=False)
    result: dict[str, Any] = {"hours": {}, "utterances": 0, "nearly": 0, "prompts": []}
    try:
        for source, piece in track(pieces, "talk", console=console, transient=True, disable=not console.is_terminal):
            samples = read_sound(piece) if not isinstance(piece, Passage) else piece.read_aloud()
            _hear(hearing, understanding, source, samples, result)
    except KeyboardInterrupt:
        result["stopped"] = True
    return result


def _pieces(
    folders: Sequence[Path], texts: Sequence[Path], voices: Sequence[str], every: int
) -> list[tuple[str, Path | Passage]]:
    """What is heard, with the name under which it counts."""
    pieces: list[tuple[str, Path | Passage]] = []
    for folder in folders:
        pieces += [(str(folder), path) for path in sounds_in([folder])]
    if texts:
        readers = [reader_of(name) for name in voices] or readers_here()
        passages = [(str(path), passage) for path in texts for passage in passages_in(path)]
        for number, (source, words) in enumerate(passages):
            pieces.append((source, Passage(words, readers[number % len(readers)])))
    if not pieces:
        raise UsageError("There is nothing to hear. Give folders of sound with --sound DIR, or texts with --text FILE.")
    return pieces[::every]


def _hear(
    hearing: Hearing, understanding: Understanding, source: str, samples: NDArray[np.float32], result: dict[str, Any]
) -> None:
    result["hours"][source] = result["hours"].get(source, 0.0) + len(samples) / SAMPLE_RATE / _HOUR_S
    for heard in hearing.listen(Played(samples)):
        match = meaning_of(understanding, heard, idle=True)
        result["utterances"] += 1
        result["nearly"] += match.nearly
        if match.intent is not None:
            found = {"source": source, "heard": heard.text, "intent": match.intent, "score": round(match.score, 3)}
            result["prompts"].append(found)


def most_an_hour(prompts: int, hours: float) -> float:
    """Upper bound of the rate, by Poisson's law: with a higher one, so few would be seen less than once in twenty."""
    low, high = 0.0, 10.0 + 10.0 * prompts
    while high - low > 1e-6:  # noqa: PLR2004 far below what is printed
        mean = (low + high) / 2
        low, high = (mean, high) if _at_most(prompts, mean) > 1 - CONFIDENCE else (low, mean)
    return high / hours


def _at_most(count: int, mean: float) -> float:
    """The probability of so many or fewer, where `mean` are expected."""
    term = total = exp(-mean)
    for number in range(1, count + 1):
        term *= mean / number
        total += term
    return total


def show(result: dict[str, Any], console: Console) -> None:
    """Print each false prompt with what was heard, the hours, and the bound."""
    for prompt in result["prompts"]:
        console.print(f"“{prompt['heard']}” → {prompt['intent']} ({prompt['score']:.0%}), {prompt['source']}")
    table = Table("talk", "hours", "false prompts", box=None)
    for source, hours in result["hours"].items():
        count = sum(prompt["source"] == source for prompt in result["prompts"])
        table.add_row(source, f"{hours:.2f}", str(count))
    hours, count = sum(result["hours"].values()), len(result["prompts"])
    table.add_row("together", f"{hours:.2f}", str(count))
    console.print(table)
    if hours:
        bound = most_an_hour(count, hours)
        console.print(f"{count / hours:.2f} an hour; at most {bound:.2f} an hour, with {CONFIDENCE:.0%} confidence.")
    console.print(f"{result['utterances']} utterances, {result['nearly']} within the margin of acting.")
