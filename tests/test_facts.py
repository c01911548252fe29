"""docs/facts.md: each fact of the medical page stands there, and everything that it points to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.dialog.script import load_script
from assistant.store.tables import episode

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "facts.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
SCRIPT = load_script()
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "tests").glob("test_*.py")))
NAMED = re.findall(r"`([^`]+)`", "\n".join(row[-1] for row in ROWS))
NEVER_SAID = (
    r"clot|thrombos|\ba stroke|epilep|parkinson|diabet|sciatica|arter(y|ies)|cancer|lockjaw|calcium|magnesium|amputat"
    r"|restless legs|syndrome|disease|disc\b|percent|%|it will (go|pass)|i promise|i (have )?called|don't panic"
)


def test_every_fact_and_every_point_has_its_row():
    facts = [f"A{n}" for n in range(1, 25)] + [f"B{n}" for n in range(1, 15)]
    points = [str(n) for n in range(1, 13)]
    assert [row[0] for row in ROWS if row[0] not in ("fact", "point")] == [*facts, *points]


@pytest.mark.parametrize("name", sorted(set(NAMED)))
def test_what_a_row_points_to_exists(name: str):
    if name.startswith("field:"):
        assert name.removeprefix("field:") in episode.c
    elif name.startswith("test_"):
        assert f"def {name}(" in TESTS
    elif "/" in name:
        assert (PROJECT / name).exists()
    else:
        assert name in SCRIPT.lines or name in SCRIPT.red_flags


def test_no_line_names_a_disease_a_figure_or_a_promise():
    said = {line: told.say for line, told in SCRIPT.lines.items()}
    assert {line: text for line, text in said.items() if re.search(NEVER_SAID, text.lower())} == {}
