"""The reviewer's sheet shows every line as it is said, and who approved these very words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from command_line import bedside
from pypdf import PdfReader

from assistant.app import App
from assistant.approval import signed_script, told
from assistant.dialog.plan import Line
from assistant.dialog.script import MOMENT, NUMBERS, load_script
from assistant.sheet import NOT_YET, parts_of, sheet
from assistant.sheet_parts import Flow, Words
from assistant.sheet_pdf import write_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.house import House

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


def test_every_dialog_is_drawn_from_the_data():
    script = load_script()
    drawn = {text for part in parts_of(script, ALL) if isinstance(part, Flow) for _, text in part.boxes}
    asked = {
        script.words(line, ALL) for line in (*script.morning.lines, *script.practise.lines, *script.listening.lines)
    }
    advised = {script.words(line, ALL) for advice in script.complaints.values() for line in advice.lines}
    stretched = {script.words(line, ALL) for stretch in script.stretches.values() for line in stretch.first_round}
    assert asked | advised | stretched <= drawn


def test_a_question_for_the_site_stands_after_the_first_lines():
    script = load_script()
    flows = [part.boxes for part in parts_of(script, ALL) if isinstance(part, Flow)]
    (leg,) = [boxes for boxes in flows if ("ask", "Calf, foot, shin or thigh?") in boxes]
    assert leg[:3] == (
        ("step", "I'm here."),
        ("step", "Straighten your leg. Toes up toward your nose."),
        ("ask", "Calf, foot, shin or thigh?"),
    )


def test_the_pdf_holds_every_line_on_pages_of_paper(tmp_path: Path):
    path = tmp_path / "lines.pdf"
    write_pdf(parts_of(load_script(), ALL), path, datetime(2026, 1, 31, tzinfo=UTC))
    pages = PdfReader(path).pages
    # A column is as wide as its share, and long words break in it.
    words = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    assert [line.mark for line in load_script().lines.values() if line.mark not in words] == []
    assert len(pages) > 5


def test_names_keep_their_letters_in_a_pdf(tmp_path: Path):
    path = tmp_path / "one.pdf"
    write_pdf([Words("Łódź, Ελένη, Йосиф, it\u2019s \u2026")], path, datetime(2026, 1, 31, tzinfo=UTC))
    assert "Łódź, Ελένη, Йосиф, it\u2019s \u2026" in PdfReader(path).pages[0].extract_text()


def test_the_command_writes_it_where_it_was_asked_to(tmp_path: Path):
    done = bedside("sheet", "--out", tmp_path / "lines.html", "--data", tmp_path)
    assert done.returncode == 0
    assert str(tmp_path / "lines.html") in done.stdout
    assert "What the assistant says" in (tmp_path / "lines.html").read_text(encoding="utf-8")
    assert bedside("sheet", "--out", tmp_path / "lines.pdf", "--data", tmp_path).returncode == 0
    assert (tmp_path / "lines.pdf").read_bytes().startswith(b"%PDF-")
    nowhere = bedside("sheet", "--out", tmp_path / "no" / "lines.pdf", "--data", tmp_path)
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)


def test_what_a_reviewer_signed_on_the_page_stands_on_the_sheet_until_the_words_change(tmp_path: Path, house: House):
    script = load_script()
    line = script.lines["calf.first"]
    house.reviews.sign({"calf.first": line.mark, "calf.hold": "other words"}, "Dr. Iris Ek, 4711", "Iris")
    assert bedside("sheet", "--out", tmp_path / "lines.html", "--data", tmp_path).returncode == 0
    page = (tmp_path / "lines.html").read_text(encoding="utf-8")
    assert page.count("Dr. Iris Ek, 4711") == 1
    assert page.count(NOT_YET) == len(script.lines) - 1
    changed = script.model_copy(update={"lines": {"calf.first": Line(say="Let go.", kind="control", source="NHS")}})
    assert changed.signed([("calf.first", line.mark, "Dr. Iris Ek")]).lines["calf.first"].approved_by is None


def test_a_greeting_tells_how_many_lines_are_approved(tmp_path: Path, house: House):
    app, script = App(str(tmp_path)), load_script()
    assert told(signed_script(app)) == "no clinician has approved the lines yet"
    house.reviews.sign({"calf.first": script.lines["calf.first"].mark, "gone": "ffff"}, "Dr. Iris Ek", "Iris")
    assert told(signed_script(app)) == f"a clinician has approved 1 of {len(script.lines)} lines"
    every = [(name, line.mark, "Dr. Iris Ek") for name, line in script.lines.items()]
    assert told(script.signed(every)) == f"a clinician has approved all {len(script.lines)} lines"
