"""Where a Vosk model lies and whether it is whole: looks at names, sizes and hashes, loads nothing.

Kaldi, the engine inside Vosk, ends the whole process on some damaged files, so nothing is handed to it unseen.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from audio.errors import RecogniserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "bedside-manifest.json"
"""Written beside a verified model's files: path -> [bytes, SHA-256]."""
REMEDY = "fetch it again: ./bedside models get"
NEEDED = (
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/Gr.fst",
    "graph/HCLr.fst",
    "graph/disambig_tid.int",
    "graph/phones/word_boundary.int",
)
"""What every model with a grammar at run time has."""
ADAPTATION = ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
"""What a model that adapts to the voice has in `ivector/` as well."""


def is_model(folder: Path) -> bool:
    """Tell whether a folder is meant as a Vosk model, whole or not."""
    return any((folder / name).is_dir() for name in ("am", "graph"))


def check_model(folder: Path, *, thorough: bool = False) -> int:
    """Check that a model's files are all there and as large as they were when they were verified.

    Args:
        folder: the model.
        thorough: compare SHA-256 too, where a manifest tells them; some tenths of a second.

    Returns:
        Bytes of all files.

    Raises:
        RecogniserError: no model, a file is missing, empty, cut short, or another than was verified.
    """
    if not folder.is_dir():
        raise RecogniserError(
            f"There is no Vosk model in {folder}; fetch one: ./bedside models get, or name another with --model DIR"
        )
    needed = [*NEEDED, *(f"ivector/{name}" for name in ADAPTATION if (folder / "ivector").is_dir())]
    try:
        sizes = dict(_files(folder))
        for name in needed:
            if not sizes.get(name):
                state = "is empty" if name in sizes else "is missing"
                raise RecogniserError(f"Vosk's model in {folder} is not whole: {name} {state}; {REMEDY}")
        _compare(folder, sizes, thorough=thorough)
    except OSError as error:
        raise RecogniserError(f"Vosk's model in {folder} cannot be read ({error.strerror}); {REMEDY}") from error
    return sum(sizes.values())


def write_manifest(folder: Path) -> None:
    """Note the size and SHA-256 of each file of a model that has just been verified.

    Raises:
        OSError: the folder cannot be read or written.
    """
    listed = {name: [size, _sha256(folder / name)] for name, size in _files(folder)}
    (folder / MANIFEST).write_text(json.dumps(listed, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def identity(folder: Path) -> str:
    """Return a hash of the model's place, names, sizes and times of change: another value means other files.

    Raises:
        OSError: the folder cannot be read.
    """
    told = [[name, size, (folder / name).stat().st_mtime_ns] for name, size in sorted(_files(folder))]
    return hashlib.sha256(json.dumps([str(folder.resolve()), told]).encode()).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            yield path.relative_to(folder).as_posix(), path.stat().st_size


def _compare(folder: Path, sizes: dict[str, int], *, thorough: bool) -> None:
    for name, (size, digest) in _manifest(folder).items():
        actual = sizes.get(name)
        if actual is None:
            raise RecogniserError(f"Vosk's model in {folder} is not whole: {name} is missing; {REMEDY}")
        if actual != size:
            raise RecogniserError(f"Vosk's {folder / name} has {actual:,} bytes instead of {size:,}; {REMEDY}")
        if thorough and _sha256(folder / name) != digest:
            raise RecogniserError(f"Vosk's {folder / name} is damaged; {REMEDY}")


def _manifest(folder: Path) -> dict[str, tuple[int, str]]:
    """What was verified; nothing is known of a model that came another way."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        return {str(name): (int(size), str(digest)) for name, (size, digest) in json.loads(path.read_bytes()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise RecogniserError(f"Vosk's {path} is damaged; {REMEDY}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
