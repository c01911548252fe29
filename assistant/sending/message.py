"""What is sent, word for word; the page shows the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.store.records_sending import Raised

TEXTS = Path(__file__).with_name("messages.yaml")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it leaves the house."""

    title: str
    body: str


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return texts


def message(raised: Raised, name: str, signs: Mapping[str, str], offset_minutes: int) -> Message:
    """The message of an alert.

    Args:
        raised: the alert.
        name: of the person, or empty.
        signs: what red flags and a call for help are called.
        offset_minutes: local time, ahead of UTC.
    """
    texts, local = _texts(), raised.at.astimezone(timezone(timedelta(minutes=offset_minutes)))
    what = signs.get(raised.what, raised.what.removeprefix("rf_").replace("_", " "))
    known = {
        "who": name or texts["somebody"],
        "what": what,
        "clock": local.strftime("%H:%M"),
        "day": f"{local:%a} {local.day} {local:%b}",
        "todo": texts["todo"].get(raised.level, texts["todo"]["urgent"]),
    }
    title = texts["title"].get(raised.level, texts["title"]["urgent"])
    body = texts["body"].format(**known)
    return Message(title.format(**known), body[:1].upper() + body[1:])


def test_message() -> Message:
    """What the test button sends."""
    return Message(_texts()["test_title"], _texts()["test_body"])
