"""The benchmark of the parts: what is left out is left out, baselines stand beside it, misses have a reason."""

from __future__ import annotations

import json
import sys
from io import StringIO
from types import ModuleType
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from command_line import COMPLAINT, RECORDINGS
from rich.console import Console

from assistant import bench_ablation, bench_barista, bench_hear, bench_understand
from assistant.app import App
from assistant.bench_ablation_ways import WAYS
from assistant.bench_baselines import Hassil, PocketSphinx, grammar_of
from assistant.bench_counts import MISSED, why_missed
from assistant.bench_picture import picture_of
from assistant.bench_reliability import Judged, bins_of, brier, off_by
from audio import Heard, Reading
from intents.pack import load
from intents.understanding import Understanding

if TYPE_CHECKING:
    from intents.pack import Pack

STOP = RECORDINGS / "joe_stop.flac"
SOME = ("ours", "without the second reader", "without leaning on bedside talk", "without negation")
TYPED = """\
unseen:
  - {intent: cramp, site: calf, sentences: ["a cramp in my calf"]}
  - {intent: none, sentences: ["i have not got a cramp", "two pints of milk"]}
"""
CRAMP = {
    "condition": "near",
    "intent": "cramp",
    "site": "calf",
    "side": "left",
    "utterance": "my left calf is cramping",
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load()


@pytest.fixture(scope="module")
def understanding(pack: Pack) -> Understanding:
    return Understanding(pack)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run over two recordings and three sentences, some of the ways, on a machine without pocketsphinx."""
    folder = tmp_path_factory.mktemp("clips")
    stop = {"file": str(STOP), "condition": "far", "intent": "stop", "site": "", "side": "", "utterance": "stop"}
    rows = [CRAMP | {"file": str(COMPLAINT)}, stop]
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    (folder / "typed.yaml").write_text(TYPED, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pocketsphinx", None)
        patch.setattr(bench_ablation, "WAYS", [way for way in WAYS if way.name in SOME])
        patch.setattr(bench_understand, "UNSEEN", folder / "typed.yaml")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        return bench_ablation.run(App(str(folder)), folder)


def test_every_part_is_left_out_of_the_same_clips_beside_other_ways(measured: dict[str, Any]):
    names = {*SOME} | {"nearest sentence", "hassil alone"}
    for condition in ("near", "far"):
        ways = measured["heard"][condition]
        assert set(ways) == names
        assert {way["asked"] for way in ways.values()} == {1}
        assert ways["ours"]["right"] == 1


def test_only_what_typed_words_meet_is_left_out_of_typed_words(measured: dict[str, Any]):
    assert {"ours", "without negation", "hassil alone"} <= set(measured["typed"])
    assert "without the second reader" not in measured["typed"]
    assert measured["typed"]["ours"]["unrelated talk"] == [2, 2]
    assert measured["typed"]["without negation"]["unrelated talk"] == [1, 2]


def test_a_baseline_that_is_not_here_is_named_with_its_remedy(measured: dict[str, Any]):
    paper = StringIO()
    bench_ablation.show(measured, Console(file=paper, width=200))
    assert (
        "pocketsphinx, our sentences: not measured, since it is not here: pip install pocketsphinx" in paper.getvalue()
    )
    assert "without leaning on bedside talk" in paper.getvalue()
    assert "as a probability" in paper.getvalue()


def test_the_picture_shows_every_way_and_what_was_taken_for_what(measured: dict[str, Any]):
    drawn = ET.fromstring(bench_ablation.picture(measured))  # noqa: S314 our own text
    told = {element.text for element in drawn.iter() if element.text}
    assert {"near", "far", "ours", "hassil alone", "cramp", "stop", "none"} <= told


def test_a_name_in_the_picture_is_text_and_not_a_tag():
    drawn = ET.fromstring(picture_of({"a<b": {"x&y": {"right": 1, "asked": 2}}}, []))  # noqa: S314 our own text
    assert {"a<b", "x&y"} <= {element.text for element in drawn.iter()}


def test_every_way_but_ours_leaves_something_out(pack: Pack):
    reading = (Reading("one", -1.0), Reading("two", -2.0))
    heard = Heard(reading, 0.0, 1.0, "moonshine", allowed=reading[0], judged=reading[1:])
    for way in WAYS[1:]:
        changed = way.hearing != "ours" or way.heard(heard) != heard or way.pack(pack) != pack
        assert changed, way.name


@pytest.mark.parametrize(
    ("said", "readings", "reason"),
    [
        ("the cat sat on the mat", ["the cat sat on the mat"], "missed_words"),
        ("my left calf is cramping", ["my life has", "my left calf is cramping"], "missed_meaning"),
        ("my left calf is cramping", ["my life has", "i've got a cramp in my calf"], "missed_weighing"),
        ("my left calf is cramping", ["my life has", "camping"], "missed_hearing"),
        ("my left calf is cramping", [], "missed_hearing"),
    ],
)
def test_a_miss_has_the_first_reason_that_holds(
    understanding: Understanding, said: str, readings: list[str], reason: str
):
    finals = (
        [Heard((Reading(readings[0], 0.0),), 0.0, 1.0, "x", judged=tuple(Reading(t, -9.0) for t in readings[1:]))]
        if readings
        else []
    )
    assert why_missed(CRAMP | {"utterance": said}, finals, understanding) == reason
    assert reason in MISSED


def test_hassil_takes_a_whole_sentence_or_nothing(pack: Pack):
    hassil = Hassil(pack)
    whole = hassil.understand("my left calf is cramping")
    assert (whole.intent, whole.slots["site"], whole.slots["side"]) == ("cramp", "calf", "left")
    assert hassil.understand("my left calf is cramping like anything on earth").intent is None
    assert hassil.understand("").intent is None


class Sphinx:
    """Hears "stop" whatever was said; knows no word with an r."""

    def __init__(self, **_settings: object) -> None:
        self.grammar = ""

    def lookup_word(self, word: str) -> str | None:
        return None if "r" in word else "S T"

    def add_jsgf_string(self, _name: str, grammar: str) -> None:
        self.grammar = grammar

    def activate_search(self, _name: str) -> None: ...
    def start_utt(self) -> None: ...
    def process_raw(self, sound: bytes, *, full_utt: bool) -> None:
        assert full_utt
        assert np.abs(np.frombuffer(sound, np.int16)).max() == 16_000

    def end_utt(self) -> None: ...
    def hyp(self) -> object:
        return type("Hypothesis", (), {"hypstr": "stop"})


def test_pocketsphinx_hears_along_the_sentences_whose_words_it_knows(pack: Pack, monkeypatch: pytest.MonkeyPatch):
    library = ModuleType("pocketsphinx")
    library.Decoder = Sphinx  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pocketsphinx", library)
    sphinx = PocketSphinx(pack)
    assert sphinx.hear(np.array([0.0, 0.1], np.float32)).intent == "stop"
    assert "stop" in sphinx._decoder.grammar
    assert "cramp" not in sphinx._decoder.grammar


def test_a_grammar_shares_common_beginnings():
    assert grammar_of(["my calf hurts", "my calf", "stop"]) == "(my (calf [hurts]) | stop)"


def test_a_score_that_is_a_probability_is_off_by_nothing():
    fair = [Judged(0.75, is_right=True)] * 3 + [Judged(0.75, is_right=False)]
    assert off_by(fair) == pytest.approx(0.0)
    assert brier(fair) == pytest.approx(0.1875)
    assert off_by([Judged(0.95, is_right=False)] * 2) == pytest.approx(0.95)
    assert off_by([]) == 0.0


def test_a_score_of_one_stands_in_the_last_step():
    [last] = bins_of([Judged(1.0, is_right=True), Judged(0.91, is_right=False)])
    assert (last.number, last.right) == (2, 0.5)


def test_hearing_meaning_and_orders_have_their_picture_too():
    counts = {"ours": {"right": 3, "asked": 4}}
    drawn = [
        bench_hear.picture({"moonshine": {"near": counts}}),
        bench_understand.picture({"ways": {"ours": {"red flags": [3, 4]}}}),
        bench_barista.picture({"right": {"report": {"fan 6 dB": {"asked": 4, "ours": 3}}, "tuning": {}}}),
    ]
    for picture, bar in zip(drawn, ("moonshine, near", "red flags", "fan 6 dB, report"), strict=True):
        told = {element.text for element in ET.fromstring(picture).iter()}  # noqa: S314 our own text
        assert {bar, "ours", "75% (3/4)"} <= told
