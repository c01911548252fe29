"""A published archive: verified, unpacked aside, and put in place whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from audio.errors import AudioError, RecogniserError
from audio.model_files import check_model, write_manifest

MOST_UNPACKED = 40
"""A model is at most this many times as large as its archive: more is a bomb."""
LATER = "run ./bedside models get again later, or give the archive with --from FILE"


class DownloadError(AudioError):
    """A model could not be fetched; the message ends with the remedy."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published archive: what it must be, and where it is."""

    name: str
    """The folder that the archive holds."""
    url: str
    size: int
    """Bytes of the archive."""
    sha256: str


ENGLISH = Source(
    "vosk-model-small-en-us-0.15",
    "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
    41_205_931,
    "30f26242c4eb449f948e42cb302dd7a686cb29a3423a8367f99ff41780942498",
)


def install(source: Source, archive: Path, folder: Path) -> Path:
    """Verify an archive and put its model at `folder / source.name`, in the place of one that is there.

    Args:
        source: what the archive must be.
        archive: the file; it stays as it is.
        folder: where models lie; made if missing.

    Raises:
        DownloadError: it is not the published file.
        OSError: the disk.
    """
    if not archive.is_file():
        raise DownloadError(f"{archive} is no file; give the archive {source.name}.zip with --from FILE")
    _verify(source, archive)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.name
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{source.name}.") as aside:
        unpacked = Path(aside) / source.name
        _unpack(source, archive, Path(aside))
        try:
            check_model(unpacked)
        except RecogniserError as error:
            raise DownloadError(f"{archive} holds no whole model; {LATER}") from error
        write_manifest(unpacked)
        if target.exists():
            target.rename(Path(aside) / "before")
        unpacked.rename(target)
    return target


def _verify(source: Source, archive: Path) -> None:
    size = archive.stat().st_size
    if size != source.size:
        raise DownloadError(f"{archive} has {size:,} bytes instead of {source.size:,}; {LATER}")
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != source.sha256:
        raise DownloadError(f"{archive} is not the published file: its SHA-256 is {digest}; {LATER}")


def _unpack(source: Source, archive: Path, aside: Path) -> None:
    """Write each member below `aside`; one that points elsewhere, or is no plain file, is refused."""
    try:
        with zipfile.ZipFile(archive) as packed:
            if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED * source.size:
                raise DownloadError(f"{archive} unpacks to more than a model may hold; {LATER}")
            for member in packed.infolist():
                place = PurePosixPath(member.filename)
                if place.is_absolute() or ".." in place.parts or place.parts[:1] != (source.name,):
                    raise DownloadError(f"{archive} holds {member.filename!r}, which is no part of a model; {LATER}")
                _write(packed, member, aside.joinpath(*place.parts))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DownloadError(f"{archive} is no whole archive ({error}); {LATER}") from error


def _write(packed: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    if member.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Opened as new files and never as links: a link inside an archive arrives as a small file with its text.
    with packed.open(member) as source, path.open("xb") as file:
        shutil.copyfileobj(source, file)
