"""The real command line, started as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from assistant.cli import main

PROJECT = Path(__file__).parents[1]
RECORDINGS = PROJECT / "tests" / "recordings"
COMPLAINT = RECORDINGS / "joe_my_left_calf_is_cramping.flac"
LIMIT_S = 120

Answer = subprocess.CompletedProcess[str]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "assistant", *(str(argument) for argument in arguments)]


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """This process's, without settings of whoever runs the tests, and with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BEDSIDE_", "XDG_", "STATE_"))}
    paths = [more.pop("PYTHONPATH", ""), str(PROJECT)]
    # Without the second, every home that asks for the sound server leaves a folder in /tmp.
    homes = {"HOME": str(home), "PULSE_RUNTIME_PATH": str(home / ".pulse")} if home else {}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | homes | more


def bedside(
    *arguments: str | Path,
    env: dict[str, str] | None = None,
    stdin: str | bytes = b"",
    before: tuple[str, ...] = (),
) -> Answer:
    """Run a command to its end.

    Args:
        arguments: of the command line.
        env: its environment; by default this process's.
        stdin: what it can read.
        before: a program with arguments that starts the command line.
    """
    run = subprocess.run(
        [*before, *command(*arguments)],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
        env=env or environment(),
    )
    return subprocess.CompletedProcess(run.args, run.returncode, run.stdout.decode(), run.stderr.decode())


def bedside_here(*arguments: str | Path) -> Answer:
    """Run a command within this process: a tenth of the time, for the many variants of what is proven once apart."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
    told, faults = (stream.detach().getvalue().decode() for stream in streams)
    return subprocess.CompletedProcess(arguments, status, told, faults)


def objects(text: str) -> list[dict[str, Any]]:
    """One JSON object a line."""
    return [json.loads(line) for line in text.splitlines()]


def refusal(answer: Answer, status: int) -> str:
    """The one line that a refused command says; nothing else may have been printed."""
    assert answer.stdout == ""
    [line] = answer.stderr.splitlines()
    assert line.startswith("bedside: ")
    assert answer.returncode == status, line
    return line
