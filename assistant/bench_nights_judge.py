"""Pure: what became of a spoken night, beside the same words typed."""

from __future__ import annotations

from itertools import pairwise, zip_longest
from math import inf
from typing import TYPE_CHECKING, Any

from assistant.dialog.script import load_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.bench_nights import SpokenNight
    from assistant.night_events import NightEvent

FLAG_WAYS = ("raised", "asked", "silent", "stretched")
"""What a red flag got: its lines, a question whether it was meant, nothing, or a step of a stretch."""
_STRETCH = frozenset({"step", "hold"})
_CONFIRMS = "confirm."


def outcome(events: Sequence[NightEvent]) -> dict[str, list[str]]:
    """What a night came to, in the words of a table of nights."""
    of = {name: [e.fields for e in events if e.event == name] for name in ("said", "alert", "episode_closed")}
    return {
        "said": [fields["line"] for fields in of["said"]],
        "alerts": [f"{fields['level']} {fields['red_flag']} {fields['state']}" for fields in of["alert"]],
        "closed": [f"{fields['site']} {fields['ended_by']}" for fields in of["episode_closed"]],
    }


def judged(night: SpokenNight, typed: Sequence[NightEvent], spoken: Sequence[NightEvent]) -> dict[str, Any]:
    """Compare a spoken night with what must follow, and its sentences with what they mean typed.

    Returns:
        `heard`: sentences understood as if typed, and all of them; `misheard`: [said, heard, meant] of the others;
        `as_written`: whether all lines, alerts and endings are those of the night; `broke`: where not, one line;
        `flags`: how many red flags got which of `FLAG_WAYS`; `ended`: whether all that was opened was closed.
    """
    came, must = outcome(spoken), {"said": night.said, "alerts": night.alerts, "closed": night.closed}
    misheard: list[list[str | None]] = []
    flags = dict.fromkeys(FLAG_WAYS, 0)
    starts = [*sorted(night.says), inf]
    for at, until in pairwise(starts):
        meant, heard = _within(typed, at, until), _within(spoken, at, until)
        if _meanings(meant) != _meanings(heard):
            words = " / ".join(str(e.fields["text"]) for e in heard if e.event == "heard")
            misheard.append([night.says[at], words, ", ".join(_meanings(heard)) or None])
        if any(e.event == "alert" and e.fields["state"] == "raised" for e in meant):
            flags[_flag_got(heard)] += 1
    opened, closed = (sum(e.event == name for e in spoken) for name in ("episode_opened", "episode_closed"))
    return {
        "heard": [len(night.says) - len(misheard), len(night.says)],
        "misheard": misheard,
        "as_written": came == must,
        "broke": None if came == must else _broke(must, came, misheard),
        "flags": flags,
        "ended": opened == closed,
    }


def _within(events: Sequence[NightEvent], at: float, until: float) -> list[NightEvent]:
    return [e for e in events if at <= e.t < until]


def _meanings(events: Sequence[NightEvent]) -> list[str]:
    """What was meant, with the place where one was told; silence is nothing."""
    understood = [e.fields for e in events if e.event == "understood" and e.fields["intent"] is not None]
    return [" ".join(filter(None, (fields["intent"], fields["slots"].get("site")))) for fields in understood]


def _flag_got(events: Sequence[NightEvent]) -> str:
    if any(e.event == "alert" for e in events):
        return "raised"
    said = [str(e.fields["line"]) for e in events if e.event == "said"]
    if any(line.startswith(_CONFIRMS) for line in said):
        return "asked"
    # A hold that goes on because nobody was heard is silence; a step that answers the words is a stretch.
    answered = bool(_meanings(events)) and said and load_script().lines[said[0]].kind in _STRETCH
    return "stretched" if answered else "silent"


def _broke(must: dict[str, list[str]], came: dict[str, list[str]], misheard: list[list[str | None]]) -> str:
    """The first difference, and the first sentence that was taken otherwise."""
    what = next(key for key in must if must[key] != came[key])
    pairs = zip_longest(must[what], came[what], fillvalue="nothing")
    wanted, got = next((wanted, got) for wanted, got in pairs if wanted != got)
    told = f"{got} instead of {wanted}"
    if not misheard:
        return told
    said, words, _ = misheard[0]
    return f"{told}; “{said}” heard as “{words}”"
