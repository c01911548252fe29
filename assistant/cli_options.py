"""The options of every command; loads nothing of what a command needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.cli_options_web import restore_options, sample_options, web_options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def _night_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="print the events, one JSON object a line")
    sub.add_argument("--realtime", action="store_true", help="take as long as a night would")
    _engine_options(sub)


def _night(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("script", metavar="SCRIPT", help="a YAML script, or a WAV or FLAC file used as the microphone")
    _night_options(sub)


def _demo(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--wav", metavar="FILE", help="where what the assistant said is written (default: in the cache)")
    _night_options(sub)


def _engine_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--engine", metavar="NAME", help="auto, moonshine or vosk (default: the settings')")
    sub.add_argument(
        "--model", metavar="DIR", help="folder of Vosk's model (default: BEDSIDE_MODEL, or what lies here)"
    )


def _hear(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("files", metavar="FILE", nargs="+", help="WAV or FLAC, 60 s at most")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument(
        "--explain", action="store_true", help="say why: the readings compared, what was found, the threshold"
    )
    sub.add_argument("--pack", metavar="DIR", help="another sentence pack")
    _engine_options(sub)
    sub.add_argument("--realtime", action="store_true", help="feed the sound at its own speed, and tell the times")
    sub.add_argument("--idle", action="store_true", help="judge as with nothing open")


def _understand(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("texts", metavar="TEXT", nargs="+", help="words, or - for one text a line on standard input")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--explain", action="store_true", help="say why: what was found, its weight, the threshold")
    sub.add_argument("--pack", metavar="DIR", help="another sentence pack")
    sub.add_argument("--idle", action="store_true", help="judge as with nothing open")


def _teach(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("words", metavar="WORDS", nargs="?", help="what the family says, in quotes")
    sub.add_argument("intent", metavar="INTENT", nargs="?", help="what they mean by it")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--list", action="store_true", help="show what was taught")
    form.add_argument("--undo", action="store_true", help="take back these words; without words the last ones")


def _episodes(sub: argparse.ArgumentParser) -> None:
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--csv", action="store_true", help="a table for a spreadsheet")
    sub.add_argument("--since", metavar="DATE", help="from this night on, as 2026-01-31")


def _replay(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "episode", metavar="EPISODE", help="its id or the beginning of it, as `episodes --json` tells; or last"
    )
    sub.add_argument("--json", action="store_true", help="one JSON object: what was, and what would be")


def _say(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("text", metavar="TEXT", help="what to say")
    sub.add_argument("--wav", metavar="FILE", help="write it to a WAV instead of playing it")


def _models(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("action", metavar="get", nargs="?", help="fetch Vosk's English model; none: list what is here")
    sub.add_argument("--from", metavar="FILE", dest="file", help="take it from this archive, without a network")


def _voices(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("do", nargs="?", choices=("list", "get", "say"), default="list", help="default: list")
    sub.add_argument("name", metavar="NAME", nargs="?", help="of a voice, as listed (default: the best)")
    sub.add_argument("--from", dest="wheels", metavar="DIR", help="get: a folder of wheels, for want of a network")
    sub.add_argument("--wav", metavar="FILE", help="say: write the sample to a WAV instead of playing it")


def _sheet(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--out", metavar="FILE", default="lines.html", help="where it is written (default: %(default)s)")


def _bench(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("name", metavar="NAME", nargs="?", help="which benchmark; none: list them")
    sub.add_argument(
        "--clips", metavar="DIR", help="labelled clips with their truth.jsonl (default: made by the voices here)"
    )
    sub.add_argument(
        "--out", metavar="FILE", help="write the figures as JSON, and where there is a picture, beside it as .svg"
    )
    sub.add_argument("--every", metavar="N", type=int, default=1, help="only every Nth clip")
    sub.add_argument("--seconds", metavar="N", type=int, default=600, help="idle: how long it listens")
    sub.add_argument(
        "--sound", metavar="DIR", nargs="+", default=(), help="barista: speech to make babble of; talk: what is heard"
    )
    sub.add_argument(
        "--text", metavar="FILE", nargs="+", default=(), help="talk: texts that are read aloud; nights: other nights"
    )
    sub.add_argument(
        "--voices",
        metavar="NAME",
        nargs="+",
        default=(),
        help="talk, nights: who speaks, as flite:slt or espeak-ng:en-us",
    )
    _engine_options(sub)


def _doctor(sub: argparse.ArgumentParser) -> None:
    _engine_options(sub)
    sub.add_argument("--json", action="store_true", help="one JSON object a line: name, ok, essential, detail, remedy")
    sub.add_argument("--quiet", action="store_true", help="play no tone: somebody sleeps")


def _run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="print the events, one JSON object a line")
    sub.add_argument(
        "--show-words", action="store_true", help="print what was said also where no terminal is, as in a system's log"
    )
    sub.add_argument(
        "--keys",
        metavar="DEVICE",
        nargs="?",
        const="",
        help="take keys instead of words, from the terminal, and from a button's DEVICE (/dev/input/by-id/...)",
    )
    _engine_options(sub)


OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "doctor": _doctor,
    "demo": _demo,
    "hear": _hear,
    "understand": _understand,
    "teach": _teach,
    "night": _night,
    "episodes": _episodes,
    "replay": _replay,
    "say": _say,
    "run": _run,
    "models": _models,
    "voices": _voices,
    "sheet": _sheet,
    "web": web_options,
    "sample": sample_options,
    "restore": restore_options,
    "bench": _bench,
}
"""Command -> adds its options to its parser; a command that is not here has none of its own."""
