"""Pages, as a carer reads them and writes on them."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from command_line import bedside_here
from page_browser import CHEAP, CODE, LAST, Clock, made_up
from starlette.testclient import TestClient
from test_web_door import HERE, invited, knock, token

from assistant.dialog.script import load_script
from assistant.store import Closing, JournalEntry, NewEpisode, Stamp, Store, new_id, night_of
from assistant.store.house import House
from assistant.store.place import FILE_NAME
from assistant.table import cell
from assistant.web.render import Pages
from assistant.web.site import READ, make_site

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def page(house: House) -> TestClient:
    """Rosa's browser; she is the owner."""
    visitor = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
    knock(visitor, code=CODE)
    return visitor


def ago(clock: Clock, hours: float) -> Stamp:
    """So many hours before the clock's morning."""
    now = clock()
    return Stamp(now.utc - timedelta(hours=hours), now.offset_minutes, "boot", 36_000 - hours * 3600, trusted=True)


def live(folder: Path, clock: Clock, hours: float = 5.0, *, heard: str = "my left calf", origin: str = "live") -> str:
    """An episode that the device heard so many hours ago; it took three minutes."""
    onset = ago(clock, hours)
    episode = NewEpisode(
        new_id(), night_of(onset.local), onset, "cramp", "calf", "left", heard=heard, engine="moonshine", origin=origin
    )
    with Store.open(folder) as store:
        store.open_episode(episode)
        store.append(JournalEntry("heard", episode.episode_id, onset, {"text": heard}))
        store.close_episode(episode.episode_id, Closing(ago(clock, hours - 0.05), "better", relief=3, rounds=2))
    return episode.episode_id


def tell(folder: Path, *entries: JournalEntry) -> None:
    """Events of the device."""
    with Store.open(folder) as store:
        store.append_all(entries)


def text_of(answer: Response) -> str:
    """What a person reads."""
    body = re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[1])
    return " ".join(body.split())


def test_the_first_page_says_in_one_sentence_how_the_night_was(page: TestClient, tmp_path: Path, clock: Clock):
    assert "No cramp is in the log. Whether anything was listening is not known." in text_of(page.get("/"))
    tell(
        tmp_path,
        JournalEntry("listening_began", None, ago(clock, 10)),
        JournalEntry("listening_ended", None, ago(clock, 1)),
    )
    assert "No cramp was heard last night." in text_of(page.get("/"))
    live(tmp_path, clock)
    first = ago(clock, 5).local.strftime("%H:%M")
    assert f"One cramp at {first}, left calf: gone after 3 minutes." in text_of(page.get("/"))
    assert "pain not told of 10" not in text_of(page.get("/"))
    assert "pain not told" in text_of(page.get("/"))
    live(tmp_path, clock, 3)
    assert f"2 cramps, the first at {first}, the last at" in text_of(page.get("/"))


def test_a_night_of_the_real_bedside_is_read_with_what_was_heard_and_said(tmp_path: Path, clock: Clock):
    script = tmp_path / "night.yaml"
    script.write_text(
        '- {clock: "2026-03-15T03:12:00"}\n- {at: 1, say: my left calf is cramping}\n- {at: 70, say: blue elephants}\n'
        "- {at: 80, say: help}\n",
        encoding="utf-8",
    )
    assert bedside_here("night", script, "--data", tmp_path).returncode == 0
    with House(tmp_path, clock, ("script",)) as house:
        page = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
        knock(page, code=CODE)
        told = text_of(page.get("/"))
        heard = ["my left calf is cramping", "blue elephants", "help"]
        assert re.findall(r"person “([^”]+)”", told) == heard
        assert "assistant Toes up, toward your nose." in told
        assert "alert call for help: raised" in told
        assert "1 alert waits for somebody: call for help" in told
        assert "blue elephants" in text_of(page.get("/words"))


def test_every_red_flag_and_every_muscle_has_a_name_on_the_page():
    words, script = Pages().words, load_script()
    assert set(script.red_flags) - set(words["flag"]) == set()
    assert set(script.stretches) - set(words["site"]) == set()


