"""The log's file, for those who only ask whether it is there: the database library costs a third of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "bedside.sqlite3"


def has_log(folder: Path) -> bool:
    """Whether a folder holds a log already; opening it would make one."""
    return (folder / FILE_NAME).is_file()
