"""A second pack: coffee orders, which the recogniser follows along a graph of the pack's own sentences."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pytest
from command_line import RECORDINGS, bedside_here, objects, refusal

from assistant.app import App
from assistant.bench_barista import PACK, Order, conditions, in_noise, run
from assistant.bench_noise import mixed
from audio.token_paths import TokenPaths
from intents.check import check
from intents.grammar import PackGrammar
from intents.pack import load
from intents.sampling import sayings
from intents.understanding import Understanding

if TYPE_CHECKING:
    from pathlib import Path

COFFEE = load(PACK)
GRAMMAR = PackGrammar(COFFEE)
ORDER = RECORDINGS / "person_coffee.flac"


def allows(text: str) -> bool:
    state = GRAMMAR.step(GRAMMAR.start, text)
    return state is not None and GRAMMAR.is_final(state)


def test_the_coffee_pack_is_sound():
    assert check(COFFEE) == []


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("can I get a large iced mocha", {"size": "large", "coffeeDrink": "iced mocha"}),
        (
            "i'd like a medium medium roast latte with a little bit of soy milk and lots of brown sugar",
            {
                "size": "medium",
                "roast": "medium roast",
                "coffeeDrink": "latte",
                "milkAmount": "a little bit of soy milk",
                "sugarAmount": "lots of brown sugar",
            },
        ),
        (
            "get me a double shot 12 ounce house coffee",
            {"numberOfShots": "double shot", "size": "twelve ounce", "coffeeDrink": "house coffee"},
        ),
    ],
)
def test_an_order_is_understood_with_all_its_slots(words: str, slots: dict[str, str]):
    match = Understanding(COFFEE).understand([(words, 0.0)])
    assert (match.intent, match.slots) == ("orderDrink", slots)


def test_the_grammar_follows_every_sentence_of_the_pack_piece_by_piece():
    said = list(sayings(COFFEE, each=300))
    assert [text for text in said if not allows(text)] == []
    for text in said[:20]:
        pieces = accumulate(text, GRAMMAR.step, initial=GRAMMAR.start)
        assert None not in list(pieces)


def test_the_grammar_knows_figures_and_contractions_and_nothing_else():
    assert allows("i'd like a 12 ounce americano with cream and some sugar")
    assert allows("can i have a large dark roast single shot drip coffee")
    for text in (
        "can i have a",
        "can i have a tea",
        "a large large latte",
        "brew a latte with milk and cream",
        "my calf",
    ):
        assert not allows(text)


def test_a_grammar_names_the_tokens_that_may_come_next_and_only_those():
    texts = (None, " latte", " lat", "te", " mocha", "q", " a", "", "la")
    paths = TokenPaths(GRAMMAR, texts)

    def after(said: str, *, gap: bool = False) -> set[str | None]:
        ways = paths.after(GRAMMAR.step(GRAMMAR.start, said), gap=gap, begun=True)
        return {texts[token] for token in ways.tokens}

    assert after("can i get a") == {" latte", " lat", " mocha", " a", ""}
    assert "la" in after("can i get a", gap=True)
    assert after("can i get a lat") == {"te", ""}


def test_the_grammars_reading_decides_only_where_it_is_nearly_as_likely_as_the_free_one():
    understanding = Understanding(COFFEE)
    order = ("can i get a large latte", -14.0)
    assert understanding.understand([("can i get a large lassie", -9.0)], allowed=order).slots["size"] == "large"
    assert understanding.understand([("the weather is lovely today", -9.0)], allowed=(order[0], -60.0)).intent is None


def test_a_recorded_order_is_heard_along_the_pack(tmp_path: Path):
    told = bedside_here("hear", ORDER, "--pack", PACK, "--json", "--data", tmp_path)
    [answer] = objects(told.stdout)
    assert answer["intent"] == "orderDrink"
    assert answer["slots"] == json.loads((RECORDINGS / "labels.json").read_text())[ORDER.name]["slots"]


def test_an_order_that_falls_out_of_the_narrow_search_is_found_in_a_wider_one(tmp_path: Path):
    told = bedside_here("hear", RECORDINGS / "person_coffee_iced.flac", "--pack", PACK, "--json", "--data", tmp_path)
    [answer] = objects(told.stdout)
    assert "diced" in answer["heard"]  # the free reading: without the grammar's it would be another drink
    wanted = {"size": "large", "coffeeDrink": "iced mocha", "milkAmount": "a little bit of soy milk"}
    assert (answer["intent"], answer["slots"]) == ("orderDrink", wanted)


def test_noise_is_the_same_for_the_same_seed_and_as_loud_as_asked():
    draw = np.random.default_rng(1)
    voices = [draw.normal(size=1600).astype(np.float32) * 0.1 for _ in range(4)]
    order = Order("a", 3, voices[0], "orderDrink", {})
    for condition in conditions():
        assert np.array_equal(in_noise(order, condition, voices), in_noise(order, condition, voices))
    noise = np.ones(1600)
    loud = mixed(voices[0], noise, 6)
    rest = loud - voices[0]
    assert 10 * np.log10(np.square(voices[0]).mean() / np.square(rest).mean()) == pytest.approx(6, abs=0.1)


def test_the_benchmark_counts_each_way_in_each_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.bench_barista.SENTENCES", 50)
    monkeypatch.setattr("assistant.bench_barista.SNRS_DB", (12,))
    result = run(App(str(tmp_path)), RECORDINGS, sound=(RECORDINGS,))
    assert result["right"]["report"] == {}
    assert list(result["right"]["tuning"]) == conditions()
    assert result["right"]["tuning"]["clean"] == result["right"]["tuning"]["clean"] | {"asked": 1, "ours": 1}


def test_the_benchmark_without_orders_says_what_to_give(tmp_path: Path):
    line = refusal(bedside_here("bench", "barista", "--clips", tmp_path, "--data", tmp_path), 2)
    assert "--clips" in line
    empty = refusal(bedside_here("bench", "barista", "--clips", RECORDINGS, "--sound", tmp_path, "--data", tmp_path), 2)
    assert "--sound" in empty
