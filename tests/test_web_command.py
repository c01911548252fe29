"""`web` and `sample` from the command line, and the bundle for a clinic against a kept FHIR library."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from command_line import bedside_here, command, environment, objects, refusal
from fhir.resources.R4B.bundle import Bundle
from page_browser import LAST, Clock, made_up, opened
from ports import await_port, free_port

from assistant.web.fhir import bundle

if TYPE_CHECKING:
    from pathlib import Path


def test_sample_writes_nights_that_the_log_shows_as_made_up(tmp_path: Path):
    answer = bedside_here("sample", "--nights", "40", "--data", tmp_path)
    assert answer.returncode == 0
    found = objects(bedside_here("episodes", "--json", "--data", tmp_path).stdout)
    assert f"Wrote {len(found)} made-up episodes of 40 nights" in answer.stdout
    assert {each["origin"] for each in found} == {"sample"}
    assert refusal(bedside_here("sample", "--nights", "0", "--data", tmp_path), 2).endswith("Give 1 to 36525.")


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        (("--port", "0"), 2, "Give 1 to 65535."),
        (("--cert", "a.pem"), 2, "Give both."),
        (("--cert", "a.pem", "--key", "b.pem"), 2, "a.pem is not there. Give a file."),
    ],
)
def test_a_page_that_could_not_be_served_safely_is_refused(
    tmp_path: Path, options: tuple[str, ...], status: int, told: str
):
    assert refusal(bedside_here("web", "--data", tmp_path, *options), status).endswith(told)
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_named_with_the_remedy(tmp_path: Path):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        answer = bedside_here("web", "--data", tmp_path, "--port", str(taken.getsockname()[1]))
    assert refusal(answer, 1).endswith("Choose another with --port N.")


def test_the_page_is_served_on_this_machine_until_it_is_stopped(tmp_path: Path):
    port = free_port()
    call = command("web", "--data", tmp_path / "data", "--port", str(port))
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=environment(tmp_path)) as serving:
        assert serving.stdout is not None
        assert f"http://127.0.0.1:{port}/" in serving.stdout.readline()
        assert "The code for the first visit: " in serving.stdout.readline()
        await_port(serving, port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login") as page:
            assert "First visit" in page.read().decode()
        serving.send_signal(signal.SIGINT)
    assert serving.returncode == 0


def test_the_bundle_for_a_clinic_is_valid_fhir_and_says_what_it_is_not(tmp_path: Path):
    made_up(tmp_path, 28)
    with opened(tmp_path, Clock()) as house:
        episodes = house.reading.episodes(LAST.replace(day=1), LAST)
        theirs = replace(episodes[0], person_id=str(uuid4()))
        made = bundle([*episodes, theirs], house.person_id, {"name": "Anna", "born": "1941"}, house.now())
    read = Bundle.model_validate_json(json.dumps(made))
    kinds = [entry.resource.get_resource_type() for entry in read.entry]
    answered = [each for each in episodes if each.sleep_quality is not None]
    answers = [entry.resource for entry in read.entry if entry.resource.get_resource_type() == "QuestionnaireResponse"]
    assert kinds == ["Patient", "Device", *["Observation"] * len(episodes), *["QuestionnaireResponse"] * len(answers)]
    assert 0 < len(answered) <= len(answers)
    assert {each.partOf[0].reference for each in answers} <= {entry.fullUrl for entry in read.entry}
    told = {each.partOf[0].reference: {item.linkId: item.answer for item in each.item} for each in answers}
    for each in episodes:
        given = told.get(f"urn:uuid:{each.episode_id}", {})
        for field in ("sleep_quality", "sleep_disturbance", "bother", "pain_morning", "sore_next_day", "awakenings"):
            [*found] = [answer.valueInteger for answer in given.get(field, ())]
            assert found == [value for value in [getattr(each, field)] if value is not None]
        for field in ("knot", "urge_to_move", "relief_by_moving", "both_legs"):
            [*found] = [answer.valueBoolean for answer in given.get(field, ())]
            assert found == [value == "yes" for value in [getattr(each, field)] if value in ("yes", "no")]
        assert tuple(answer.valueString for answer in given.get("triggers", ())) == tuple(each.triggers or ())
    assert len(episodes) > 3
    urls = {entry.fullUrl for entry in read.entry}
    assert {entry.resource.subject.reference for entry in read.entry[2:]} <= urls
    marked = [[each.code for each in entry.resource.meta.security] for entry in read.entry[2:]]
    assert marked == [["HTEST"]] * (len(episodes) + len(answers))
    assert all("Made up" in entry.resource.note[-1].text for entry in read.entry[2 : 2 + len(episodes)])
    live = bundle([replace(episodes[0], origin="live")], episodes[0].person_id, {}, episodes[0].onset)
    own = Bundle.model_validate_json(json.dumps(live))
    assert [entry.resource.meta for entry in own.entry] == [None] * 4
    assert "not a diagnosis; not a medical device" in read.entry[1].resource.note[0].text
    pains = [
        part.valueInteger
        for entry in read.entry[2:]
        for part in getattr(entry.resource, "component", None) or ()
        if part.code.text == "Pain, 0 to 10"
    ]
    assert pains == [e.pain_now for e in episodes if e.pain_now is not None and e.pain_now_source != "inferred"]


def test_a_bundle_without_an_episode_is_valid_too(tmp_path: Path):
    with opened(tmp_path, Clock()) as house:
        read = Bundle.model_validate_json(json.dumps(bundle([], house.person_id, {}, house.now())))
    assert [str(UUID(entry.fullUrl.removeprefix("urn:uuid:"))) for entry in read.entry] == [
        entry.resource.id for entry in read.entry
    ]
