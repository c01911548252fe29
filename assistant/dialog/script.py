"""The reviewed words and the plan of the conversation, loaded from the pack and checked as one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

import intents
from assistant.dialog.patience import Spoken, Timing
from assistant.dialog.plan import (
    EVERYWHERE,
    Answer,
    Complaint,
    Data,
    Line,
    Morning,
    Question,
    RedFlag,
    Rule,
    Stretch,
)
from assistant.dialog.plan_device import Listening, Page, Practise  # noqa: TC001 - pydantic reads them
from assistant.dialog.profile import SWITCHES
from assistant.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["FIXED_LINES", "MOMENT", "NUMBERS", "PACK", "Line", "Script", "Stretch", "Timing", "load_script"]

PACK = Path(intents.__file__).parent / "packs" / "bedside"


class Script(Data):
    """The whole plan."""

    lines: dict[str, Line]
    stretches: dict[str, Stretch]
    questions: dict[str, Question]
    red_flags: dict[str, RedFlag]
    answers: dict[str, Answer]
    complaints: dict[str, Complaint]
    morning: Morning
    listening: Listening
    practise: Practise
    page: Page
    rules: tuple[Rule, ...]
    spoken: Spoken
    timing: Timing

    def signed(self, signatures: Iterable[tuple[str, str, str]]) -> Script:
        """The same with what was signed elsewhere: line, mark of its words, reviewer. The files' reviews stay."""
        lines = dict(self.lines)
        for name, mark, reviewer in signatures:
            line = lines.get(name)
            if line is not None and line.mark == mark and line.approved_by is None:
                lines[name] = line.model_copy(update={"reviewer": reviewer, "reviewed": mark})
        return self.model_copy(update={"lines": lines})

    @property
    def approved(self) -> int:
        """How many lines a clinician has approved, in these very words."""
        return sum(line.approved_by is not None for line in self.lines.values())

    def words(self, line: str, numbers: dict[str, str]) -> str:
        """What is said for a line's id, the family's numbers filled in."""
        return self.lines[line].say.format(**numbers)

    def named_lines(self) -> Iterator[tuple[str, str]]:
        """Every line that something names, with the place that names it."""
        yield from ((line, "the conversation itself") for line in FIXED_LINES)
        yield from ((line, f"stretches.{site}") for site, s in self.stretches.items() for line in s.lines)
        for name, told in self.lines.items():
            yield from ((other, f"lines.{name}.unwritten") for other in told.unwritten or ())
        yield from ((question, "questions") for question in self.questions)
        yield from ((line, f"answers.{name}") for name, a in self.answers.items() for line in a.all_lines)
        yield from ((line, f"complaints.{name}") for name, c in self.complaints.items() for line in c.lines)
        yield from ((line, "listening") for line in self.listening.lines)
        yield from ((line, "practise") for line in self.practise.lines)
        yield from ((line, "page") for line in self.page.lines)
        for name, flag in self.red_flags.items():
            other = (line for way in flag.ways for line in way.lines or ())
            for line in (flag.confirm, *flag.lines, *other, *flag.then_asks, *flag.when_idle, *flag.by_trend):
                yield line, f"red_flags.{name}"
        for n, rule in enumerate(self.rules, 1):
            for line in (*rule.before, *rule.asks, *rule.forbid, *rule.replace.values()):
                yield line, f"rules.{n}"


NUMBERS = {
    "emergency": "an ambulance",
    "urgent_line": "your doctor's line",
}
"""What is said for a number that the family has not set."""
MOMENT = {
    "clock": "three o'clock",
    "until": "four o'clock",
    "count": "second",
    "name": "Somebody",
    "code": "1 2 3 4, 5 6 7 8",
}
"""Examples of what only the moment tells: the time, when we listen again, a count, who has been told, a code."""

# Lines that the machine says by itself, so they must be there whatever the stretches are.
FIXED_LINES = (
    "check.how",
    "check.easier",
    "ask.helper",
    "control.let_go",
    "control.still_here",
    "control.stay_lying",
    "control.good_night",
    "control.good",
    "control.okay",
    "control.heard_okay",
    "control.paused",
    "control.cannot_phone",
    "control.told",
)

REHEARSAL = ("rehearse", "heard", "too_quiet", "unheard")
OUTCOMES = ("next", "forbid", "helper", "alone", "close", "wait", "enough", *REHEARSAL)
"""What may follow an answer, beside `flag NAME` and `doubt NAME`."""


@lru_cache(maxsize=4)
def load_script(pack: Path = PACK, language: str = "en") -> Script:
    """Read and check the pack's lines and dialog.

    Raises:
        ScriptError: names every file and key at fault, not only the first.
    """
    data: dict[str, Any] = {
        "lines": _read(pack / "lines" / f"{language}.yaml")["lines"],
        "timing": _read(pack / "dialog" / "timing.yaml"),
        "spoken": _read(pack / "lines" / f"{language}.spoken.yaml"),
    }
    for name in ("stretches", "questions", "red_flags", "answers", "morning", "device", "profile"):
        data |= _read(pack / "dialog" / f"{name}.yaml")
    try:
        script = Script.model_validate(data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ScriptError(f"{pack}: {wrong}. Correct these keys.") from error
    if faults := [*_lines_that_are_not_there(script), *_dead_ends(script), *_rules_without_effect(script)]:
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


def _lines_that_are_not_there(script: Script) -> Iterator[str]:
    for line, where in dict(script.named_lines()).items():
        if line not in script.lines:
            yield f"{where} names the line {line}, which lines has not"


def _dead_ends(script: Script) -> Iterator[str]:
    """Questions that lead nowhere, or that nobody can ask."""
    for site, s in script.stretches.items():
        asked = {"signs": s.signs, "asks_first": s.asks_first, "asks_site": (s.asks_site,) if s.asks_site else ()}
        yield from (
            f"stretches.{site}.{key} asks {question}, which questions has not"
            for key, questions in asked.items()
            for question in questions
            if question not in script.questions
        )
    yield from (f"morning asks {q}, which questions has not" for q in script.morning.lines if q not in script.questions)
    for name, answer in script.answers.items():
        wrong = (other for other in answer.slots.values() if other not in script.answers)
        yield from (f"answers.{name}.slots names {other}, which answers has not" for other in wrong)
    ends = [(f"questions.{name}", outcome) for name, q in script.questions.items() for outcome in q.outcomes]
    ends += [(f"red_flags.{name}.if_yes", flag.if_yes) for name, flag in script.red_flags.items() if flag.if_yes]
    ends += [(f"complaints.{name}.then", complaint.then) for name, complaint in script.complaints.items()]
    for where, outcome in ends:
        what, _, flag = outcome.partition(" ")
        if outcome not in OUTCOMES and not (what in ("flag", "doubt") and flag in script.red_flags):
            yield f"{where} leads to {outcome}, which is nothing"


def _rules_without_effect(script: Script) -> Iterator[str]:
    for n, rule in enumerate(script.rules, 1):
        if rule.when not in SWITCHES:
            yield f"rules.{n}.when: the profile has no switch {rule.when}"
        unknown = [site for site in rule.sites if site not in (*script.stretches, EVERYWHERE)]
        yield from (f"rules.{n}.sites: there is no site {site}" for site in unknown)
        told = {line for site in rule.sites if site in script.stretches for line in script.stretches[site].lines}
        for line in (*rule.drop, *rule.replace):
            if EVERYWHERE not in rule.sites and line not in told:
                yield f"rules.{n}: the line {line} is not said for {', '.join(rule.sites)}"
