"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def written_whole(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Open a new file that takes the name `path` only when everything was written; nothing is left after a failure.

    Args:
        path: the file, replaced where there is one.
        mode: who may read and write it; by default as any file of the user's.

    Raises:
        OSError: the folder is missing, read-only or full.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)  # noqa: PTH101 - mkstemp keeps others out
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        os.unlink(name)  # noqa: PTH108
        raise
