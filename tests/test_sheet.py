"""The reviewer's sheet shows every line as it is said, and who approved these very words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from command_line import bedside

from assistant.dialog.plan import Line
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.sheet import NOT_YET, sheet

if TYPE_CHECKING:
    from pathlib import Path

ALL = MOMENT | NUMBERS


def test_every_line_stands_on_the_sheet_with_its_source_and_its_review():
    script = load_script()
    page = sheet(script, ALL)
    for name, line in script.lines.items():
        assert f'<td class="id">{name}</td><td>{escape(script.words(name, ALL))}</td>' in page
        assert escape(line.source) in page
    assert page.count(NOT_YET) == len(script.lines)


def test_a_line_whose_words_change_loses_its_review():
    line = Line(say="Let go now.", kind="control", source="NHS")
    approved = line.model_copy(update={"reviewer": "A nurse, 2026-01-31", "reviewed": line.mark})
    assert approved.approved_by == "A nurse, 2026-01-31"
    assert approved.model_copy(update={"say": "Let it go."}).approved_by is None
    assert line.model_copy(update={"reviewer": "A nurse"}).approved_by is None


def test_the_page_fetches_nothing():
    page = sheet(load_script(), ALL)
    assert "://" not in page
    assert "<script" not in page


def test_the_command_writes_it_where_it_was_asked_to(tmp_path: Path):
    done = bedside("sheet", "--out", tmp_path / "lines.html", "--data", tmp_path)
    assert done.returncode == 0
    assert str(tmp_path / "lines.html") in done.stdout
    assert "What the assistant says" in (tmp_path / "lines.html").read_text(encoding="utf-8")
