"""Beam search, on a made-up model whose probabilities are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.decoding import search
from audio.token_model import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

END = 0


@dataclass
class TableModel:
    """Gives each next token the probability that stands in a table under the tokens before, else ends."""

    texts: Sequence[str | None]
    table: Mapping[tuple[int, ...], Mapping[int, float]]
    longest: int = 12
    end: int = END
    steps: int = 0
    default: Mapping[int, float] = field(default_factory=lambda: {END: 1.0})

    def begin(self) -> Step:
        return self._step([()])

    def advance(self, step: Step, parents: Sequence[int], tokens: Sequence[int]) -> Step:
        self.steps += 1
        return self._step([(*step.past[p], t) for p, t in zip(parents, tokens, strict=True)])

    def _step(self, past: list[tuple[int, ...]]) -> Step:
        rows = np.full((len(past), len(self.texts)), -40.0, np.float32)
        for row, tokens in zip(rows, past, strict=True):
            for token, p in self.table.get(tokens, self.default).items():
                row[token] = log(p)
        return Step(rows, past)


class Sentences:
    """A grammar of whole sentences; a state is the text so far."""

    start = ""

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences

    def step(self, state: str, text: str) -> str | None:
        longer = state + text
        return longer if any(s.startswith(longer) for s in self._sentences) else None

    def is_final(self, state: str) -> bool:
        return state in self._sentences


#        0     1        2       3       4       5        6       7     8     9
TEXTS = (None, " calf", " cap", " my", " the", " stop", "Calf", "ing", "",  None)  # fmt: skip
GARDEN_PATH = TableModel(
    TEXTS,
    {
        (): {4: 0.6, 3: 0.4},
        (4,): {1: 0.3, 2: 0.3, 5: 0.3, END: 0.1},
        (3,): {1: 0.9, 2: 0.1},
    },
)


def test_a_beam_finds_the_likeliest_text_where_the_greedy_search_is_led_astray() -> None:
    greedy, best = search(GARDEN_PATH, beams=1)[0], search(GARDEN_PATH, beams=4)[0]
    assert greedy.text.startswith("the")
    assert best.text == "my calf"
    assert exp(best.log_p) == pytest.approx(0.36, rel=1e-4)


def test_the_list_holds_each_text_once_best_first() -> None:
    found = search(GARDEN_PATH, beams=8)
    texts = [f.text for f in found]
    assert len(set(texts)) == len(texts)
    assert [f.log_p for f in found] == sorted((f.log_p for f in found), reverse=True)
    assert {"my calf", "the calf", "the cap", "the stop", "the", "my cap"} <= set(texts)


def test_two_spellings_of_one_text_share_their_probability() -> None:
    texts = (None, "calf", "calf", "cap", "'calf'")
    model = TableModel(texts, {(): {1: 0.3, 2: 0.25, 3: 0.35, 4: 0.1}})
    found = {f.text: exp(f.log_p) for f in search(model)}
    assert found["calf"] == pytest.approx(0.65, rel=1e-4)
    assert found["cap"] == pytest.approx(0.35, rel=1e-4)


def test_a_grammar_allows_nothing_but_its_sentences() -> None:
    found = search(GARDEN_PATH, grammar=Sentences("the stop", "my cap"))
    assert [f.text for f in found] == ["the stop", "my cap"]
    assert exp(found[0].log_p) == pytest.approx(0.18, rel=1e-4)


def test_a_sentence_begun_but_not_ended_is_no_sentence_of_the_grammar() -> None:
    assert search(GARDEN_PATH, grammar=Sentences("the stop please")) == []


def test_spaces_and_punctuation_never_reach_a_grammar() -> None:
    texts = (None, " ", "my", " ", " calf", "")
    path = [2, 3, 5, 1, 4, 5]
    model = TableModel(texts, {tuple(path[:n]): {token: 1.0} for n, token in enumerate(path)})
    assert [f.text for f in search(model, grammar=Sentences("my calf"))] == ["my calf"]


def test_a_token_that_is_no_text_is_silent_in_free_search_and_forbidden_by_a_grammar() -> None:
    model = TableModel(TEXTS, {(): {9: 0.9, 1: 0.1}, (9,): {1: 1.0}})
    assert exp(search(model)[0].log_p) == pytest.approx(1.0, rel=1e-3)
    assert exp(search(model, grammar=Sentences("calf"))[0].log_p) == pytest.approx(0.1, rel=1e-3)


class Lifted:
    """A leaning towards some words; a state is the text so far."""

    start = ""

    def __init__(self, **words: float) -> None:
        self._words = words
        self.most = max(words.values())

    def step(self, state: str, text: str) -> str:
        return state + text

    def worth(self, state: str, *, ended: bool) -> float:
        *whole, last = state.split(" ")
        begun = [gain * len(last) / len(word) for word, gain in self._words.items() if word.startswith(last)]
        part = self._words.get(last, 0.0) if ended else max(begun, default=0.0)
        return part + sum(self._words.get(word, 0.0) for word in whole)


def test_a_leaning_lifts_a_word_and_is_told_apart_from_the_probability() -> None:
    model = TableModel((None, "my", " cap", " calf"), {(): {1: 1.0}, (1,): {2: 0.7, 3: 0.3}})
    plain = search(model)
    leaning = search(model, leaning=Lifted(calf=1.5))
    assert plain[0].text == "my cap"
    assert leaning[0].text == "my calf"
    assert leaning[0].lean == pytest.approx(1.5)
    assert exp(leaning[0].log_p) == pytest.approx(0.3, rel=1e-4)


def test_a_word_in_several_tokens_gains_once_when_it_is_whole() -> None:
    texts = (None, "my", " cra", "mp", " now")
    model = TableModel(texts, {(): {1: 1.0}, (1,): {2: 1.0}, (1, 2): {3: 1.0}, (1, 2, 3): {4: 1.0}})
    best = search(model, leaning=Lifted(cramp=1.0, now=0.25))[0]
    assert (best.text, best.lean) == ("my cramp now", pytest.approx(1.25))


def test_the_beginning_of_a_likely_word_survives_a_narrow_beam() -> None:
    texts = (None, "my", " cap", " cal", "f")
    model = TableModel(texts, {(): {1: 1.0}, (1,): {2: 0.7, 3: 0.3}, (1, 3): {4: 1.0}})
    assert search(model, beams=1)[0].text == "my cap"
    assert search(model, beams=1, leaning=Lifted(calf=2.0))[0].text == "my calf"


def test_a_likely_word_whose_beginning_led_elsewhere_gains_nothing() -> None:
    texts = (None, " cal", "m", "f")
    model = TableModel(texts, {(): {1: 1.0}, (1,): {2: 1.0}})
    assert search(model, leaning=Lifted(calf=2.0))[0].lean == 0.0


def test_the_guard_breaks_a_loop_but_lets_a_person_say_a_word_four_times() -> None:
    model = TableModel((None, " ow", " stop"), {}, longest=40, default={1: 0.9, 2: 0.08, END: 0.02})
    for found in search(model, beams=4):
        assert "ow ow ow ow ow" not in found.text
    four = TableModel((None, " ow"), {(1,) * n: {1: 1.0} for n in range(4)})
    assert search(four)[0].text == "ow ow ow ow"


def test_the_search_ends_at_the_cap_and_still_has_an_answer() -> None:
    words = tuple(f" w{n}" for n in range(30))
    model = TableModel((None, *words), {}, longest=6, default=dict.fromkeys(range(1, 31), 1 / 30))
    found = search(model, beams=4)
    assert model.steps <= 6
    assert found
    assert max(len(f.text.split()) for f in found) == 6


def test_the_search_stops_early_when_nothing_open_can_matter() -> None:
    model = TableModel(TEXTS, {(): {END: 1.0 - 1e-9, 1: 1e-9}}, longest=500, default={1: 0.5, 2: 0.5})
    assert search(model, beams=4)[0].text == ""
    assert model.steps == 0


@given(
    weights=st.lists(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), min_size=13, max_size=13),
)
def test_a_wide_beam_finds_what_trying_everything_finds(weights: list[list[float]]) -> None:
    prefixes = [(), *[(a,) for a in (1, 2, 3)], *[(a, b) for a in (1, 2, 3) for b in (1, 2, 3)]]
    table = {p: {t: w / sum(row) for t, w in enumerate(row)} for p, row in zip(prefixes, weights, strict=True)}
    model = TableModel((None, " a", " b", " c"), table)
    everything: dict[str, float] = {}
    letters = " abc"
    for p in prefixes:
        p_prefix = np.prod([table[p[:n]][p[n]] for n in range(len(p))])
        everything[" ".join(letters[t] for t in p)] = float(p_prefix * table[p][END])
        if len(p) == 2:
            for t in (1, 2, 3):
                everything[" ".join(letters[x] for x in (*p, t))] = float(p_prefix * table[p][t])
    best = search(model, beams=64)[0]
    assert exp(best.log_p) == pytest.approx(max(everything.values()), rel=1e-3)


class Opinion:
    """A second reader that is sure of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def begun(self, text: str) -> float:
        return 0.0 if self._text.startswith(text) else -50.0

    def whole(self, text: str) -> float:
        return 0.0 if text == self._text else -50.0


def test_a_second_reader_turns_the_ranks_by_its_share_and_leaves_the_probabilities_alone() -> None:
    model = TableModel((None, " stop", " star"), {(): {1: 0.2, 2: 0.8}, (1,): {END: 1.0}, (2,): {END: 1.0}})
    alone = search(model, beams=4)
    together = search(model, beams=4, second=Opinion("stop"), share=0.3)
    assert [alone[0].text, together[0].text] == ["star", "stop"]
    assert {f.text: f.log_p for f in together} == pytest.approx({f.text: f.log_p for f in alone})
    assert together[0].rank == pytest.approx(0.7 * together[0].log_p)


def test_a_share_of_nothing_changes_nothing() -> None:
    model = TableModel((None, " stop", " star"), {(): {1: 0.2, 2: 0.8}, (1,): {END: 1.0}, (2,): {END: 1.0}})
    ranks = [(f.text, f.rank) for f in search(model, beams=4, second=Opinion("stop"), share=0.0)]
    assert ranks == [(f.text, f.rank) for f in search(model, beams=4)]
