"""Templates, and how things are written in them: local times, and what is missing as missing."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from assistant.store.records import Stamp
    from assistant.web.visit import Visit

HERE = Path(__file__).parent
MISSING = "–"  # noqa: RUF001 - a dash that stands for no answer

NAVIGATION = (
    ("/", "Last night"),
    ("/nights", "Nights"),
    ("/trends", "Trends"),
    ("/alerts", "Alerts"),
    ("/doctor", "Doctor"),
    ("/words", "Words"),
    ("/person", "Person"),
    ("/lines", "Lines"),
    ("/device", "Device"),
)


class Pages:
    """Fills templates.

    Args:
        sample: whether made-up nights are shown, which each page then says.
    """

    def __init__(self, *, sample: bool = False) -> None:
        self._sample = sample
        self.origin = "sample" if sample else "page"
        """Of what is typed: among made-up nights it is made up too."""
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {
            "called": self.called, "clock": clock, "day": day, "number": number, "local": local, "joined": self.joined,
        }  # fmt: skip
        self._environment.globals |= {"words": self.words, "navigation": NAVIGATION, "missing": MISSING}

    @cached_property
    def words(self) -> dict[str, Any]:
        """What things are called."""
        known: dict[str, Any] = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))
        return known

    def called(self, value: object, what: str) -> str:
        """The name of a value; one that has none is shown as it is, and none at all as missing."""
        if value is None:
            return MISSING
        return str(self.words[what].get(value, str(value).removeprefix("rf_").replace("_", " ")))

    def joined(self, values: object, what: str) -> str:
        """The names of several values."""
        return ", ".join(self.called(each, what) for each in values) if isinstance(values, (list, tuple)) else MISSING

    def spot(self, site: str, side: str) -> str:
        """Where it was, in words."""
        parts = self._environment.get_template("parts.html").module
        return str(parts.spot(site, side)).strip()  # type: ignore[attr-defined] # a macro of the template

    def show(self, visit: Visit, template: str, status: int, known: Mapping[str, object]) -> Response:
        """A whole page."""
        done = self.words["done"].get(visit.asked("done"), "")
        common = {"visit": visit, "path": visit.request.url.path, "done": done, "sample": self._sample}
        text = self._environment.get_template(template).render(common | dict(known))
        return HTMLResponse(text, status)


def clock(value: Stamp | datetime | None) -> str:
    """Hours and minutes."""
    if value is None:
        return MISSING
    return (value if isinstance(value, datetime) else value.local).strftime("%H:%M")


def local(value: Stamp) -> str:
    """Day and time."""
    return f"{day(value.local.date())}, {clock(value)}"


def day(value: date | None) -> str:
    """As `Mon 2 Mar 2026`."""
    return MISSING if value is None else f"{value:%a} {value.day} {value:%b %Y}"


def number(value: float | None, digits: int = 0) -> str:
    """Rounded; none as missing."""
    if value is None:
        return MISSING
    shown = f"{value:.{digits}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
