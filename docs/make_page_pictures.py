"""Writes the pictures of the caregivers' page anew: made-up nights, served and looked at by a real Chromium.

PYTHONPATH=.:tests .venv/bin/python docs/make_page_pictures.py
"""

from __future__ import annotations

import base64
import os
import sys
import tempfile
import time
from pathlib import Path

from page_browser import Clock, chromium, first_visit, made_up, opened, served

PICTURES = Path(__file__).with_name("screenshots")

WIDE = {
    "last-night": "/",
    "nights": "/nights",
    "trends": "/trends",
    "alerts": "/alerts",
    "doctor": "/doctor",
    "words": "/words",
    "person": "/person",
    "device": "/device",
}


def write(folder: Path) -> None:
    """Serve, look, keep."""
    made_up(folder, 365)
    with opened(folder, Clock()) as house, served(house, sample=True) as address:
        episode = house.reading.episodes(house.reading.bounds()[1], house.reading.bounds()[1])[-1].episode_id
        with chromium() as browser:
            first_visit(browser, address)
            for name, path in {**WIDE, "episode": f"/episode/{episode}", "new": "/new"}.items():
                shoot(browser, address + path, name)
            login = browser.get_cookie("bedside")
            page = (
                browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
                if browser.get(f"{address}/doctor") is None
                else {}
            )
            (PICTURES / "doctor.pdf").write_bytes(base64.b64decode(page["data"]))
        for dark in (True, False):
            with chromium(width=390, height=844, dark=dark) as browser:
                browser.get(f"{address}/login")
                shoot(browser, f"{address}/login", "phone-login") if dark else None
                browser.add_cookie(login)
                for name, path in (("last-night", "/"), ("trends", "/trends"), ("nights", "/nights")):
                    shoot(browser, address + path, f"phone-{name}-{'dark' if dark else 'light'}")


def shoot(browser, address: str, name: str) -> None:
    """One picture of a whole page."""
    browser.get(address)
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png", "clip": _whole(browser)}
    )
    (PICTURES / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def _whole(browser) -> dict[str, float]:
    size = browser.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    return {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 2400), "scale": 1}


if __name__ == "__main__":
    os.environ["TZ"] = "Europe/Zurich"
    time.tzset()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch))
    sys.stdout.write(f"{len(list(PICTURES.iterdir()))} pictures in {PICTURES}\n")
