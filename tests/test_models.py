"""Fetching a model: from a real server on this machine that breaks off, lies, and sends wrong bytes."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import COMPLAINT, bedside, bedside_here, environment, refusal

from assistant.models import models_here, try_once
from audio.model_archive import DownloadError, Source, install
from audio.model_download import fetch
from audio.model_files import ADAPTATION, MANIFEST, NEEDED, check_model

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "vosk-model-test"
FILES = [*NEEDED, *(f"ivector/{name}" for name in ADAPTATION)]


def packed(members: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive.getvalue()


MODEL = {f"{NAME}/{name}": hashlib.sha256(name.encode()).digest() * 600 for name in FILES}
ARCHIVE = packed(MODEL)
HALF = len(ARCHIVE) // 2 // 8192 * 8192


class Publisher(BaseHTTPRequestHandler):
    """Answers by the path that is asked for; each request is remembered by its Range."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        begin = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        self.server.ranges.append(begin)  # type: ignore[attr-defined]
        getattr(self, self.path.strip("/"))(begin)

    def send(self, status: int, data: bytes, **headers: object) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": len(data)} | headers).items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(data)

    def piece(self, begin: int, end: int) -> None:
        """The archive from a byte on; what is promised is always its end."""
        promised = len(ARCHIVE) - begin
        if begin:
            ranged = f"bytes {begin}-{len(ARCHIVE) - 1}/{len(ARCHIVE)}"
            self.send(206, ARCHIVE[begin:end], Content_Range=ranged, Content_Length=promised)
        else:
            self.send(200, ARCHIVE[:end], Content_Length=promised)

    def whole(self, begin: int) -> None:
        self.piece(begin, len(ARCHIVE))

    def breaks_off_once(self, begin: int) -> None:
        self.piece(begin, len(ARCHIVE) if begin else HALF)

    def breaks_off_always(self, begin: int) -> None:
        self.piece(begin, begin + 8192)

    def knows_no_ranges(self, _: int) -> None:
        self.piece(0, len(ARCHIVE))

    def promises_another_size(self, _: int) -> None:
        self.send(200, ARCHIVE + b"more")

    def promises_nothing_and_never_ends(self, _: int) -> None:
        self.send_response(200)
        self.end_headers()
        with_more = ARCHIVE + bytes(1 << 20)
        self.wfile.write(with_more)

    def sends_wrong_bytes(self, _: int) -> None:
        self.send(200, bytes(len(ARCHIVE)))

    def has_nothing(self, _: int) -> None:
        self.send(404, b"not here")

    def has_nothing_beyond(self, begin: int) -> None:
        if begin:
            self.send(416, b"")
        else:
            self.piece(0, len(ARCHIVE))

    def hangs(self, _: int) -> None:
        self.server.closing.wait(30)  # type: ignore[attr-defined]

    def hangs_midway(self, _: int) -> None:
        self.send(200, ARCHIVE[:HALF], Content_Length=len(ARCHIVE))
        self.wfile.flush()
        self.server.closing.wait(30)  # type: ignore[attr-defined]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Publisher)
        self.ranges: list[int] = []
        self.closing = threading.Event()

    def source(self, path: str) -> Source:
        url = f"http://127.0.0.1:{self.server_address[1]}/{path}"
        return Source(NAME, url, len(ARCHIVE), hashlib.sha256(ARCHIVE).hexdigest())

    def handle_error(self, *_: object) -> None:
        """A client that has had enough is no error."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server in a thread of its own; no proxy stands between."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield serving
        serving.closing.set()
        serving.shutdown()
        thread.join()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


@contextmanager
def refused(saying: str) -> Iterator[None]:
    """One line that ends with what to do."""
    with pytest.raises(DownloadError, match=saying) as told:
        yield
    assert "\n" not in str(told.value)
    assert str(told.value).endswith("--from FILE")


def test_a_model_is_fetched_verified_unpacked_and_put_in_place(server: Server, tmp_path: Path):
    told: list[tuple[int, int]] = []
    where = fetch(server.source("whole"), tmp_path / "models", lambda done, whole: told.append((done, whole)))
    assert where == tmp_path / "models" / NAME
    assert {name: (where.parent / name).read_bytes() for name in MODEL} == MODEL
    assert check_model(where, thorough=True) == sum(map(len, MODEL.values()))
    assert (where / MANIFEST).exists()
    assert told[-1] == (len(ARCHIVE), len(ARCHIVE))
    assert told == sorted(told)
    assert left_in(where.parent) == [NAME]


def test_a_transfer_that_breaks_off_is_taken_up_where_it_broke(server: Server, tmp_path: Path):
    fetch(server.source("breaks_off_once"), tmp_path)
    assert server.ranges == [0, HALF]
    assert left_in(tmp_path) == [NAME]


def test_what_was_fetched_stays_for_the_next_call_when_every_try_breaks_off(server: Server, tmp_path: Path):
    with refused("broke off after 24,576 of"):
        fetch(server.source("breaks_off_always"), tmp_path)
    assert left_in(tmp_path) == [f"{NAME}.part"]
    assert server.ranges == [0, 8192, 16384]
    fetch(server.source("whole"), tmp_path)
    assert server.ranges[-1] == 24576
    assert left_in(tmp_path) == [NAME]


@pytest.mark.parametrize("path", ["knows_no_ranges", "has_nothing_beyond"])
def test_a_server_that_cannot_resume_sends_it_all_again(path: str, server: Server, tmp_path: Path):
    (tmp_path / f"{NAME}.part").write_bytes(ARCHIVE[:5000])
    fetch(server.source(path), tmp_path)
    assert left_in(tmp_path) == [NAME]


@pytest.mark.parametrize(
    ("path", "saying"),
    [
        ("promises_another_size", r"offers [\d,]+ bytes instead of"),
        ("promises_nothing_and_never_ends", r"sends more than [\d,]+ bytes"),
        ("sends_wrong_bytes", "is not the published file"),
        ("has_nothing", "says 404"),
    ],
)
def test_a_wrong_answer_is_refused_and_leaves_no_model(path: str, saying: str, server: Server, tmp_path: Path):
    with refused(saying):
        fetch(server.source(path), tmp_path)
    assert NAME not in left_in(tmp_path)


@pytest.mark.parametrize("path", ["promises_nothing_and_never_ends", "sends_wrong_bytes"])
def test_after_wrong_bytes_the_next_call_begins_anew(path: str, server: Server, tmp_path: Path):
    with refused("bytes|published"):
        fetch(server.source(path), tmp_path)
    fetch(server.source("whole"), tmp_path)
    assert server.ranges == [0, 0]
    assert left_in(tmp_path) == [NAME]


def test_wrong_bytes_of_a_part_file_are_found_and_thrown_away(server: Server, tmp_path: Path):
    (tmp_path / f"{NAME}.part").write_bytes(bytes(5000))
    with refused("is not the published file"):
        fetch(server.source("whole"), tmp_path)
    fetch(server.source("whole"), tmp_path)
    assert left_in(tmp_path) == [NAME]


def test_a_model_that_is_there_is_kept_until_the_new_one_is_whole(server: Server, tmp_path: Path):
    where = fetch(server.source("whole"), tmp_path)
    (where / "own-note").touch()
    with refused("404"):
        fetch(server.source("has_nothing"), tmp_path)
    assert (where / "own-note").exists()
    fetch(server.source("whole"), tmp_path)
    assert not (where / "own-note").exists()
    assert left_in(tmp_path) == [NAME]


def test_a_server_that_hangs_is_left_soon(server: Server, tmp_path: Path):
    with refused("does not answer within 0.2 s|cannot be reached"):
        fetch(server.source("hangs"), tmp_path, connect_s=0.1, read_s=0.1)
    with refused("broke off after"):
        fetch(server.source("hangs_midway"), tmp_path, read_s=0.1, tries=1)


def test_where_nobody_listens_it_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as gone:
        source = gone.source("whole")
    with refused("cannot be reached"):
        fetch(source, tmp_path)


def test_two_downloads_at_a_time_do_not_mix(server: Server, tmp_path: Path):
    def first_one() -> None:
        with refused("cannot be reached|does not answer"):
            fetch(server.source("hangs"), tmp_path)

    first = threading.Thread(target=first_one)
    first.start()
    while not server.ranges:
        server.closing.wait(0.01)
    with pytest.raises(DownloadError, match="being fetched already; wait"):
        fetch(server.source("whole"), tmp_path)
    server.closing.set()
    first.join()


def of(archive: bytes, tmp_path: Path) -> tuple[Source, Path]:
    path = tmp_path / "brought.zip"
    path.write_bytes(archive)
    return Source(NAME, "", len(archive), hashlib.sha256(archive).hexdigest()), path


def test_an_archive_that_somebody_brought_is_verified_the_same_way_and_stays(tmp_path: Path):
    source, path = of(ARCHIVE, tmp_path)
    assert check_model(install(source, path, tmp_path / "models"), thorough=True)
    assert path.exists()
    with refused("is not the published file"):
        install(replace(source, sha256="0" * 64), path, tmp_path / "other")
    with refused("bytes instead of"):
        install(replace(source, size=1), path, tmp_path / "other")
    with refused("is no file"):
        install(source, tmp_path / "nothing.zip", tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["../outside", f"{NAME}/../../outside", "/outside", "outside", f"{NAME}\\..\\x"])
def test_an_archive_that_reaches_outside_is_refused_whole(name: str, tmp_path: Path):
    source, path = of(packed(MODEL | {name: b"x"}), tmp_path)
    folder = tmp_path / "deep" / "models"
    with refused("no part of a model"):
        install(source, path, folder)
    assert left_in(folder) == []
    assert not list(tmp_path.rglob("outside"))


def test_a_link_inside_an_archive_is_written_as_a_plain_file(tmp_path: Path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, data in MODEL.items():
            file.writestr(name, data)
        link = zipfile.ZipInfo(f"{NAME}/link")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    source, path = of(archive.getvalue(), tmp_path)
    placed = install(source, path, tmp_path / "models") / "link"
    assert not placed.is_symlink()
    assert placed.read_text(encoding="utf-8") == "/etc/passwd"


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path: Path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{NAME}/am/final.mdl", bytes(10_000_000))
    source, path = of(archive.getvalue(), tmp_path)
    with refused("more than a model may hold"):
        install(source, path, tmp_path / "models")


@pytest.mark.parametrize("archive", [b"no archive", ARCHIVE[:HALF], packed({f"{NAME}/README": b"x"})])
def test_what_is_no_whole_model_is_refused_whatever_its_hash(archive: bytes, tmp_path: Path):
    source, path = of(archive, tmp_path)
    with refused("no whole"):
        install(source, path, tmp_path / "models")
    assert left_in(tmp_path / "models") == []


def model_at(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    return folder


def test_models_are_found_in_the_order_in_which_they_count(tmp_path: Path):
    data, cache = tmp_path / "data", tmp_path / "cache"
    fetched, own = model_at(cache / "models" / NAME), model_at(data / "models" / "own")
    (cache / "models" / ".vosk-model-test.abc").mkdir()
    (cache / "models" / "download-tried").touch()
    places = models_here("asked", data, cache, {"BEDSIDE_MODEL": "named"})
    assert [(place.folder, place.by, place.is_asked) for place in places] == [
        (Path("asked"), "--model", True),
        (Path("named"), "BEDSIDE_MODEL", True),
        (own, "data folder", False),
        (fetched, "cache", False),
    ]
    assert models_here(None, tmp_path / "none", tmp_path / "none", {}) == []


def test_the_first_run_tries_once_and_no_network_is_a_notice(tmp_path: Path):
    tries: list[str] = []

    def fails() -> None:
        tries.append("fails")
        raise DownloadError("no network; run ./bedside models get again later")

    assert try_once(fails, tmp_path, needed=False) is None
    assert tries == []
    notice = try_once(fails, tmp_path, needed=True)
    assert notice is not None
    assert notice.endswith("no network; run ./bedside models get again later")
    assert try_once(fails, tmp_path, needed=True) is None
    assert tries == ["fails"]
    assert "both engines" in (try_once(lambda: None, tmp_path / "other", needed=True) or "")


def test_a_cache_that_cannot_be_written_is_a_notice_too(tmp_path: Path):
    (tmp_path / "models").write_text("in the way", encoding="utf-8")
    notice = try_once(lambda: None, tmp_path, needed=True)
    assert notice is not None
    assert "\n" not in notice


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, with neither data nor models."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "STATE_DIRECTORY", "BEDSIDE_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_command_lists_what_is_here_and_where(home: Path):
    told = bedside("models", env=environment(home))
    assert (told.returncode, told.stderr) == (0, "")
    first, second = told.stdout.splitlines()
    assert first.startswith("moonshine  Moonshine tiny")
    assert second.endswith("./bedside models get")
    fetched = model_at(home / ".cache/bedside/models" / NAME)
    assert str(fetched) in bedside("models", env=environment(home)).stdout


@pytest.mark.parametrize(
    ("call", "status", "saying"),
    [
        ("models got", 2, "Did you mean get?"),
        ("models --from x.zip", 2, "./bedside models get --from FILE"),
        ("models get --from x.zip", 1, "with --from FILE"),
        ("hear --engine vosk SOUND", 1, "./bedside models get, or name its folder with --model DIR"),
        ("hear --engine voks SOUND", 2, "Did you mean vosk?"),
        ("hear --model /nowhere SOUND", 1, "or name another with --model DIR"),
    ],
)
def test_a_call_that_cannot_be_done_says_in_one_line_what_to_do(call: str, status: int, saying: str, home: Path):
    assert not (home / ".cache").exists()
    arguments = [COMPLAINT if word == "SOUND" else word for word in call.split()]
    assert refusal(bedside_here(*arguments), status).rstrip(".").endswith(saying.rstrip("."))


def test_one_engine_can_be_made_to_hear_alone(home: Path):
    assert home
    answer = bedside_here("hear", "--json", "--engine", "moonshine", COMPLAINT)
    assert '"engine": "moonshine"' in answer.stdout
