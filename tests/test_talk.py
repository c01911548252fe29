"""The model of this place's talk, on which the recogniser's search leans."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.pack import load
from intents.sampling import sayings
from intents.talk import COST, MOST, Talk, TalkState

SAID = ("my calf is cramping", "my left calf", "stop", "it is worse")


@pytest.fixture(scope="module")
def bedside() -> Talk:
    return Talk(sayings(load()))


def gained(talk: Talk, text: str, *, ended: bool = True) -> float:
    return talk.worth(talk.step(talk.start, text), ended=ended)


def test_what_is_said_here_gains_and_what_is_not_gains_nothing(bedside: Talk) -> None:
    assert gained(bedside, "my calf is cramping") > MOST
    assert gained(bedside, "parliament adjourned") == -2 * COST


def test_a_word_gains_by_the_words_before_it(bedside: Talk) -> None:
    after_my = gained(bedside, "my calf") - gained(bedside, "my")
    after_nonsense = gained(bedside, "zebra calf") - gained(bedside, "zebra")
    assert after_my > after_nonsense


def test_half_a_word_gains_in_part_while_it_may_go_on_and_nothing_where_it_ends(bedside: Talk) -> None:
    begun = gained(bedside, "my cal", ended=False)
    assert gained(bedside, "my", ended=True) < begun <= gained(bedside, "my calf") + COST
    assert gained(bedside, "my cal", ended=True) == gained(bedside, "my") - COST


def test_nothing_said_gains_nothing(bedside: Talk) -> None:
    assert gained(bedside, "") == 0.0
    assert gained(bedside, " ") == 0.0


@given(
    st.lists(st.sampled_from(["my", "left", "calf", "is", "cramping", "stop", "zebra", "it's"]), max_size=8),
    st.integers(1, 5),
)
def test_it_does_not_matter_in_which_pieces_a_text_comes(words: list[str], size: int) -> None:
    talk = Talk(SAID)
    text = " ".join(words)
    state: TalkState = talk.start
    for at in range(0, len(text), size):
        state = talk.step(state, text[at : at + size])
    assert talk.worth(state, ended=True) == pytest.approx(gained(talk, text))


def test_no_word_gains_more_than_the_most() -> None:
    talk = Talk(["stop"] * 100)
    assert gained(talk, "stop") == MOST - COST


def test_nothing_gains_by_going_on_and_on() -> None:
    talk = Talk(["a glass of water", "and a glass of water"] * 50)
    once = gained(talk, "a glass of water")
    assert gained(talk, "a glass of water and a glass of water and a glass of water") < once


def test_the_probabilities_of_the_next_word_sum_to_one() -> None:
    talk = Talk(SAID)
    words = {word for sentence in SAID for word in sentence.split()}
    for before in (("", ""), ("", "my"), ("my", "left"), ("never", "heard")):
        assert sum(exp(talk.log_p(before, word)) for word in words) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(4))
def test_no_draw_loses_a_sentence_of_one_word(seed: int) -> None:
    drawn = sayings(load(), each=20, seed=seed)
    assert [drawn.get(word) for word in ("stop", "help", "yes", "no")] == ["stop", "help", "yes", "no"]
