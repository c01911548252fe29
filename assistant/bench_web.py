"""Benchmark: how long each page takes as the log grows, and what many readers do to the assistant's own write."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from rich.table import Table

from assistant.bench_web_log import fill, newest_episode, write_times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from assistant.app import App

SIZES = (200, 2_000, 20_000, 200_000)
"""Episodes; about 15 events each."""
PAGES = ("/", "/nights", "/trends?weeks=12", "/trends?weeks=52", "/alerts", "/doctor", "/words", "/person", "/device")
TIMES = 20
READERS = 50
WRITES = 30
START_S = 300.0

STREAM = "/export/episodes.csv"


def run(app: App, clips: Path | None, *, every: int) -> dict[str, Any]:
    """Measure on made-up logs of growing size, in a folder of their own.

    Args:
        app: only its settings matter; the log of whoever measures is not touched.
        clips: not used.
        every: only every Nth size.
    """
    del app, clips
    return {"cores": _cores(), "sizes": [_size(size) for size in SIZES[::every]]}


def show(result: dict[str, Any], console: Console) -> None:
    """Print a line for each size and page."""
    table = Table("episodes", "page", "median ms", "95th ms", "kB", box=None, pad_edge=False)
    for size in result["sizes"]:
        for page in size["pages"]:
            table.add_row(
                f"{size['episodes']:,}", page["path"], f"{page['median_ms']}", f"{page['p95_ms']}", f"{page['kb']}"
            )
        stream = size["csv"]
        table.add_row(
            f"{size['episodes']:,}", f"{STREAM}, peak +{stream['grew_mb']} MB", f"{stream['ms']}", "", f"{stream['kb']}"
        )
    console.print(table)
    writes = Table("episodes", "readers", "the assistant's write, median ms", "slowest ms", box=None, pad_edge=False)
    for size in result["sizes"]:
        for each in size["writes"]:
            writes.add_row(f"{size['episodes']:,}", str(each["readers"]), f"{each['median_ms']}", f"{each['most_ms']}")
    console.print(writes)


def _size(episodes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = fill(folder, episodes)
        with _served(folder) as (port, pid):
            cookie = made["cookie"]
            paths = [*PAGES, f"/episode/{newest_episode(folder)}"]
            pages = [_page(port, cookie, path) for path in paths]
            return {
                "episodes": made["episodes"],
                "pages": pages,
                "csv": _stream(port, cookie, pid),
                "writes": [_writes(folder, port, cookie, readers) for readers in (0, READERS)],
            }


def _page(port: int, cookie: str, path: str) -> dict[str, Any]:
    _fetch(port, cookie, path)
    taken = [_fetch(port, cookie, path) for _ in range(TIMES)]
    times = [each for each, _ in taken]
    return {
        "path": path.split("/episode/", maxsplit=1)[0] + ("/episode/…" if "/episode/" in path else ""),
        "median_ms": round(median(times) * 1000, 1),
        "p95_ms": round(quantiles(times, n=20)[-1] * 1000, 1),
        "kb": round(taken[0][1] / 1000, 1),
    }


def _stream(port: int, cookie: str, pid: int) -> dict[str, Any]:
    before = _peak_mb(pid)
    taken, size = _fetch(port, cookie, STREAM)
    return {"ms": round(taken * 1000), "kb": round(size / 1000), "grew_mb": round(_peak_mb(pid) - before, 1)}


def _writes(folder: Path, port: int, cookie: str, readers: int) -> dict[str, Any]:
    with ThreadPoolExecutor(max(1, readers)) as pool:
        reading = [pool.submit(_fetch, port, cookie, path) for path in PAGES for _ in range(readers)]
        times = write_times(folder, WRITES)
        for each in reading:
            each.cancel()
    return {
        "readers": readers,
        "median_ms": round(median(times) * 1000, 1),
        "most_ms": round(max(times) * 1000, 1),
    }


def _fetch(port: int, cookie: str, path: str) -> tuple[float, int]:
    """Seconds and bytes of one page."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        began = perf_counter()
        connection.request("GET", path, headers={"cookie": f"bedside={cookie}"})
        answer = connection.getresponse()
        size = 0
        while part := answer.read(65536):
            size += len(part)
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} answered {answer.status}")
        return perf_counter() - began, size


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int]]:
    """The page in a process of its own, as at home; yields port and process id."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    call = [sys.executable, "-m", "assistant", "web", "--sample", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(call, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield port, server.pid
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    ends = perf_counter() + START_S
    while perf_counter() < ends:
        with closing(socket.socket()) as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)


def _peak_mb(pid: int) -> float:
    """The most memory that a process has had, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


def _cores() -> int:
    from os import sched_getaffinity  # noqa: PLC0415 - Linux only, as the rest of it

    return len(sched_getaffinity(0))
