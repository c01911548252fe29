"""Where things lie: the log and the settings in the data folder, models and rendered lines in the cache."""

from __future__ import annotations

import os
from pathlib import Path

from assistant.errors import BedsideError, UsageError


def data_folder(asked: str | None) -> Path:
    """The folder of the log: what was asked for, what systemd gives, or the user's own."""
    if asked is not None:
        return _named(asked)
    if state := os.environ.get("STATE_DIRECTORY"):
        return Path(state)
    return _home_folder("XDG_DATA_HOME", ".local/share", "--data DIR")


def _named(asked: str) -> Path:
    if not asked:
        raise UsageError("--data names no folder. Give one: --data DIR")
    try:
        return Path(asked).expanduser()
    except RuntimeError as error:
        raise UsageError(f"--data {asked}: there is no such user. Give a folder: --data DIR") from error


def cache_folder() -> Path:
    """The folder of models and rendered lines: nothing in it is anybody's data."""
    if state := os.environ.get("STATE_DIRECTORY"):
        return Path(state) / "cache"
    return _home_folder("XDG_CACHE_HOME", ".cache", "XDG_CACHE_HOME=DIR")


def _home_folder(variable: str, below_home: str, remedy: str) -> Path:
    if (base := os.environ.get(variable)) and Path(base).is_absolute():
        return Path(base) / "bedside"
    try:
        return Path.home() / below_home / "bedside"
    except RuntimeError as error:
        raise BedsideError(f"There is no home folder. Give a folder with {remedy}.") from error
