"""A night as a person reads it: the time, who, and what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from assistant.night_events import NightEvent

RELIEF = {None: "not told", 0: "worse", 1: "the same", 2: "easier", 3: "gone"}


def line_of(event: NightEvent, begins: datetime) -> Text | None:
    """One event as a line; None for those that only machines read."""
    show = _SHOWN.get(event.event)
    if show is None:
        return None
    who, what, style = show(event.fields)
    at = (begins + timedelta(seconds=event.t)).strftime("%H:%M:%S")
    return Text.assemble((f"{at}  ", "dim"), (f"{who:<11}", f"bold {style}"), (what, style))


def _heard(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "person", f"“{fields['text']}”", "cyan"


def _understood(fields: dict[str, Any]) -> tuple[str, str, str]:
    if fields["intent"] is None:
        return "", "→ not for us: silence", "dim"
    known = [value for value in fields["slots"].values() if value != "unknown"]
    return "", f"→ {', '.join([fields['intent'].replace('_', ' '), *known])} ({fields['score']:.0%} sure)", "dim"


def _said(fields: dict[str, Any]) -> tuple[str, str, str]:
    style = {"red_flag": "bold red", "hold": "blue"}.get(fields["kind"], "green")
    return "assistant", fields["text"], style


def _interrupted(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "", f"cut off after {fields['after_s']:.1f} s", "yellow"


def _opened(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "log", f"episode opened: {_where(fields)}", "magenta"


def _closed(fields: dict[str, Any]) -> tuple[str, str, str]:
    ended = fields["ended_by"].replace("_", " ")
    return "log", f"episode closed: {ended}, relief {RELIEF[fields['relief']]}", "magenta"


def _alert(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "ALERT", f"{fields['level']}: {fields['red_flag'].removeprefix('rf_').replace('_', ' ')}", "bold red"


def _silence(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "", f"nobody answers for {fields['waited_s']:g} s", "dim"


def _fault(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "FAULT", f"{fields['part']}: {fields['message']} {fields['remedy']}", "red"


def _recovered(fields: dict[str, Any]) -> tuple[str, str, str]:
    return "recovered", f"{fields['part']}: {fields['message']}", "green"


def _deaf(fields: dict[str, Any]) -> tuple[str, str, str]:
    minutes = f" for {fields['for_s'] / 60:.0f} minutes" if "for_s" in fields else ""
    return "", f"does not listen{minutes}", "yellow"


def _listens(_: dict[str, Any]) -> tuple[str, str, str]:
    return "", "listens again", "yellow"


def _where(fields: dict[str, Any]) -> str:
    side = "" if fields["side"] == "unknown" else f"{fields['side']} "
    return f"{fields['intent'].replace('_', ' ')}, {side}{fields['site'].replace('_', ' ')}"


_SHOWN: dict[str, Callable[[dict[str, Any]], tuple[str, str, str]]] = {
    "heard": _heard,
    "understood": _understood,
    "said": _said,
    "interrupted": _interrupted,
    "episode_opened": _opened,
    "episode_closed": _closed,
    "alert": _alert,
    "silence": _silence,
    "fault": _fault,
    "recovered": _recovered,
    "listening_ended": _deaf,
    "listening_began": _listens,
}
