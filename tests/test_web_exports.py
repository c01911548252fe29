"""What leaves the house: the doctor's sheet as a PDF, the JSON by its schema, and each column explained."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from typing import TYPE_CHECKING, get_args

import pytest
from command_line import PROJECT, bedside_here
from jsonschema import Draft202012Validator
from page_browser import CHEAP, CODE, LAST, made_up, opened
from pypdf import PdfReader
from starlette.testclient import TestClient
from test_web_door import HERE, knock, token

from assistant.dialog.events import EndedBy
from assistant.figures import figures_of
from assistant.sheet_pdf import LACKED, pdf_of
from assistant.store import JournalEntry, new_id
from assistant.store.editing import GRADES
from assistant.store.records import OWN, pain_band
from assistant.table import BYTE_ORDER_MARK
from assistant.web.alerts import GRAVEST, Alert
from assistant.web.doctor_paper import MOST_FLAGS, Sheet, parts_of, told_of
from assistant.web.exports import SCHEMA
from assistant.web.fields import SIDES, YES_NO
from assistant.web.render import Pages
from assistant.web.site import make_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from page_browser import Clock

    from assistant.store.house import House


@pytest.fixture(scope="module")
def made_up_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a made-up year, to be copied: making one takes a second."""
    folder = tmp_path_factory.mktemp("year")
    made_up(folder, 365)
    return folder


@pytest.fixture
def year(made_up_year: Path, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A log with a made-up year."""
    shutil.copytree(made_up_year, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path, clock) as house:
        yield house


@pytest.fixture
def visitor(year: House) -> TestClient:
    """Rosa's browser; she is the owner."""
    client = TestClient(make_site(year, first_code=CODE, hasher=CHEAP, sample=True), HERE, follow_redirects=False)
    knock(client, code=CODE)
    return client


def read(content: bytes) -> tuple[str, int]:
    """The words of a PDF, breaks as spaces, and its pages."""
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages)), len(pages)


def table(visitor: TestClient) -> str:
    """The table, as a spreadsheet reads it."""
    return visitor.get("/export/episodes.csv").content.decode("utf-8-sig")


