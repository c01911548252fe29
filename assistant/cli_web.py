"""`web` and `sample`: the caregivers' page, and made-up nights to try it out."""

from __future__ import annotations

import gzip
import secrets
import socket
import sys
import zlib
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.app import App
from assistant.clock import RealClock
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.errors import BedsideError, UsageError
from assistant.store.records import night_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from assistant.web.lines import SpokenLine
    from assistant.web.trust import Authority
    from assistant.web.words import Teach

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_NIGHTS = 36_525
GZIP = b"\x1f\x8b"
MOST_PORTS = 65_535


def sample(options: argparse.Namespace) -> int:
    """Write made-up nights, the last one last night."""
    from assistant.sample import Sample  # noqa: PLC0415 - loads the lines of the bedside
    from assistant.store.bulk import write_all  # noqa: PLC0415 - the database library

    if not 1 <= options.nights <= MOST_NIGHTS:
        raise UsageError(f"--nights {options.nights} cannot be. Give 1 to {MOST_NIGHTS}.")
    app = App(options.data)
    last = night_of(RealClock().wall()) - timedelta(days=1)
    number = write_all(app.data, "sample", Sample(last, options.nights, seed=options.seed).all())
    print(f"Wrote {number} made-up episodes of {options.nights} nights to {app.data}, marked as sample.")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Bring an archive into an empty log."""
    from assistant.store.archive import restore as bring_in  # noqa: PLC0415 - the database library

    app, file = App(options.data), Path(options.file)
    with file.open("rb") as opened:
        packed = opened.read(2) == GZIP
    try:
        with gzip.open(file, "rt", encoding="utf-8") if packed else file.open(encoding="utf-8") as lines:
            number = bring_in(app.data, lines)
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BedsideError(f"{file} is broken or cut off; nothing was written. Fetch it again.") from error
    print(f"Brought {number} rows into {app.data}. See it: ./bedside web --data {app.data}")
    return 0


@dataclass(frozen=True, slots=True)
class Reached:
    """How the page is reached."""

    names: tuple[str, ...]
    cert: str | Path | None = None
    key: str | Path | None = None
    authority: Authority | None = None
    """Of the house's own certificate."""
    vouched: tuple[str, ...] = ()
    notice: str | None = None


def web(options: argparse.Namespace) -> int:
    """Serve the page until Ctrl-C."""
    import uvicorn  # noqa: PLC0415 - a server is needed by this command only

    from assistant.web.site import make_site  # noqa: PLC0415

    _check(options)
    first_code, app = secrets.token_hex(4), App(options.data)
    with _reached(app, options) as reached, app.house(("sample",) if options.sample else ()) as house:
        _tell(options, reached, None if house.people.anybody() else first_code)
        channels = None if options.sample else app.channels()
        site = make_site(
            house,
            first_code=first_code,
            hosts=(*LOOPBACK, *reached.names),
            sample=options.sample,
            channels=channels,
            spoken=_spoken(app),
            authority=reached.authority,
            teach=_teach(app),
        )
        if channels is not None:
            site.state.post.begin()
        uvicorn.run(
            site,
            host=options.host,
            port=options.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=reached.cert,
            ssl_keyfile=reached.key,
        )
        site.state.post.end()
    return 0


@contextmanager
def _reached(app: App, options: argparse.Namespace) -> Iterator[Reached]:
    """Plain on this machine; with a certificate that was given, or the house's own, on the home network."""
    if options.host in LOOPBACK and not options.cert:
        yield Reached(())
    elif options.cert:
        yield Reached((options.host, "bedside.local"), options.cert, options.key)
    else:
        from assistant.web.trust import Authority  # noqa: PLC0415

        with app.home_network(options.host, options.port) as home:
            own = home.certificate
            authority = Authority(own.authority.read_bytes(), own.fingerprint)
            yield Reached((options.host, *home.names), own.chain, own.key, authority, home.vouched, home.notice)


def _tell(options: argparse.Namespace, reached: Reached, first_code: str | None) -> None:
    host = "bedside.local" if reached.authority and not reached.notice else _bracketed(options.host)
    address = f"{'https' if reached.cert else 'http'}://{host}:{options.port}/"
    print(f"The caregivers' page: {address}  Ctrl-C ends it.", flush=True)
    for each in reached.vouched:
        print(f"By its address: https://{_bracketed(each)}:{options.port}/", flush=True)
    if first_code:
        print(f"Nobody can come in yet. The code for the first visit: {first_code}", flush=True)
    if reached.authority:
        print(f"A phone warns until it trusts this house: {address}trust  Compare there:", flush=True)
        print(reached.authority.fingerprint, flush=True)
    if reached.notice:
        print(f"bedside: {reached.notice}", file=sys.stderr, flush=True)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _spoken(app: App) -> list[SpokenLine]:
    """Every line that the device may say, as the reviewer's sheet has it."""
    from assistant.sheet import NOT_YET, rows  # noqa: PLC0415
    from assistant.web.lines import SpokenLine  # noqa: PLC0415

    numbers = MOMENT | NUMBERS | app.settings.numbers.model_dump()
    return [
        SpokenLine(name, said, kind, where, source, reviewer, mark, approved=reviewer != NOT_YET)
        for name, said, kind, where, source, reviewer, mark in rows(load_script(), numbers)
    ]


def _teach(app: App) -> Teach:
    """Lets words mean something; the page then teaches with one tap."""
    from assistant import own_words  # noqa: PLC0415

    def teach(words: str, intent: str) -> str | None:
        try:
            own_words.teach(app.data, words, intent)
        except (BedsideError, OSError) as error:
            return str(error)
        return None

    return teach


def _check(options: argparse.Namespace) -> None:
    if not 1 <= options.port <= MOST_PORTS:
        raise UsageError(f"--port {options.port} cannot be. Give 1 to {MOST_PORTS}.")
    if bool(options.cert) != bool(options.key):
        raise UsageError("--cert and --key belong together. Give both.")
    for file in filter(None, (options.cert, options.key)):
        if not Path(file).is_file():
            raise UsageError(f"{file} is not there. Give a file.")
    with closing(socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)) as trying:
        trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trying.bind((options.host, options.port))
        except OSError as error:
            raise BedsideError(
                f"{options.host}:{options.port} cannot be used ({error.strerror}). Choose another with --port N."
            ) from error
