"""*Person*: the five steps of a first visit, what a family ticks and types, and the other one in this bed."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pypdf import PdfReader
from test_web_door import invited, token
from test_web_pages import ago, live, tell, text_of
from test_web_pages import page as page  # noqa: PLC0414 - a fixture

from assistant.person import FROM_PAGE
from assistant.store import JournalEntry
from assistant.web.render import Pages
from assistant.web.trends import begun_in

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from page_browser import Clock
    from starlette.testclient import TestClient

    from assistant.store.house import House

WORDS = Pages().words
GENERAL = "This is general information, not diagnosis or treatment."


def save(page: TestClient, **fields: str) -> Response:
    """Send the form."""
    return page.post("/person", data={"csrf": token(page)} | fields)


def legends(page: TestClient, path: str) -> list[str]:
    """The parts that a page shows."""
    return re.findall(r"<legend>(\d) · [^<]+</legend>", page.get(path).text)


def test_each_step_shows_one_part_and_leads_to_the_next(page: TestClient, house: House):
    typed = ({"name": "Ada"}, {"helpers": "Bob"}, {"emergency": "112"}, {}, {"consent_words": "on"})
    for n, fields in enumerate(typed, 1):
        assert legends(page, f"/person?step={n}") == [str(n)]
        told = text_of(page.get(f"/person?step={n}"))
        assert f"Step {n} of 5: {WORDS['step'][n - 1].lower()}" in told
        assert GENERAL in told
        follows = f"/person?step={n + 1}&done=saved" if n < 5 else "/person?done=set_up"
        assert save(page, step=str(n), consent_shown="1", **fields).headers["location"] == follows
    told = house.profile.read()
    assert (told["name"], told["helpers"], told["emergency"], told["consent.words"]) == ("Ada", "Bob", "112", True)


def test_each_step_can_be_skipped_taken_back_and_repeated(page: TestClient, house: House):
    for n in range(1, 6):
        links = re.findall(r'href="(/person[^"]*)">(Skip this step|Back)<', page.get(f"/person?step={n}").text)
        back = [(f"/person?step={n - 1}", "Back")] if n > 1 else []
        assert links == [(f"/person?step={n + 1}" if n < 5 else "/person", "Skip this step"), *back]
    assert house.profile.read() == {}
    whole = page.get("/person")
    assert legends(page, "/person") == ["1", "2", "3", "4", "5"]
    assert 'href="/person?step=1">Go through the five steps again<' in whole.text
    assert GENERAL in text_of(whole)


def test_a_step_that_there_is_not_or_that_nobody_may_take_is_the_whole_page(page: TestClient):
    for wrong in ("0", "6", "-1", "x", "\u0661", ""):
        assert len(legends(page, f"/person?step={wrong}")) == 5, wrong
    assert save(page, step="6").headers["location"] == "/person?done=saved"
    reader = invited(page, "read_only")
    assert len(legends(reader, "/person?step=1")) == 5
    assert "Go through the five steps" not in text_of(reader.get("/person"))


def test_who_did_what_and_the_way_out_everywhere_stand_on_the_page_itself(page: TestClient):
    shown = page.get("/person")
    assert re.findall("<title>(.*)</title>", shown.text) == ["Person · Bedside"]
    assert "Log me out on every device" in text_of(shown)
    assert "Rosa · came in" in text_of(shown)


def ticked(field: str, *names: str) -> dict[str, str]:
    """Boxes of a list, as a form sends them."""
    return {f"{field}_shown": "1"} | {f"{field}_{WORDS[field].index(name)}": "on" for name in names}


def typed(table: str, *rows: dict[str, str]) -> dict[str, str]:
    """Rows of a table, as a form sends them."""
    return {f"{table}_shown": "1"} | {f"{table}_{n}_{name}": v for n, row in enumerate(rows) for name, v in row.items()}


def on_paper(page: TestClient) -> str:
    """The words of the doctor's PDF."""
    leaves = PdfReader(io.BytesIO(page.get("/doctor.pdf").content)).pages
    return re.sub(r"\s+", " ", " ".join(leaf.extract_text() for leaf in leaves))


MAGNESIUM = {"what": "magnesium", "began": "2026-02-18", "advised": "no"}
FERRITIN = {"what": "ferritin", "value": "18", "unit": "ug/L", "range": "30-400", "date": "2026-01-05"}
POTASSIUM = {"what": "potassium", "value": "4.1", "unit": "mmol/L", "range": "3.5-5.1", "date": "2026-02-01"}


