"""A page that is served on the loopback, and a real Chromium without a screen that looks at it."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from argon2 import PasswordHasher
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from assistant.sample import Sample
from assistant.store import Stamp, Store
from assistant.store.bulk import write_all
from assistant.store.house import House
from assistant.store.place import FILE_NAME
from assistant.web.site import make_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

CODE = "open sesame"
PASSWORD = "three small words"  # noqa: S105 - opens made-up homes only
LAST = date(2026, 3, 14)
MORNING = datetime(2026, 3, 15, 8, 12, tzinfo=UTC)
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""argon2id at the least cost: the tests log in a hundred times."""

PATIENCE_S = 30.0

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")


class Clock:
    """The page's time, which a test moves."""

    def __init__(self, begins: datetime = MORNING) -> None:
        self.begins = self.wall = begins.astimezone()

    def __call__(self) -> Stamp:
        passed = (self.wall - self.begins).total_seconds()
        offset = self.wall.utcoffset() or timedelta()
        return Stamp(self.wall, int(offset.total_seconds() // 60), "page", passed, trusted=True)


@cache
def _empty_log() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Store.open(folder).close()
        return (Path(folder) / FILE_NAME).read_bytes()


def empty_log(folder: Path) -> None:
    """Put a new log into a folder: making it once and copying it saves half a second a test."""
    (folder / FILE_NAME).write_bytes(_empty_log())


def made_up(folder: Path, nights: int, seed: int = 3) -> None:
    """Fill a folder with made-up nights up to 14 March 2026."""
    write_all(folder, "sample", Sample(LAST, nights, seed=seed).all())


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[House]:
    """The log with made-up nights in sight."""
    with House(folder, clock, ("sample",)) as house:
        yield house


@contextmanager
def served(house: House, **options: Any) -> Iterator[str]:
    """Serve a house on a free port; yields the address."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        site = make_site(house, first_code=CODE, hasher=CHEAP, **options)
        config = uvicorn.Config(site, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chromium(*, width: int = 1100, height: int = 900, dark: bool = True, scripts: bool = True) -> Iterator[Chrome]:
    """A browser without a screen."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for each in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", "disable-dev-shm-usage"):
        options.add_argument(f"--{each}")
    options.add_experimental_option("prefs", {} if scripts else {"webkit.webprefs.javascript_enabled": False})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options, webdriver.ChromeService(executable_path=str(DRIVER)))
    try:
        # Beside other tests a page comes late, and the check of access takes longer than the driver's own patience.
        browser.implicitly_wait(PATIENCE_S)
        browser.set_script_timeout(4 * PATIENCE_S)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
        yield browser
    finally:
        browser.quit()


def fill(browser: Chrome, **fields: str) -> None:
    """Type into the fields of a form, send it, and wait until its answer comes: who leaves before takes it along."""
    for name, text in fields.items():
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(text)
    field.submit()
    WebDriverWait(browser, PATIENCE_S).until(staleness_of(field))


def first_visit(browser: Chrome, address: str, name: str = "Rosa") -> None:
    """Make the owner's account and come in."""
    browser.get(f"{address}/login")
    fill(browser, code=CODE, name=name, password=PASSWORD)
