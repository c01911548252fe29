"""The check of `doctor` that looks at the natural voice: whether every line is rendered for the settings in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.script import load_script
from assistant.errors import BedsideError
from assistant.finding import Finding, faulty
from assistant.voices import BEST, fixed_lines, natural_of, plain_of

if TYPE_CHECKING:
    from assistant.app import App

NAME = "natural voice"
FETCH = "./bedside voices get"


def check_natural(app: App) -> Finding:
    """Whether the voice that the settings ask for can say every fixed line; never essential: the plain one remains."""
    setting = app.settings.voice.name
    natural = natural_of(setting)
    if natural is None:
        return Finding(NAME, ok=True, essential=False, detail=f"not asked for: {setting} speaks")
    try:
        lines = fixed_lines(load_script(), app.settings.numbers.model_dump())
    except BedsideError as error:
        return faulty(NAME, str(error), essential=False)
    best = app.natural_voice(natural, app.plain_voice(plain_of(setting)))
    ahead = sum(best.is_ahead(line) for line in lines)
    if ahead == len(lines):
        return Finding(NAME, ok=True, essential=False, detail=f"{natural.name}, {ahead} lines rendered ahead")
    if ahead == 0 and setting == BEST:
        return Finding(NAME, ok=True, essential=False, detail=f"none yet; to have one: {FETCH}")
    detail = f"{natural.name} has rendered {ahead} of {len(lines)} lines for these settings"
    return Finding(NAME, ok=False, essential=False, detail=detail, remedy=FETCH)
