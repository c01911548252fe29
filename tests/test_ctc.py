"""What the frame-by-frame reader makes of a text, against trying every way to lay it along the frames."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise, product
from math import exp, inf, log
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from audio.ctc import LETTERS, Ctc, spelt_out
from audio.ctc_head import CtcHead
from audio.events import Reading
from audio.moonshine_model import MoonshineModel
from audio.recogniser_moonshine import MADE_UP, borne_out

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDINGS = Path(__file__).parent / "recordings"

FRAMES = 5
ALPHABET = " ab"


@pytest.fixture(scope="module")
def log_probs() -> np.ndarray:
    """Five frames in which only a blank, a space, "a" and "b" are possible."""
    raw = np.random.default_rng(3).normal(size=(FRAMES, 1 + len(LETTERS)))
    raw[:, 1 + len(ALPHABET) :] = -inf
    return raw - np.log(np.exp(raw).sum(-1, keepdims=True))


@pytest.fixture(scope="module")
def everything(log_probs: np.ndarray) -> dict[str, float]:
    """Text -> probability, summed over each way to lay it along the frames."""
    found: dict[str, float] = defaultdict(float)
    for way in product(range(1 + len(ALPHABET)), repeat=FRAMES):
        kept = [way[0], *(after for before, after in pairwise(way) if after != before)]
        text = "".join(LETTERS[column - 1] for column in kept if column)
        found[text] += exp(sum(log_probs[frame, column] for frame, column in enumerate(way)))
    return found


@pytest.mark.parametrize("text", ["", "a", "b", "ab", "aa", "aba", "a b", "bb a"])
def test_a_texts_probability_is_the_sum_over_all_ways_to_lay_it_along_the_frames(
    text: str, log_probs: np.ndarray, everything: dict[str, float]
) -> None:
    assert Ctc(log_probs).whole(text) == pytest.approx(log(everything[text]))


@pytest.mark.parametrize("text", ["", "a", "b", "ab", "aa", "aba", "a b", "bb a"])
def test_a_beginnings_probability_is_the_sum_over_all_texts_that_begin_so(
    text: str, log_probs: np.ndarray, everything: dict[str, float]
) -> None:
    together = sum(p for whole, p in everything.items() if whole.startswith(text))
    assert Ctc(log_probs).begun(text) == pytest.approx(log(together))


def test_a_text_longer_than_the_sound_is_impossible(log_probs: np.ndarray) -> None:
    assert Ctc(log_probs).whole("ababab") == -inf
    assert Ctc(log_probs).begun("ababab") == -inf


def test_what_no_column_stands_for_is_impossible(log_probs: np.ndarray) -> None:
    assert Ctc(log_probs).whole("a!") == -inf


def test_numbers_are_read_as_words() -> None:
    assert spelt_out("8 out of 10 by 11") == "eight out of ten by eleven"
    assert spelt_out("in 1999") == "in 1999"


@pytest.fixture(scope="module")
def opinion_of() -> Callable[[str], Ctc]:
    """What the network that comes with the package makes of a recording."""
    model, head = MoonshineModel(), CtcHead()

    def read(name: str) -> Ctc:
        samples, _ = soundfile.read(RECORDINGS / name, dtype="float32")
        return Ctc(head.log_probs(model.encode(samples).states))

    return read


@pytest.mark.parametrize(
    ("recording", "said", "others"),
    [
        (
            "joe_my_left_calf_is_cramping.flac",
            "my left calf is cramping",
            ["my left cough is cramping", "my luck is grumping"],
        ),
        (
            "joe_its_my_calf_its_cramping_again.flac",
            "it's my calf it's cramping again",
            ["it's my car it's crumpling again"],
        ),
        ("joe_stop.flac", "stop", ["star", "top", "start"]),
    ],
)
def test_the_second_reader_knows_what_was_said_from_what_sounds_like_it(
    recording: str, said: str, others: list[str], opinion_of: Callable[[str], Ctc]
) -> None:
    opinion = opinion_of(recording)
    assert opinion.whole(said) > max(map(opinion.whole, others))
    assert opinion.begun(said) >= opinion.whole(said)


def test_the_second_reader_gives_each_frame_a_probability_for_each_letter() -> None:
    states = np.random.default_rng(0).normal(size=(20, 288)).astype(np.float32)
    log_probs = CtcHead().log_probs(states)
    assert log_probs.shape == (20, 1 + len(LETTERS))
    assert np.exp(log_probs).sum(-1) == pytest.approx(1.0, abs=1e-4)


def test_one_frame_is_enough_for_the_second_reader() -> None:
    assert CtcHead().log_probs(np.zeros((1, 288), np.float32)).shape == (1, 1 + len(LETTERS))


def read(*texts: str) -> tuple[Reading, ...]:
    return tuple(Reading(text, -1.0) for text in texts)


WORTH = {"my calf": -5.0, "my cough": -9.0, "i do not want to": -5.1 - MADE_UP, "é": -inf}


def test_a_reading_that_the_second_reader_finds_made_up_is_none() -> None:
    made_up, heard = read("i do not want to"), read("my cough")
    assert borne_out((*made_up, *heard), read("my calf"), WORTH.__getitem__) == (heard, read("my calf"))


def test_where_all_of_one_list_is_made_up_the_other_stands_alone() -> None:
    assert borne_out(read("i do not want to"), read("my calf"), WORTH.__getitem__) == (read("my calf"), ())


def test_where_the_second_reader_knows_none_of_the_texts_both_lists_stand() -> None:
    assert borne_out(read("é"), read("é"), WORTH.__getitem__) == (read("é"), read("é"))
