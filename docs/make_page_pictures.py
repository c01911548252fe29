"""Writes the pictures of the caregivers' page anew: made-up nights, served and looked at by a real Chromium.

Run it after a change of the page: PYTHONPATH=.:tests .venv/bin/python docs/make_page_pictures.py
"""
# ruff: noqa: INP001 - a script beside the pages, no package

from __future__ import annotations

import base64
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from page_browser import LAST, Clock, chromium, first_visit, made_up, opened, served

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PICTURES = Path(__file__).with_name("screenshots")
SEED = 97
"""Its last nights show something of everything."""

PAGES = ("nights", "trends", "alerts", "doctor", "words", "person", "device", "new", "import", "sending")
ON_A_PHONE = {"last-night": "/", "trends": "/trends", "nights": "/nights"}
LONGEST = 2400


def write(folder: Path) -> None:
    """Serve, look, keep."""
    made_up(folder, 365, SEED)
    with opened(folder, Clock()) as house, served(house, sample=True) as address:
        episode = house.reading.episodes(LAST, LAST)[-1].episode_id
        with chromium() as browser:
            browser.get(f"{address}/login")
            shoot(browser, f"{address}/login", "first-visit")
            first_visit(browser, address)
            for name, path in {"last-night": "/", "episode": f"/episode/{episode}"}.items():
                shoot(browser, address + path, name)
            for name in PAGES:
                shoot(browser, f"{address}/{name}", name)
            printed(browser, f"{address}/doctor")
            cookie = browser.get_cookie("bedside")
        for scheme in ("dark", "light"):
            with chromium(width=390, height=844, dark=scheme == "dark") as browser:
                browser.get(f"{address}/login")
                browser.add_cookie(cookie or {})
                for name, path in ON_A_PHONE.items():
                    shoot(browser, address + path, f"phone-{name}-{scheme}")


def shoot(browser: Chrome, address: str, name: str) -> None:
    """One picture of a whole page."""
    browser.get(address)
    keep(browser, name)


def printed(browser: Chrome, address: str) -> None:
    """As it comes out of a printer: the sheet of paper, and a picture of it."""
    browser.get(address)
    sheet = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    (PICTURES / "doctor.pdf").write_bytes(base64.b64decode(sheet["data"]))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    size = {"width": 794, "height": 1123, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    keep(browser, "doctor-on-paper")


def keep(browser: Chrome, name: str) -> None:
    """Write what the browser shows."""
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip: dict[str, Any] = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], LONGEST), "scale": 1}
    wanted = {"captureBeyondViewport": True, "format": "png", "clip": clip}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", wanted)
    (PICTURES / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    os.environ["TZ"] = "Europe/Zurich"
    time.tzset()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch))
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}\n")
