"""*Person*: the five steps of a first visit, what a family ticks and types, and the other one in this bed."""

from __future__ import annotations

import html
import io
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pypdf import PdfReader
from test_web_door import invited, token
from test_web_pages import ago, live, tell, text_of
from test_web_pages import page as page  # noqa: PLC0414 - a fixture

from assistant.person import FROM_PAGE, with_person
from assistant.settings import InForce, OtherSettings, Settings
from assistant.store import JournalEntry, Store
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


def test_what_lay_folded_in_a_step_was_not_asked_and_what_was_ticked_there_counts(page: TestClient):
    assert "_shown" not in page.get("/person?step=1").text.replace("taken_shown", "").replace("blood_shown", "")
    save(page, step="1", name="Ada")
    assert "Signs: not asked yet." in text_of(page.get("/doctor"))
    save(page, step="1", sign_0="on")
    assert "Signs: cold foot." in text_of(page.get("/doctor"))
    assert 'name="sign_shown"' in page.get("/person?step=1").text
    assert page.get("/person").text.count("_shown") == page.get("/person?who=other").text.count("_shown") + 1 == 6


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


def husbands(folder: Path, clock: Clock, hours: float) -> str:
    """An episode that the device heard to be the husband's."""
    episode = live(folder, clock, hours)
    with Store.open(folder) as store:
        store.give_episode(episode, "husband")
    return episode


def test_the_other_one_is_told_of_on_a_page_of_their_own_and_the_bedside_goes_by_it(page: TestClient, house: House):
    assert 'href="/person?who=other"' in page.get("/person").text
    shown = page.get("/person?who=other").text
    assert re.findall(r"<legend>([^<]+)</legend>", shown) == ["Who it is"]
    assert {f"switch_{name}" for name in OtherSettings.model_fields} == set(re.findall(r'name="(switch_\w+)"', shown))
    told = {"switch_recent_fracture": "yes", "name": "Karl", "emergency": "999", "switch_hearing": "yes"}
    where = save(page, who="other", **told, **ticked("sign", "cold foot")).headers["location"]
    assert where == "/person?who=other&done=saved"
    assert house.profile.read() == {"other.recent_fracture": "yes", "other.name": "Karl", "other.sign": ["cold foot"]}
    assert 'value="Karl"' in page.get("/person?who=other").text
    assert "Karl" not in page.get("/person").text
    settings = with_person(InForce(Settings(), {}), house.profile.read())
    assert (settings.other.recent_fracture, settings.person.recent_fracture) == ("yes", "unknown")
    file = InForce(Settings(), {("other", "recent_fracture"): "bedside.toml"})
    assert with_person(file, house.profile.read()).other.recent_fracture == "unknown"


def test_figures_are_of_one_person_who_is_chosen(page: TestClient, tmp_path: Path, clock: Clock):
    own = live(tmp_path, clock, 30)
    assert "Whose nights" not in page.get("/doctor").text + page.get("/trends").text
    his = [husbands(tmp_path, clock, hours) for hours in (5, 29)]
    save(page, name="Ada")
    save(page, who="other", name="Karl", **typed("taken", MAGNESIUM))
    for who, name, count, cramps in (("", "Ada", "1", [own]), ("?who=husband", "Karl", "2", his)):
        assert f"Episodes {count} Nights" in text_of(page.get(f"/doctor{who}"))
        assert f"{name} · nights of" in text_of(page.get(f"/doctor{who}"))
        assert f"{count} episodes, in" in text_of(page.get(f"/trends{who}"))
        assert (b"magnesium" in page.get(f"/doctor{who}").content) == (name == "Karl")
        bundle = page.get(f"/export/bedside.fhir.json{who}").json()
        found = [each["resource"] for each in bundle["entry"]]
        assert {each["id"] for each in found if each["resourceType"] == "Observation"} == set(cramps)
        assert found[0]["name"] == [{"text": name}]
    shown = page.get("/doctor?who=husband").text
    [paper] = re.findall(r'href="(/doctor\.pdf[^"]+)"', shown)
    leaf = PdfReader(io.BytesIO(page.get(html.unescape(paper)).content)).pages[0]
    assert "Karl; nights of" in leaf.extract_text()
    assert 'name="who" value="husband"' in shown
    assert 'href="/trends?weeks=4&amp;who=husband"' in page.get("/trends?who=husband").text
    assert page.get("/trends?who=wife").status_code == 404


def test_a_trend_of_the_other_one_begins_with_the_first_night_that_was_known_to_be_theirs(
    page: TestClient, tmp_path: Path, clock: Clock
):
    live(tmp_path, clock, 24 * 60)
    for hours in (5, 29, 53):
        husbands(tmp_path, clock, hours)
    assert "No trend yet: it takes 28 nights" in text_of(page.get("/trends?who=husband"))
    assert "No trend yet" not in text_of(page.get("/trends"))


def test_the_nights_of_all_are_shown_together_and_say_whose_each_was(page: TestClient, tmp_path: Path, clock: Clock):
    live(tmp_path, clock, 6)
    husbands(tmp_path, clock, 5)
    assert text_of(page.get("/")).count("Husband ·") == 1
    assert "2 cramps" in text_of(page.get("/"))
    assert text_of(page.get("/nights")).count("Husband:") == 1
    assert 'href="/export/bedside.fhir.json?who=husband"' in page.get("/nights").text


def test_a_warning_sign_of_the_other_one_is_not_on_ones_own_sheet(page: TestClient, tmp_path: Path, clock: Clock):
    episode = husbands(tmp_path, clock, 5)
    raised = {"level": "urgent", "red_flag": "rf_dvt", "channel": "bedside", "state": "raised"}
    tell(tmp_path, JournalEntry("alert", episode, ago(clock, 5), raised))
    assert "Open warning signs 0" in text_of(page.get("/doctor"))
    assert "Open warning signs 1" in text_of(page.get("/doctor?who=husband"))
    tell(tmp_path, JournalEntry("alert", None, ago(clock, 4), raised | {"red_flag": None, "help": True}))
    assert "Open warning signs 1" in text_of(page.get("/doctor"))
