"""The page in a real Chromium, as a carer sees it: dark, light, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_browser import (
    CHROMIUM,
    DRIVER,
    LAST,
    PASSWORD,
    PATIENCE_S,
    Clock,
    chromium,
    fill,
    first_visit,
    made_up,
    opened,
    served,
)
from selenium.common import StaleElementReferenceException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from selenium.webdriver import Chrome

    from assistant.store.house import House

pytestmark = pytest.mark.skipif(
    not ((CHROMIUM and DRIVER) or os.environ.get("CI")),
    reason="no Chromium here: apt-get install chromium chromium-driver",
)

AXE = (Path(__file__).parent / "vendored" / "axe.min.js").read_text(encoding="utf-8")
PATHS = ("/", "/nights", "/trends", "/alerts", "/doctor", "/words", "/person", "/device", "/new", "/import")
PATHS += ("/sending", "/lines", "/person?step=1", "/person?who=other")


def awaited(browser: Chrome, true: Callable[[Chrome], bool]) -> None:
    """Wait until it is so; an element that a new page has just taken away is looked for again."""
    WebDriverWait(browser, PATIENCE_S, ignored_exceptions=[StaleElementReferenceException]).until(true)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("home")
    made_up(folder, 120)
    with opened(folder, Clock()) as made:
        yield made


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with served(house, sample=True) as where:
        yield where


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Chrome]:
    """Rosa's: she has made her account."""
    with chromium() as chrome:
        first_visit(chrome, address)
        yield chrome


def look(browser: Chrome, *, width: int = 1100, dark: bool = True) -> None:
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)


def breaches(browser: Chrome) -> list[Any]:
    """What axe-core finds against WCAG 2.2 AA."""
    browser.execute_script(AXE)
    run = (
        "const done = arguments[0];"
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then(r => done(r.violations.map(v => [v.id, v.nodes.map(n => n.html.slice(0, 160))])));"
    )
    found: list[Any] = browser.execute_async_script(run)
    return found


def paths(house: House) -> list[str]:
    [*_, episode] = house.reading.episodes(LAST.replace(month=1), LAST)
    return [*PATHS, f"/episode/{episode.episode_id}"]


@pytest.mark.parametrize(("width", "scheme"), [(1100, "dark"), (360, "light")])
def test_every_page_keeps_the_rules_of_access(browser: Chrome, address: str, house: House, width: int, scheme: str):
    look(browser, width=width, dark=scheme == "dark")
    found = {}
    for path in paths(house) if scheme == "dark" else ("/", "/trends", "/person"):
        browser.get(address + path)
        found[path] = breaches(browser)
    assert {path: each for path, each in found.items() if each} == {}


def test_no_page_scrolls_sideways_on_a_phone_and_every_button_is_large(browser: Chrome, address: str, house: House):
    look(browser, width=320)
    small = (
        "return [...document.querySelectorAll('button, .button, nav a, select, input:not([type=hidden])')]"
        ".filter(e => e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 24)"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    for path in paths(house):
        browser.get(address + path)
        too_wide = browser.execute_script("return Math.max(0, document.documentElement.scrollWidth - innerWidth)")
        assert (path, too_wide, browser.execute_script(small)) == (path, 0, [])


def test_the_first_visit_goes_through_five_steps_without_scripts(browser: Chrome, address: str, house: House):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(f"{address}/person?step=1")
        for n in range(1, 6):
            assert browser.find_element(By.TAG_NAME, "h1").text.startswith(f"Step {n} of 5: ")
            for name, text in {1: {"name": "Ada"}, 3: {"emergency": "112"}}.get(n, {}).items():
                browser.find_element(By.NAME, name).send_keys(text)
            button = browser.find_element(By.CSS_SELECTOR, "main form button")
            button.click()
            awaited(browser, staleness_of(button))
        assert "The five steps are done." in browser.find_element(By.TAG_NAME, "main").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert (house.profile.read()["name"], house.profile.read()["emergency"]) == ("Ada", "112")


def test_nothing_comes_from_elsewhere_and_nothing_is_refused_by_the_policy(browser: Chrome, address: str, house: House):
    browser.get_log("browser")
    sources, first = set(), 0
    read = "return performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize])"
    for path in paths(house):
        browser.get(address + path)
        found = browser.execute_script(read)
        sources |= {name.split("/")[2] for name, _ in found}
        first = first or sum(size for _, size in found) + len(browser.page_source.encode())
    assert sources == {address.split("/")[2]}
    assert [each["message"] for each in browser.get_log("browser")] == []
    assert browser.execute_script("return typeof htmx") == "object"
    assert 0 < first < 150_000


def test_the_first_page_renews_itself_in_place(browser: Chrome, address: str):
    browser.get(address)
    browser.execute_script("document.getElementById('asof').textContent = 'old'")
    browser.execute_script("htmx.ajax('GET', '/', {target: '#night', select: '#night', swap: 'outerHTML'})")
    text = "return document.getElementById('asof')?.textContent ?? 'old'"
    awaited(browser, lambda b: b.execute_script(text) != "old")
    assert browser.find_element(By.ID, "night").get_attribute("hx-trigger") == "every 20s"


def test_the_first_page_turns_loud_when_it_has_grown_old(browser: Chrome, address: str):
    browser.get(address)
    assert browser.find_element(By.ID, "stale").text == ""
    browser.execute_script("const real = Date.now; Date.now = () => real() + 180000")
    awaited(browser, lambda b: "What stands here is old" in b.find_element(By.ID, "stale").text)


def test_a_carer_writes_a_note_by_keyboard_alone(browser: Chrome, address: str, house: House):
    look(browser)
    [episode] = house.reading.episodes(LAST, LAST)[-1:] or house.reading.episodes(LAST.replace(day=1), LAST)[-1:]
    browser.get(f"{address}/episode/{episode.episode_id}")
    keys = ActionChains(browser)
    keys.send_keys(Keys.TAB, Keys.ENTER).perform()
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    for _ in range(60):
        if browser.switch_to.active_element.get_attribute("name") == "note":
            break
        ActionChains(browser).send_keys(Keys.TAB).perform()
    ActionChains(browser).send_keys("Slept well after.", Keys.TAB, Keys.ENTER).perform()
    awaited(browser, lambda b: "Saved." in b.find_element(By.TAG_NAME, "main").text)
    told = house.reading.episode(episode.episode_id)
    assert told is not None
    assert (told.note, told.edited_by) == (f"{episode.note or ''}Slept well after.", "Rosa")


def test_who_logs_out_comes_in_again_by_name_and_password(browser: Chrome, address: str):
    browser.get(address)
    browser.find_element(By.CSS_SELECTOR, "footer button").click()
    fill(browser, name="rosa", password=PASSWORD)
    awaited(browser, lambda b: "You are Rosa (owner)" in b.find_element(By.TAG_NAME, "footer").text)


def test_every_page_can_be_read_and_printed_without_scripts(browser: Chrome, address: str, house: House):
    look(browser)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        for path in paths(house):
            browser.get(address + path)
            assert browser.find_element(By.CSS_SELECTOR, "main h1").text != "", path
        browser.get(f"{address}/doctor")
        page = browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(page["data"]) > 10_000