def test_the_doctors_pdf_tells_what_the_log_holds_on_two_pages_at_most(visitor: TestClient, year: House):
    visitor.post(
        "/person",
        data={
            "csrf": token(visitor), "step": "person", "name": "Zofia Łódź", "born": "1941",
            "bloods": "ferritin 18 (30-400)",
        },
    )  # fmt: skip
    answer = visitor.get("/doctor.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    words, pages = read(answer.content)
    first = LAST.replace(day=1)
    figures = figures_of(year.reading.briefs(first, LAST), first, LAST)
    assert pages <= 2
    assert "Zofia Łódź, born 1941; nights of Sun 1 Mar 2026 to Sat 14 Mar 2026 (14 nights). MADE-UP NIGHTS" in words
    assert f"Episodes {len(figures.episodes)} " in words
    median = f"{figures.minutes.median:.1f}".removesuffix(".0")
    assert f"Minutes, median (longest) {median} (" in words
    assert f"{figures.eased[0]} of {figures.eased[1]} answered" in words
    assert "ferritin 18 (30-400)" in words
    assert "This sorts answers; it is no diagnosis." in words
    assert "not a medical device; no clinician has approved it" in words
    for night, n in figures.by_night.items():
        assert f"{night:%a} {night.day} {night:%b %Y} {n} " in words
    hours = "".join(f"{hour:02}: {n}, " for hour, n in [*enumerate(figures.hours)][18:] if n)
    assert hours in words + ", "


def test_the_doctors_pdf_of_a_year_is_two_pages_and_one_without_episodes_is_whole(visitor: TestClient):
    words, pages = read(visitor.get("/doctor.pdf?from=2025-03-15&to=2026-03-14").content)
    assert pages <= 2
    assert "Night by night: the last 14" in words
    words, pages = read(visitor.get("/doctor.pdf?from=2024-01-01&to=2024-01-14").content)
    assert pages == 1
    assert "Nothing was asked, since there was no episode." in words
    assert visitor.get("/doctor.pdf?from=2026-03-02&to=2026-03-01").status_code == 400


def test_the_doctors_page_and_its_pdf_tell_the_same_figures(visitor: TestClient, year: House):
    first = LAST.replace(day=1)
    figures = figures_of(year.reading.briefs(first, LAST), first, LAST)
    told = dict(told_of(figures, 0))
    assert told["Episodes in a whole week, median (range)"] == "5 (4 to 6)"
    assert told["Nights woken"] == "9 of 9 answered"
    words, _ = read(visitor.get("/doctor.pdf").content)
    page = visitor.get("/doctor").text
    assert [name for name, value in told.items() if f"{name} {value} " not in words] == []
    measured = f"or carers wrote it down (made up: {len(figures.episodes)}); onset is the first complaint"
    assert measured in words
    assert measured in page
    assert [name for name, value in told.items() if f"<dt>{name}</dt><dd>{value}</dd>" not in page] == []


def test_each_page_of_the_pdf_says_whose_it_is_and_that_the_nights_are_made_up(visitor: TestClient):
    visitor.post("/person", data={"csrf": token(visitor), "name": "Rosa", "bloods": "W" * 500, "helpers": "W" * 300})
    for n in ("medicines_other", "bloods"):
        visitor.post("/person", data={"csrf": token(visitor), n: "W" * 500})
    pages = PdfReader(io.BytesIO(visitor.get("/doctor.pdf").content)).pages
    assert len(pages) == 2
    foot = "Leg cramps at night, 2026-03-01 to 2026-03-14, Rosa. MADE-UP NIGHTS. Not a medical device."
    assert [foot in page.extract_text() for page in pages] == [True, True]


def test_a_letter_that_the_pdf_cannot_draw_is_marked_and_said(visitor: TestClient):
    visitor.post("/person", data={"csrf": token(visitor), "name": "Jose\u0301 \u738b\u5c0f\u660e"})
    words, _ = read(visitor.get("/doctor.pdf").content)
    assert "Jos\u00e9 ???; nights of" in words
    assert LACKED in words
    visitor.post("/person", data={"csrf": token(visitor), "name": "Jose\u0301"})
    assert LACKED not in read(visitor.get("/doctor.pdf").content)[0]


def test_a_year_of_open_warning_signs_leaves_room_for_the_rest(year: House, clock: Clock):
    figures = figures_of(year.reading.briefs(LAST.replace(day=1), LAST), LAST.replace(day=1), LAST)
    payload = {"level": "urgent", "red_flag": "rf_dvt"}
    flags = [Alert(JournalEntry("alert", new_id(), clock(), payload), 1, None) for _ in range(200)]
    parts = parts_of(Sheet(figures, {}, flags), Pages(sample=True), clock())
    words, pages = read(pdf_of(parts, title="", foot=""))
    assert pages <= 2
    assert words.count("nobody has acknowledged it") == MOST_FLAGS
    assert f"And {200 - MOST_FLAGS} more, none of them graver: see Alerts on the page." in words


def test_every_line_of_the_json_keeps_to_the_published_schema(visitor: TestClient):
    schema = visitor.get("/static/episode.schema.json").json()
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    lines = [json.loads(line) for line in visitor.get("/export/episodes.jsonl").text.splitlines()]
    assert len(lines) > 100
    assert [error.message for each in lines for error in check.iter_errors(each)] == []
    assert [*check.iter_errors(lines[0] | {"pain_now": 11})] != []


def test_the_schema_names_every_value_that_the_program_knows():
    properties = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    known: dict[str, tuple[str, ...]] = {
        "ended_by": (*get_args(EndedBy), "told"),
        "pain_band": tuple(dict.fromkeys(pain_band(pain) for pain in range(1, 11))),
        "level": GRAVEST,
        "grade": GRADES,
        "origin": (*OWN, "sample", "demo", "script"),
        **dict.fromkeys(("knot", "urge_to_move", "relief_by_moving", "both_legs"), YES_NO),
        "class": tuple(Pages().words["class"]),
    }
    assert {name: tuple(properties[name]["enum"]) for name in known} == {n: (*v, None) for n, v in known.items()}
    assert tuple(properties["side"]["enum"]) == SIDES
    words = {n: properties[n]["description"] for n in ("ended_by", "grade", "origin", "level", "pain_band", "class")}
    assert [(n, value) for n, text in words.items() for value in known[n] if value not in text] == []


def test_the_table_opens_right_in_a_spreadsheet_and_is_the_command_lines_too(
    visitor: TestClient, year: House, tmp_path: Path
):
    [episode, *_] = year.reading.all_episodes()
    year.editing.change(episode.episode_id, "Rosa", 9999, {"note": 'Łódź; "two"\nlines, =1'})
    written = visitor.get("/export/episodes.csv").content
    assert written.startswith(BYTE_ORDER_MARK.encode())
    assert next(csv.DictReader(io.StringIO(table(visitor))))["note"] == 'Łódź; "two"\nlines, =1'
    printed = bedside_here("episodes", "--csv", "--data", str(tmp_path)).stdout
    assert printed.splitlines() == table(visitor).splitlines()


def test_an_empty_log_is_a_table_with_a_heading(tmp_path: Path, clock: Clock):
    with opened(tmp_path, clock) as house:
        client = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE)
        knock(client, code=CODE)
        assert table(client).split(",")[:2] == ["episode_id", "house_id"]
        assert len(table(client).splitlines()) == 1
        assert client.get("/export/episodes.jsonl").text == ""


def test_each_column_of_the_table_is_explained_in_its_order_on_the_page_and_on_paper(visitor: TestClient):
    [columns, *_] = csv.reader(io.StringIO(table(visitor)))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    assert list(schema) == columns
    paper = (PROJECT / "docs" / "export.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", paper, re.MULTILINE)
    assert told == [(name, each["description"]) for name, each in schema.items()]
    page = visitor.get("/export/columns").text
    assert [name for name in columns if f'<th scope="row">{name}</th>' not in page] == []