def test_what_the_family_told_stands_on_the_doctors_page_and_on_paper(page: TestClient):
    told = ticked("condition", "varicose veins", "epilepsy") | ticked("medicine", "statin") | ticked("sign")
    tables = typed("taken", MAGNESIUM, {"what": "iron"}) | typed("blood", FERRITIN, POTASSIUM)
    assert save(page, dozing="most days", bloods="urea 5 (old)", **told, **tables).status_code == 303
    for shown in (text_of(page.get("/doctor")), on_paper(page)):
        for each in (
            "Medicines: statin. Begun: magnesium (no doctor advised it), since Wed 18 Feb 2026; iron.",
            "Signs: none of the list. Found by a doctor before: epilepsy, varicose veins.",
            "Falls asleep by day: most days; nights with two episodes or more: 0 of 14.",
            "Blood values as they were written before: urea 5 (old).",
            "What Value Unit The laboratory's own range Date",
            "potassium 4.1 mmol/L 3.5-5.1 Sun 1 Feb 2026 ferritin 18 ug/L 30-400 Mon 5 Jan 2026",
        ):
            assert each in shown.replace("&#39;", "'")
    assert "Falls asleep by day: most days." in text_of(page.get("/trends"))
    shown = page.get("/person").text
    for each in ("magnesium", "2026-02-18", "30-400", "urea 5 (old)"):
        assert f'value="{each}"' in shown


def test_a_row_goes_when_it_is_emptied_and_nothing_is_kept_of_one_that_cannot_be(page: TestClient, house: House):
    save(page, **typed("blood", FERRITIN, {}, POTASSIUM))
    assert house.profile.read()["blood"] == [FERRITIN, POTASSIUM]
    for wrong, told in (
        ({"value": "4"}, "A row does not say what it is about."),
        ({"what": "urea", "date": "5.1.2026"}, "That is no date. Write it like 2026-01-31."),
        ({"what": "u" * 41}, "Write 40 letters at most."),
    ):
        answer = save(page, **typed("blood", POTASSIUM, wrong))
        assert (answer.status_code, told in text_of(answer)) == (400, True)
    assert save(page, **typed("taken", MAGNESIUM | {"advised": "nay"})).status_code == 400
    save(page, **typed("blood", {}, POTASSIUM))
    assert house.profile.read()["blood"] == [POTASSIUM]
    assert "taken" not in house.profile.read()


def test_what_a_doctor_should_be_asked_stands_on_what_was_ticked_answered_or_raised(
    page: TestClient, tmp_path: Path, clock: Clock
):
    assert "Worth asking" not in text_of(page.get("/doctor"))
    save(page, switch_numb_feet="yes", **ticked("sign", "cold foot"), **typed("taken", MAGNESIUM))
    episode = live(tmp_path, clock)
    clock.wall += timedelta(days=1)
    raised = {"level": "urgent", "red_flag": "rf_rest_pain", "channel": "bedside", "state": "raised"}
    tell(tmp_path, JournalEntry("alert", episode, ago(clock, 29), raised))
    for shown in (text_of(page.get("/doctor")), on_paper(page)):
        assert "Worth asking about the circulation of the legs: cold foot, foot pain at rest." in shown
        assert "Worth asking about the back: numb feet. Back trouble is linked with cramps in some studies." in shown
        assert "Tell the doctor what is taken without advice: magnesium." in shown


def test_the_rules_of_what_is_worth_asking_know_only_what_can_be_ticked_or_raised():
    for rule in WORDS["worth_asking"].values():
        assert "{because}" in rule["say"]
        for field, names in rule["because"].items():
            assert set(names) <= ({"yes", "no"} if field == "advised" else set(WORDS[field])), field


def test_when_something_began_is_marked_beside_the_weeks(page: TestClient, tmp_path: Path, clock: Clock):
    live(tmp_path, clock, 24 * 40)
    save(page, **typed("taken", MAGNESIUM, {"what": "iron", "began": "2025-01-01"}))
    shown = page.get("/trends")
    assert re.findall(r'class="mark">(\d)</text>', shown.text) == ["1"]
    assert "the cause. Wed 18 Feb 2026: magnesium (no doctor advised it)" in text_of(shown)
    assert "iron" not in text_of(shown)
    weeks = [date(2026, 2, 11), date(2026, 2, 18)]
    began = [(day, "x") for day in (date(2026, 2, 10), date(2026, 2, 17), date(2026, 2, 18), date(2026, 2, 25))]
    assert [(each.week, each.day.day) for each in begun_in(weeks, began)] == [(0, 17), (1, 18)]


def test_tips_for_bedtime_and_the_tests_of_a_clinic_are_told_in_plain_words(page: TestClient):
    night, doctor = text_of(page.get("/")), text_of(page.get("/doctor"))
    assert [tip for tip in WORDS["bedtime"] if tip not in night] == []
    assert [name for name, told in WORDS["glossary"].items() if f"{name} {told}" not in doctor] == []
    assert "Electromyogram" not in on_paper(page)


def test_what_is_for_the_doctor_reaches_neither_the_bedside_nor_what_is_sent():
    asked = {"condition", "taken", "blood", "bloods", "dozing", "sign", "medicine"}
    assert asked & {key for name in FROM_PAGE for key in (name, name.removeprefix("other."))} == set()
