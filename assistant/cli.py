"""The command line: parses, calls, and turns known errors into one line. Loads nothing that a command does not need."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn

from assistant import __version__
from assistant.cli_options import OPTIONS
from assistant.errors import BedsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Command:
    """One command of ./bedside."""

    name: str
    does: str
    example: str
    module: str
    """Where `run` is: loaded only when the command is called."""
    more: str | None = None
    """Where the function is that writes the end of its help: loaded only for who asks."""


COMMANDS = (
    Command("demo", "show the whole job on a bundled recording", "./bedside demo", "assistant.cli_night:demo"),
    Command(
        "run",
        "listen at the bedside, and help",
        "./bedside run --keys",
        "assistant.cli_run:run",
        "assistant.cli_run:keys_help",
    ),
    Command("test", "run the test suite", "./bedside test", "assistant.cli:launcher_only"),
    Command("hear", "tell what recordings say", "./bedside hear night.wav --json", "assistant.cli_words:hear"),
    Command(
        "understand",
        "tell what words mean",
        './bedside understand "my calf is cramping"',
        "assistant.cli_words:understand",
    ),
    Command(
        "teach",
        "let a family's own words mean something, take them back, or list them",
        './bedside teach "the gremlin has got me" cramp',
        "assistant.cli_teach:run",
        "assistant.cli_teach:meanings_help",
    ),
    Command(
        "night", "play a night from a script or a recording", "./bedside night night.yaml", "assistant.cli_night:night"
    ),
    Command("episodes", "show the log", "./bedside episodes --since 2026-01-31", "assistant.cli_log:episodes"),
    Command(
        "replay",
        "play a stored episode again, and show what would be different today",
        "./bedside replay last",
        "assistant.cli_replay:replay_episode",
    ),
    Command(
        "doctor", "check what the assistant needs, with remedies", "./bedside doctor", "assistant.cli_doctor:doctor"
    ),
    Command(
        "config", "show the settings in force and where they come from", "./bedside config", "assistant.cli_log:config"
    ),
    Command(
        "say",
        "say something, to hear the voice",
        './bedside say "Toes up, toward your nose."',
        "assistant.cli_night:say",
    ),
    Command("web", "serve the caregivers' page", "./bedside web", "assistant.cli_web:web"),
    Command(
        "sample",
        "write made-up nights, marked as such, to try the page out",
        "./bedside sample --nights 365 --data try",
        "assistant.cli_web:sample",
    ),
    Command(
        "restore",
        "bring everything that was taken out of a log into a new one",
        "./bedside restore bedside-everything.jsonl.gz --data new",
        "assistant.cli_web:restore",
    ),
    Command("models", "list the models, or fetch one", "./bedside models get", "assistant.cli_models:models"),
    Command("voices", "list, fetch or try the voices", "./bedside voices get", "assistant.cli_voices:voices"),
    Command(
        "sheet", "write the page on which every line is reviewed", "./bedside sheet", "assistant.cli_sheet:write_sheet"
    ),
    Command("bench", "measure, beside the baseline", "./bedside bench hear", "assistant.cli_bench:bench"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0 done, 2 wrong usage, 1 anything else."""
    for stream in _streams():
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return _run(arguments)
    except BrokenPipeError:  # whoever read our output has had enough
        _close_output()
        return 1
    except KeyboardInterrupt:
        return _fail("stopped. Start it again with the same command.", 1)
    except OSError as error:
        _close_output()
        where = f"{error.filename}" if error.filename else "writing or reading failed"
        return _fail(f"{where}: {(error.strerror or str(error)).lower()}. Check it and try again.", 1)
    except SystemExit:  # so end --help, --version and a wrong call: none of them needs what the errors below load
        raise
    except _known_errors() as error:
        return _fail(str(error), error.status if isinstance(error, BedsideError) else 1)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = parser().parse_args(arguments)
        status: int = _load(options.run)(options)
        return status
    finally:
        for stream in _streams():
            stream.flush()


def _streams() -> list[TextIOWrapper]:
    """Output and error output, those that are open: whoever starts us may have closed them."""
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, TextIOWrapper)]


def _close_output() -> None:
    """Let what is still to be printed vanish; a second complaint at the exit would help nobody."""
    if isinstance(sys.stdout, TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with a call."""

    more: str | None = None

    def format_help(self) -> str:
        """The help, and what only its command knows."""
        return super().format_help() + (f"\n{_load(self.more)()}\n" if self.more else "")

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        sys.exit(_fail(f"{message}{'' if message.endswith('?') else '.'} See: ./{self.prog} --help", 2))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            from assistant.hints import did_you_mean  # noqa: PLC0415 - only for who mistyped

            self.error(f"there is no command {value}. {did_you_mean(value, action.choices).rstrip('.')}")


def launcher_only(_: argparse.Namespace) -> int:
    """`test` is done by the launcher, which installs what the tests need."""
    return _fail("the tests are started by the launcher. Run: ./bedside test", 2)


def parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    top = _Parser(
        prog="bedside",
        description="Hears a night cramp offline, talks the person through the stretch, and keeps the log.",
        epilog="Begin with: ./bedside demo",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=20),
    )
    top.add_argument("--version", action="version", version=f"bedside {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(
            command.name,
            help=command.does,
            description=command.does.capitalize() + ".",
            epilog=f"Example: {command.example}",
        )
        sub.add_argument("--data", metavar="DIR", help="folder of the log and the settings")
        sub.set_defaults(run=command.module)
        sub.more = command.more
        if command.name in OPTIONS:
            OPTIONS[command.name](sub)
    return top


def _load(where: str) -> Callable[..., Any]:
    module, _, name = where.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def _known_errors() -> tuple[type[Exception], ...]:
    from assistant.errors import known_errors  # noqa: PLC0415 - only looked up when something went wrong

    return known_errors()


def _fail(message: str, status: int) -> int:
    print("bedside:", " ".join(message.split()), file=sys.stderr)
    return status
