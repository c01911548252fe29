"""Lint, format, types and shell scripts, as tests: one command and one closing line show everything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
SHELL_SCRIPTS = ("bedside", "requirements/lock", ".ci/run")


def complaints(*command: str | Path) -> str:
    """What a checker says about the project; empty when it has nothing to say."""
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_finds_nothing_to_complain_about() -> None:
    assert complaints(sys.executable, "-m", "ruff", "check", "--quiet") == ""


def test_every_file_is_formatted() -> None:
    assert complaints(sys.executable, "-m", "ruff", "format", "--check", "--quiet") == ""


def test_the_types_hold_under_strict_mypy() -> None:
    assert complaints(sys.executable, "-m", "mypy") == ""


def test_shellcheck_finds_nothing_to_complain_about() -> None:
    shellcheck = shutil.which("shellcheck", path=Path(sys.executable).parent) or shutil.which("shellcheck")
    if not shellcheck:
        pytest.skip("no shellcheck: on aarch64 it comes from the system's packages")
    assert complaints(shellcheck, *SHELL_SCRIPTS) == ""


@pytest.mark.parametrize("script", SHELL_SCRIPTS)
def test_a_script_can_be_started_by_its_name(script: str) -> None:
    assert (PROJECT / script).stat().st_mode & 0o111 == 0o111