def test_a_deaf_hour_is_told(page: TestClient, tmp_path: Path, clock: Clock):
    gone = {"part": "microphone", "message": "No sound", "remedy": "Plug it in."}
    events = [
        ("listening_began", 10, {"reason": "start"}),
        ("fault", 6, gone),
        ("listening_ended", 6, {"reason": "microphone_lost"}),
        ("recovered", 5, {"part": "microphone", "message": "ok"}),
        ("listening_began", 5, {"reason": "microphone_back"}),
    ]
    tell(tmp_path, *(JournalEntry(kind, None, ago(clock, hours), told) for kind, hours, told in events))
    begins, ends = (ago(clock, hours).local.strftime("%H:%M") for hours in (6, 5))
    assert "for part of the night nobody was listening" in text_of(page.get("/"))
    assert f"Deaf from {begins} to {ends} (microphone)" in text_of(page.get("/"))
    device = text_of(page.get("/device"))
    assert "It was deaf for a while." in device
    assert f"to now, or it broke off; deaf from {begins} to {ends} (microphone)" in device


def test_a_night_that_was_cut_off_is_deaf_from_some_time_after_the_last_sign(
    page: TestClient, tmp_path: Path, clock: Clock
):
    tell(
        tmp_path,
        JournalEntry("listening_began", None, ago(clock, 10), {"reason": "start"}),
        JournalEntry("alert", None, ago(clock, 7), {"state": "raised", "by": "a page is no sign of the device"}),
        JournalEntry("listening_began", None, ago(clock, 6), {"reason": "start"}),
        JournalEntry("listening_ended", None, ago(clock, 4), {"reason": "recogniser_lost"}),
        JournalEntry("listening_ended", None, ago(clock, 3), {"reason": "asked"}),
    )
    since, again, lost = (ago(clock, hours).local.strftime("%H:%M") for hours in (10, 6, 4))
    told = text_of(page.get("/"))
    assert f"From {since}. Deaf from some time after {since} to {again} (without power, or killed)." in told
    assert f"Deaf from {lost} on (recogniser)." in told
    assert "for part of the night nobody was listening" in told


def test_what_somebody_said_or_wrote_is_text_and_never_code(page: TestClient, tmp_path: Path, clock: Clock):
    episode = live(tmp_path, clock, heard=SCRIPT)
    form = {"csrf": token(page), "seen": "9999", "note": SCRIPT}
    assert page.post(f"/episode/{episode}", data=form).status_code == 303
    page.post("/person", data={"csrf": token(page), "name": SCRIPT})
    for path in ("/", f"/episode/{episode}", "/nights", "/words", "/person", "/doctor"):
        assert SCRIPT not in page.get(path).text, path
    assert "&lt;script&gt;" in page.get(f"/episode/{episode}").text


