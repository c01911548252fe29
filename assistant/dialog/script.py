"""The reviewed words and the plan of the conversation, loaded from the pack and checked as one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

import intents
from assistant.errors import ScriptError

Kind = Literal["step", "hold", "check", "ask", "red_flag", "reassure", "answer", "control"]
Level = Literal["emergency", "urgent", "soon"]
Seconds = PositiveFloat

PACK = Path(intents.__file__).parent / "packs" / "bedside"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Data):
    """A thing that may be said."""

    say: Annotated[str, Field(min_length=1)]
    kind: Kind
    source: Annotated[str, Field(min_length=1)]
    reviewer: str | None = None
    """Who approved these very words, and when; None: nobody yet."""


class Stretch(_Data):
    """The reverse stretch of one muscle, as ids of lines."""

    first_round: tuple[str, ...]
    next_rounds: tuple[str, ...]
    with_helper: tuple[str, ...]
    rest_line: str
    rounds: PositiveInt
    hold_s: Seconds
    rest_s: Seconds
    marks: dict[PositiveInt, str]
    """Seconds into the hold -> line."""
    signs: tuple[str, ...]
    """Questions for the signs of something graver, in the order in which they are asked."""


class RedFlag(_Data):
    """What is said instead of any stretch."""

    level: Level
    lines: tuple[str, ...]
    asked_by: str | None = None
    """The question whose "yes" is this flag."""


class Alarm(_Data):
    """How an emergency is repeated; seconds."""

    repeat_s: Seconds
    repeat_for_s: Seconds
    then_repeat_s: Seconds
    at_most_s: Seconds


class Endpoint(_Data):
    """Seconds of quiet that end an utterance."""

    sure_s: Seconds
    answer_s: Seconds
    complaint_s: Seconds


class Timing(_Data):
    """All patience of the conversation; seconds, explained in timing.yaml."""

    pause_s: Seconds
    refinement_s: Seconds
    quiet_before_line_s: Seconds
    answer_s: Seconds
    still_here_s: Seconds
    recheck_s: Seconds
    signs_s: Seconds
    too_long_s: Seconds
    hurt_is_recent_s: Seconds
    silence_closes_s: Seconds
    says_again: PositiveInt
    alarm: Alarm
    endpoint: Endpoint


class Script(_Data):
    """The whole plan."""

    lines: dict[str, Line]
    stretches: dict[str, Stretch]
    red_flags: dict[str, RedFlag]
    timing: Timing

    def flag_asked_by(self, question: str) -> str:
        """The red flag that a "yes" to this question means."""
        return next(name for name, flag in self.red_flags.items() if flag.asked_by == question)

    def words(self, line: str, numbers: dict[str, str]) -> str:
        """What is said for a line's id, the family's numbers filled in."""
        return self.lines[line].say.format(**numbers)


NUMBERS = {"emergency": "an ambulance", "urgent_line": "your doctor's line"}
"""What is said for a number that the family has not set."""

# Lines that the machine says by itself, so they must be there whatever the stretches are.
FIXED_LINES = (
    "check.how",
    "check.easier",
    "ask.helper",
    "control.let_go",
    "control.still_here",
    "control.stay_lying",
    "control.good_night",
    "control.cannot_phone",
)


@lru_cache(maxsize=4)
def load_script(pack: Path = PACK, language: str = "en") -> Script:
    """Read and check the pack's lines and dialog.

    Raises:
        ScriptError: names every file and key at fault, not only the first.
    """
    data: dict[str, Any] = {
        "lines": _read(pack / "lines" / f"{language}.yaml")["lines"],
        "timing": _read(pack / "dialog" / "timing.yaml"),
        **_read(pack / "dialog" / "stretches.yaml"),
        **_read(pack / "dialog" / "red_flags.yaml"),
    }
    try:
        script = Script.model_validate(data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ScriptError(f"{pack}: {wrong}. Correct these keys.") from error
    if faults := _loose_ends(script):
        raise ScriptError(f"{pack}: {'; '.join(faults)}. Correct these keys.")
    return script


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ScriptError(f"{path}: {' '.join(str(error).split())}. Correct or restore the file.") from error
    if not isinstance(data, dict):
        raise ScriptError(f"{path}: holds no keys. Correct or restore the file.")
    return data


def _loose_ends(script: Script) -> list[str]:
    """Lines that are named but do not exist, and questions whose "yes" leads nowhere."""
    named = dict.fromkeys(FIXED_LINES, "the conversation itself")
    for site, s in script.stretches.items():
        for line in (*s.first_round, *s.next_rounds, *s.with_helper, s.rest_line, *s.marks.values(), *s.signs):
            named[line] = f"stretches.{site}"
    for name, flag in script.red_flags.items():
        named |= dict.fromkeys(flag.lines, f"red_flags.{name}")
    faults = [
        f"{where} names the line {line}, which lines has not"
        for line, where in named.items()
        if line not in script.lines
    ]
    answered = {f.asked_by for f in script.red_flags.values()}
    faults += [
        f"stretches.{site}.signs asks {q}, and no red flag has it as asked_by"
        for site, s in script.stretches.items()
        for q in s.signs
        if q not in answered
    ]
    return faults
