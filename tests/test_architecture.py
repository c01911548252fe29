"""The direction of the imports, what a start loads, and the measures of the house."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from command_line import PROJECT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = ("assistant", "audio", "intents")
MODULES = {path.relative_to(PROJECT): path for top in OURS for path in sorted((PROJECT / top).rglob("*.py"))}

FIGURES = ("assistant.figures.", "assistant.trend.")

ADAPTERS = (
    "assistant.home_network",
    "assistant.sending.channels_apprise",
    "audio.activity_",
    "audio.model_download",
    "audio.microphone",
    "audio.moonshine_",
    "audio.player",
    "audio.portaudio",
    "audio.prompt_cache",
    "audio.recogniser_moonshine",
    "audio.recogniser_vosk",
    "audio.sound_system",
    "audio.voice_",
    "audio.vosk_",
    "audio.wav",
)
"""Names that begin so are adapters: libraries, models, devices."""
NO_ADAPTERS = ("audio.wav_writer",)
"""The standard library only: anybody may write a WAV."""
KNOW_ADAPTERS = ("assistant/app.py", "assistant/bench_", "assistant/doctor")

HEAVY = (
    "apprise",
    "moonshine_voice",
    "onnxruntime",
    "pyttsx3",
    "sounddevice",
    "requests",
    "soundfile",
    "sqlalchemy",
    "vosk",
)
READ_TIME = {"time", "monotonic", "time_ns", "monotonic_ns", "now", "utcnow", "today", "localtime", "gmtime"}

MOST_LINES = 250
MOST_FUNCTION_LINES = 40
MEDIAN_FUNCTION_LINES = 10


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path, *, at_run_time: bool = False) -> Iterator[str]:
    """Every module that a module imports, by its full name; with `at_run_time` none that only its types need."""
    parsed = tree(path)
    for_types = {
        id(node)
        for test in ast.walk(parsed)
        if isinstance(test, ast.If) and isinstance(test.test, ast.Name) and test.test.id == "TYPE_CHECKING"
        for node in ast.walk(test)
    }
    for node in ast.walk(parsed):
        if at_run_time and id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def of_ours(path: Path) -> set[str]:
    return {name for name in imported(path) if name.split(".")[0] in OURS}


def test_there_are_modules_to_be_judged():
    assert len(MODULES) > 50
    assert "audio.ports.Recogniser" in set().union(*(of_ours(path) for path in MODULES.values()))


@pytest.mark.parametrize(
    ("under", "may_import"),
    [
        ("audio", ("audio.",)),
        ("intents", ("intents.",)),
        ("assistant/dialog", ("assistant.dialog.", "assistant.errors.", "intents.")),
        ("assistant/store", ("assistant.store.",)),
        ("assistant/sending", ("assistant.sending.", "assistant.store.")),
        (
            "assistant/web",
            (
                "assistant.web.",
                "assistant.sending.",
                "assistant.store.",
                "assistant.figures.",
                "assistant.person.",
                "assistant.sheet_parts.",
                "assistant.sheet_pdf.",
                "assistant.table.",
                "assistant.trend.",
                "assistant.own_words.",
            ),
        ),
    ],
)
def test_the_arrows_point_one_way(under: str, may_import: tuple[str, ...]):
    wrong = {
        f"{name} imports {other}"
        for name, path in MODULES.items()
        if name.is_relative_to(under)
        for other in of_ours(path)
        if not f"{other}.".startswith(may_import)
    }
    assert wrong == set()


def test_only_the_root_and_the_measuring_instruments_know_adapters():
    wrong = {
        f"{name} imports {other}"
        for name, path in MODULES.items()
        if not str(name).startswith(("audio/", *KNOW_ADAPTERS))
        for other in imported(path, at_run_time=True)
        if other.startswith(ADAPTERS) and not other.startswith(NO_ADAPTERS)
    }
    assert wrong == set()


def test_time_is_read_in_one_place():
    wrong = {
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        # The store stamps by itself only for whoever brings no clock, and says so in the stamp.
        if str(name) not in {"assistant/clock.py", "assistant/store/records.py"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and reads_time(node.func)
    }
    assert wrong == set()


def reads_time(called: ast.expr) -> bool:
    """Whether this is `time.time`, `datetime.now` and their like; `perf_counter` measures computing and may be used."""
    return (
        isinstance(called, ast.Attribute)
        and called.attr in READ_TIME
        and isinstance(called.value, ast.Name)
        and called.value.id in {"time", "datetime", "date"}
    )


def test_nobody_imports_the_functions_that_read_time_by_name():
    wrong = {
        f"{name} imports {other}"
        for name, path in MODULES.items()
        for other in imported(path)
        if other.startswith("time.") and other.removeprefix("time.") in READ_TIME
    }
    assert wrong == set()


def loaded_by(code: str, folder: Path) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after running some code."""
    ended = (
        "import atexit, sys\n"
        f"atexit.register(lambda: sys.stderr.write(' '.join(m for m in {HEAVY!r} if m in sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", ended + code], capture_output=True, text=True, check=False, env=environment(folder)
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_importing_the_packages_loads_no_heavy_library(tmp_path: Path):
    assert loaded_by("import audio, intents, assistant", tmp_path) == set()
    assert loaded_by("import soundfile, assistant", tmp_path) == {"soundfile"}


@pytest.mark.parametrize(
    ("call", "needed"),
    [
        ("--help", set()),
        ("--version", set()),
        ("night --help", set()),
        ("run --help", set()),
        ("understand cramp", set()),
        ("config", set()),
        ("episodes", {"sqlalchemy"}),
    ],
)
def test_a_command_loads_only_what_it_needs(call: str, needed: set[str], tmp_path: Path):
    code = f"import sys\nfrom assistant.cli import main\nsys.exit(main({call.split()!r}))"
    assert loaded_by(code, tmp_path) == needed


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and lines of every function, its docstring left out: an explanation makes no function long."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                lines -= (first.end_lineno or 0) - first.lineno + 1
            yield node.name, lines


def test_a_module_is_one_idea_of_250_lines_at_most():
    lengths = {str(name): len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_function_has_40_lines_at_most_and_half_of_them_10():
    lengths = {
        f"{name}:{function}": lines
        for name, path in MODULES.items()
        if "migrations/versions" not in str(name)  # written once, run once
        for function, lines in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FUNCTION_LINES} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION_LINES


def test_only_the_command_line_and_the_benchmarks_print():
    wrong = {
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        if not str(name).startswith(("assistant/cli", "assistant/bench"))
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert wrong == set()


def test_no_error_is_swallowed_unseen():
    wrong = {
        f"{name}:{node.lineno}"
        for name, path in MODULES.items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    }
    assert wrong == set()
