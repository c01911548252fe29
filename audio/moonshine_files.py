"""Where Moonshine tiny lies on this machine, and whether it is whole: cheap checks that load nothing.

The model travels inside the wheel `moonshine-voice==0.1.0`; its package is only *located*, since importing it would
start the sound system and a download client. What the files must be stands in the wheel's own record.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from audio.errors import RecogniserError

WHEEL = "moonshine-voice==0.1.0"
ENCODER = "encoder_model.ort"
DECODER = "decoder_model_merged.ort"
TOKENIZER = "tokenizer.bin"
FILES = (ENCODER, DECODER, TOKENIZER)
REMEDY = f"install it again: pip install --force-reinstall --no-deps {WHEEL}"

_ORT_MARK = slice(4, 8)
_FOLDER = Path("assets", "tiny-en")


def model_folder() -> Path:
    """Return the folder of the installed model's files, unchecked.

    Raises:
        RecogniserError: the wheel is not installed.
    """
    spec = find_spec("moonshine_voice")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise RecogniserError(f"Moonshine's model is not installed; install it: pip install {WHEEL}")
    return Path(places[0]) / _FOLDER


def check_files(folder: Path, *, thorough: bool = False) -> int:
    """Compare the model's files with the wheel's record, by size and mark, `thorough` also by SHA-256.

    Args:
        folder: where the three files are.
        thorough: read and hash all 44 MB, some tenths of a second; for `doctor`.

    Returns:
        Their bytes together.

    Raises:
        RecogniserError: a file is missing, cut short, or another than the wheel brought.
    """
    recorded = _recorded()
    return sum(_check(folder / name, *recorded[name], thorough=thorough) for name in FILES)


def _recorded() -> dict[str, tuple[int, str]]:
    """Size in bytes and url-safe base64 SHA-256 of each file, by name."""
    try:
        listed = metadata.files(WHEEL.partition("==")[0]) or []
    except metadata.PackageNotFoundError:
        listed = []
    found = {p.name: (p.size or 0, p.hash.value if p.hash else "") for p in listed if p.parent.name == _FOLDER.name}
    missing = [name for name in FILES if name not in found]
    if missing:
        raise RecogniserError(f"The installed moonshine-voice carries no {missing[0]}; {REMEDY}")
    return found


def _check(path: Path, size: int, digest: str, *, thorough: bool) -> int:
    try:
        actual = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_ORT_MARK.stop)
    except OSError as error:
        raise RecogniserError(f"Moonshine's {path.name} cannot be read ({error.strerror}); {REMEDY}") from error
    if actual != size:
        raise RecogniserError(f"Moonshine's {path.name} has {actual:,} bytes instead of {size:,}; {REMEDY}")
    if path.suffix == ".ort" and head[_ORT_MARK] != b"ORTM":
        raise RecogniserError(f"Moonshine's {path.name} is no onnxruntime model; {REMEDY}")
    if thorough and _sha256(path) != digest:
        raise RecogniserError(f"Moonshine's {path.name} is damaged; {REMEDY}")
    return actual


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        raw = hashlib.file_digest(file, "sha256").digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
