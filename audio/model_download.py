"""Fetches a model from its publisher: resumable, verified, and put in place whole or not at all.

Nothing is trusted but the SHA-256: the file is taken by pieces of known number into `NAME.part`, verified, unpacked
into a folder beside the target, and renamed.
"""

from __future__ import annotations

import fcntl
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO

from audio.model_archive import LATER, DownloadError, Source, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from requests import Response

CONNECT_S = 3.0
"""Seconds until the server must be connected, and again until it answers: without a network nobody waits longer."""
READ_S = 15.0
"""Seconds without a byte after which the transfer counts as broken off."""
TRIES = 3
"""So often a transfer that breaks off is taken up again at once."""
_PIECE = 1 << 13
"""Bytes taken at a time; so many at most are lost where a transfer breaks off."""
_OK, _PARTIAL, _BEYOND = 200, 206, 416


def fetch(
    source: Source,
    folder: Path,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    *,
    connect_s: float = CONNECT_S,
    read_s: float = READ_S,
    tries: int = TRIES,
) -> Path:
    """Fetch a model and put it at `folder / source.name`.

    What a transfer that broke off has brought stays in `NAME.part` and is not fetched again.

    Args:
        source: the archive.
        folder: where models lie; made if missing.
        progress: told (bytes here, bytes of all).
        connect_s: seconds until the server must answer.
        read_s: seconds without a byte that end a transfer.
        tries: transfers at most.

    Raises:
        DownloadError: no network, a wrong answer, a wrong file.
        OSError: the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{source.name}.part"
    with _alone(folder / f".{source.name}.lock"):
        for remaining in range(tries - 1, -1, -1):
            try:
                _transfer(source, part, progress, connect_s=connect_s, read_s=read_s)
                break
            except _BrokenOff as error:
                if not remaining:
                    raise DownloadError(f"{source.url}: {error}; {LATER}") from error
        try:
            return install(source, part, folder)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the kernel's lock on a file: two downloads into one `.part` would mix."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DownloadError("The model is being fetched already; wait for that, or end it") from None
        yield


class _BrokenOff(Exception):  # noqa: N818 - not an error yet: it is tried again
    """The transfer ended early; it can be taken up again."""


def _transfer(
    source: Source, part: Path, progress: Callable[[int, int], None], *, connect_s: float, read_s: float
) -> None:
    """Bring the missing pieces into `part`."""
    have = part.stat().st_size if part.exists() else 0
    if have > source.size:
        part.unlink()
        have = 0
    if have == source.size:
        return
    with closing(_answer(source, have, connect_s, read_s)) as answer:
        if answer.status_code == _BEYOND:
            part.unlink(missing_ok=True)
            raise _BrokenOff("the server has another file")
        if answer.status_code not in (_OK, _PARTIAL):
            raise DownloadError(f"{source.url}: the server says {answer.status_code} {answer.reason}; {LATER}")
        resumed = answer.status_code == _PARTIAL and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        if answer.status_code == _PARTIAL and not resumed:
            part.unlink(missing_ok=True)
            raise _BrokenOff("the server sent another piece than was asked for")
        have = have if resumed else 0
        _check_promise(source, answer, have)
        with part.open("ab" if resumed else "wb") as file:
            _take(source, answer, file, have, progress)


def _answer(source: Source, have: int, connect_s: float, read_s: float) -> Response:
    """The server's answer, headers only; asked for in a thread, since looking up a name knows no time limit."""
    import requests  # noqa: PLC0415 - a tenth of a second, for who fetches

    told: SimpleQueue[Response | requests.RequestException] = SimpleQueue()
    # Packed once more on the way, the pieces could not be counted.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})

    def ask() -> None:
        try:
            told.put(requests.get(source.url, headers=headers, stream=True, timeout=(connect_s, read_s)))
        except requests.RequestException as error:
            told.put(error)

    Thread(target=ask, name="model-download", daemon=True).start()
    try:
        answer = told.get(timeout=2 * connect_s)
    except Empty:
        raise DownloadError(f"{source.url} does not answer within {2 * connect_s:g} s; {LATER}") from None
    if isinstance(answer, requests.RequestException):
        raise DownloadError(f"{source.url} cannot be reached ({type(answer).__name__}); {LATER}") from answer
    return answer


def _check_promise(source: Source, answer: Response, have: int) -> None:
    promised = answer.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) + have != source.size:
        raise DownloadError(
            f"{source.url}: the server offers {int(promised) + have:,} bytes instead of {source.size:,}; {LATER}"
        )


def _take(source: Source, answer: Response, file: BinaryIO, have: int, progress: Callable[[int, int], None]) -> None:
    import requests  # noqa: PLC0415

    try:
        for piece in answer.iter_content(_PIECE):
            have += len(piece)
            if have > source.size:
                file.truncate(0)  # nothing of it can be right
                raise DownloadError(f"{source.url}: the server sends more than {source.size:,} bytes; {LATER}")
            file.write(piece)
            progress(have, source.size)
    except requests.RequestException as error:
        raise _BrokenOff(f"broke off after {have:,} of {source.size:,} bytes") from error
    if have < source.size:
        raise _BrokenOff(f"broke off after {have:,} of {source.size:,} bytes")