def test_a_carer_grades_notes_and_sees_who_changed_what(page: TestClient, tmp_path: Path, clock: Clock):
    episode = live(tmp_path, clock)
    shown = page.get(f"/episode/{episode}").text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    form = {"csrf": token(page), "seen": seen, "note": "slept well", "grade": "helped", "pain_now": "6"}
    page.post(f"/episode/{episode}", data=form)
    told = text_of(page.get(f"/episode/{episode}"))
    assert "Rosa · changed: " in told
    assert re.search(r"how the device did \S helped", told)
    again = page.post(f"/episode/{episode}", data=form | {"note": "woke twice"})
    assert again.status_code == 409
    assert "Rosa changed note meanwhile; look at it, then save again." in text_of(again)
    assert "woke twice" in text_of(again)
    assert "Of 1 episodes that somebody graded, 1 were real." in text_of(page.get("/trends"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pain_now": "11"}, "from 0 to 10"),
        ({"pain_now": "x"}, "from 0 to 10"),
        ({"pain_now": "\u0663"}, "from 0 to 10"),
        ({"sleep_quality": "0"}, "from 1 to 5"),
        ({"grade": "great"}, "helped, wrong_muscle"),
        ({"site": "soul"}, "calf, foot_arch"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_what_was_typed_is_shown(
    page: TestClient, tmp_path: Path, clock: Clock, wrong: dict[str, str], told: str
):
    episode = live(tmp_path, clock)
    answer = page.post(f"/episode/{episode}", data={"csrf": token(page), "seen": "9", "note": "kept"} | wrong)
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert "kept" in text_of(answer)


def test_an_episode_is_put_away_brought_back_and_erased_for_good(
    page: TestClient, tmp_path: Path, clock: Clock, house: House
):
    episode = live(tmp_path, clock)
    csrf = {"csrf": token(page)}
    page.post(f"/episode/{episode}/away", data=csrf)
    assert "Put away: it counts nowhere." in text_of(page.get(f"/episode/{episode}"))
    assert "No cramp" in text_of(page.get("/"))
    page.post(f"/episode/{episode}/back", data=csrf)
    assert "One cramp" in text_of(page.get("/"))
    page.post(f"/episode/{episode}/away", data=csrf)
    assert page.post(f"/episode/{episode}/erase", data=csrf).status_code == 400
    carer = invited(page, "carer")
    assert carer.post(f"/episode/{episode}/erase", data={"csrf": token(carer), "sure": "erase"}).status_code == 403
    assert page.post(f"/episode/{episode}/erase", data=csrf | {"sure": "Erase"}).status_code == 303
    assert page.get(f"/episode/{episode}").status_code == 404
    assert house.reading.episode(episode) is None


def test_one_that_nobody_heard_is_told_afterwards_and_one_is_opened_now_and_ended(
    page: TestClient, house: House, clock: Clock
):
    csrf = {"csrf": token(page)}
    typed = {
        "when": "afterwards",
        "date": "2026-03-15",
        "time": "04:00",
        "site": "foot_arch",
        "side": "right",
        "pain_now": "5",
    }
    page.post("/new", data=csrf | typed)
    told = text_of(page.get("/"))
    assert "One cramp at 04:00, right arch of the foot: nobody told whether it helped." in told
    assert "told afterwards" in told
    [episode] = house.reading.episodes(LAST, LAST)
    assert (episode.duration_s, episode.end_inferred, episode.origin, episode.onset.trusted) == (
        None,
        True,
        "page",
        False,
    )
    where = (
        page.post("/new", data=csrf | {"when": "now", "site": "calf", "side": "left"}).headers["location"].split("?")[0]
    )
    assert "it is not over yet" in text_of(page.get("/"))
    clock.wall += timedelta(minutes=4)
    page.post(f"{where}/end", data=csrf | {"relief": "3"})
    assert "gone after 4 minutes" in text_of(page.get(where))
    late = page.post("/new", data=csrf | typed | {"date": "2026-03-16"})
    assert "that has not come yet" in text_of(late)


def test_an_open_alert_is_on_the_first_page_until_somebody_takes_care_of_it(
    page: TestClient, tmp_path: Path, clock: Clock, house: House
):
    episode = live(tmp_path, clock)
    flag = {"level": "urgent", "red_flag": "rf_dvt", "channel": "bedside", "state": "raised"}
    tell(tmp_path, *(JournalEntry("alert", episode, ago(clock, hours), flag) for hours in (5, 4.9)))
    help_ = {"level": "emergency", "red_flag": None, "help": True, "channel": "bedside", "state": "raised"}
    tell(tmp_path, JournalEntry("alert", None, ago(clock, 4), help_))
    assert "2 alerts wait for somebody: call for help" in text_of(page.get("/"))
    shown = page.get("/alerts")
    assert "said 2 times" in text_of(shown)
    for seq in re.findall(r'name="alert" value="(\d+)"', shown.text):
        page.post("/alerts", data={"csrf": token(page), "alert": seq})
    assert "No alert is open." in text_of(page.get("/"))
    found = house.reading.episode(episode)
    assert found is not None
    assert (found.acknowledged_by, found.ack_s) == ("Rosa", 5 * 3600.0)


def test_the_device_is_asked_not_to_listen_and_to_listen_again(page: TestClient, tmp_path: Path):
    for wish in ("dont_listen", "listening", "help"):
        page.post("/device", data={"csrf": token(page), "wish": wish})
    with Store.open(tmp_path) as store:
        asked = [entry.payload for entry in store.journal() if entry.kind == "asked"]
    assert [(told["wish"], told["by"]) for told in asked] == [("dont_listen", "Rosa"), ("listening", "Rosa")]


def test_words_that_were_not_understood_are_put_aside_or_named(page: TestClient, tmp_path: Path, clock: Clock):
    episode = live(tmp_path, clock)
    none = {"intent": None, "slots": {}, "score": 0.2}
    for text in ("turn it down", "carfe carfe"):
        tell(tmp_path, JournalEntry("heard", episode, ago(clock, 5), {"text": text}))
        tell(tmp_path, JournalEntry("understood", episode, ago(clock, 5), none))
    for meant in ("", "cramp"):
        seq = re.findall(r'name="seq" value="(\d+)"', page.get("/words").text)[0]
        page.post("/words", data={"csrf": token(page), "seq": seq, "meant": meant})
    assert "Nothing waits here." in text_of(page.get("/words"))


def test_words_are_taught_with_one_tap_and_what_may_not_be_taught_stays(
    house: House, page: TestClient, tmp_path: Path, clock: Clock
):
    lessons = []

    def teach(words: str, intent: str) -> str | None:
        lessons.append((words, intent))
        return "“the news” is everyday talk." if words == "the news" else None

    page.app.state.teach = teach  # type: ignore[attr-defined]
    episode = live(tmp_path, clock)
    for text in ("the gremlin", "the news"):
        tell(tmp_path, JournalEntry("heard", episode, ago(clock, 5), {"text": text}))
        tell(tmp_path, JournalEntry("understood", episode, ago(clock, 5), {"intent": None}))
    seqs = re.findall(r'name="seq" value="(\d+)"', page.get("/words").text)
    answers = [page.post("/words", data={"csrf": token(page), "seq": seq, "meant": "cramp"}) for seq in seqs]
    assert lessons == [("the news", "cramp"), ("the gremlin", "cramp")]
    assert [each.status_code for each in answers] == [409, 303]
    assert "is everyday talk" in text_of(answers[0])
    assert "“the news”" in text_of(page.get("/words"))
    assert "the gremlin" not in text_of(page.get("/words"))
    assert [each.payload["meant"] for each in house.reading.of_kind("words_labelled")] == ["cramp"]


def test_made_up_and_played_nights_are_in_no_page_of_the_persons_own(page: TestClient, tmp_path: Path, clock: Clock):
    made_up(tmp_path, 60)
    live(tmp_path, clock, origin="demo")
    assert "No cramp is in the log. Whether anything was listening is not known." in text_of(page.get("/"))
    assert "No episode in these nights." in text_of(page.get("/nights"))
    assert "Nothing waits" in text_of(page.get("/alerts"))
    assert "Nothing waits here." in text_of(page.get("/words"))
    assert "Nothing says whether it listened last night." in text_of(page.get("/device"))


def test_among_made_up_nights_every_page_says_so(tmp_path: Path, clock: Clock):
    made_up(tmp_path, 60)
    with House(tmp_path, clock, ("sample",)) as house:
        page = TestClient(make_site(house, first_code=CODE, hasher=CHEAP, sample=True), HERE, follow_redirects=False)
        knock(page, code=CODE)
        for path in READ:
            if "{" not in path and "export" not in path and not path.endswith(".pdf"):
                assert "Made-up nights, to try this page out. Nobody had any of them." in page.get(path).text, path
        page.post("/new", data={"csrf": token(page), "when": "now"})
        assert {each.origin for each in house.reading.episodes(LAST, LAST)} == {"sample"}


def test_the_table_holds_every_episode_and_no_formula(page: TestClient, tmp_path: Path, clock: Clock):
    episode = live(tmp_path, clock)
    page.post(f"/episode/{episode}", data={"csrf": token(page), "seen": "9999", "note": "=HYPERLINK(1)"})
    table = list(csv.DictReader(io.StringIO(page.get("/export/episodes.csv").content.decode("utf-8-sig"))))
    lines = [json.loads(line) for line in page.get("/export/episodes.jsonl").text.splitlines()]
    assert [each["episode_id"] for each in table] == [each["episode_id"] for each in lines] == [episode]
    assert list(table[0]) == list(lines[0])
    assert (table[0]["note"], lines[0]["note"]) == ("'=HYPERLINK(1)", "=HYPERLINK(1)")


def test_another_kind_of_address_than_an_episodes_is_not_found(page: TestClient):
    assert page.get("/episode/1").status_code == 404
    assert page.get("/episode/00000000-0000-7000-8000-000000000000").status_code == 404
    assert page.get("/?night=yesterday").status_code == 400
    assert page.get("/doctor?from=2026-03-02&to=2026-03-01").status_code == 400


def test_another_homes_episode_is_not_there_whoever_guesses_its_id(
    page: TestClient, house: House, tmp_path: Path, clock: Clock
):
    theirs, mine = live(tmp_path, clock, 5, heard="their secret"), live(tmp_path, clock, 4)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as log:
        log.execute("INSERT INTO house VALUES ('z-another', 'Another')")
        log.execute("UPDATE episode SET house_id = 'z-another' WHERE episode_id = ?", (theirs,))
        log.commit()
    csrf = {"csrf": token(page), "seen": "9", "note": "mine now", "sure": "erase"}
    assert page.get(f"/episode/{theirs}").status_code == 404
    for do in ("", "/end", "/away", "/back", "/erase"):
        assert page.post(f"/episode/{theirs}{do}", data=csrf).status_code == 404
    for path in ("/", "/nights", "/trends", "/words", "/export/episodes.csv", "/export/bedside.fhir.json"):
        assert theirs not in page.get(path).text, path
        assert "their secret" not in page.get(path).text, path
    assert [each.episode_id for each in house.reading.all_episodes()] == [mine]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_run_by_a_spreadsheet(text: str):
    assert cell(text) == f"'{text}"
    assert [cell(value) for value in ("calf", 3, None)] == ["calf", 3, None]


@pytest.mark.parametrize("name", ["../../../../tmp/x.csv", "/etc/passwd", "x\0.csv", "a" * 5000, ""])
def test_the_name_of_a_file_that_is_brought_in_leads_nowhere(page: TestClient, name: str, tmp_path: Path):
    before = sorted(tmp_path.iterdir())
    shown = page.post("/import", data={"csrf": token(page)}, files={"file": (name, DIARY.encode(), "text/csv")})
    assert shown.status_code < 500
    assert sorted(tmp_path.iterdir()) == before


DIARY = "date,time,minutes,site,side,pain_now,note\n2026-03-01,02:10,5,calf,left,6,by hand\n2026-03-02,23:50,,,,,\n"


def test_a_diary_is_shown_first_and_written_once(page: TestClient, house: House):
    csrf = {"csrf": token(page)}
    shown = page.post("/import", data=csrf, files={"file": ("diary.csv", DIARY.encode())})
    assert "2 episodes." in text_of(shown)
    assert house.reading.bounds() is None
    assert page.post("/import", data=csrf | {"sure": "yes", "text": DIARY}).status_code == 303
    again = page.post("/import", data=csrf, files={"file": ("diary.csv", DIARY.encode())})
    assert "0 episodes; 2 more stand in the log already" in text_of(again)
    page.post("/import", data=csrf | {"sure": "yes", "text": DIARY})
    found = list(house.reading.all_episodes())
    assert [(str(e.night_of), e.duration_s, e.pain_now, e.note) for e in found] == [
        ("2026-02-28", 300.0, 6, "by hand"),
        ("2026-03-02", None, None, None),
    ]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (DIARY.replace("6,by", "16,by"), "Row 2: pain_now: '16' cannot be. Give a whole number from 0 to 10"),
        (DIARY.replace("23:50", "25:50"), "Row 3: date and time: write the date like 2026-01-31"),
        (DIARY.replace("calf", "kalf"), "Row 2: site: 'kalf' cannot be. Give one of calf"),
        (DIARY.replace("minutes", "minuets"), "The heading has a column 'minuets'. Use date"),
        (DIARY.replace("date,", "", 1), "The heading has no column date. Add it."),
        (DIARY + "2026-03-03,01:00\n", "Row 4: it has 2 columns, the heading 7."),
        (DIARY.replace("side", "site"), "The heading has a column twice."),
        ("", "The table is empty."),
        ('date,time\n"2026', "This is no table"),
    ],
)  # fmt: skip
def test_a_wrong_diary_names_row_and_column_and_writes_nothing(page: TestClient, house: House, table: str, told: str):
    answer = page.post("/import", data={"csrf": token(page), "sure": "yes", "text": table})
    assert answer.status_code == 422
    assert told in text_of(answer).replace("&#39;", "'")
    assert house.reading.bounds() is None
