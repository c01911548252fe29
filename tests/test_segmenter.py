"""Where utterances begin and end, on probabilities made up for the purpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Frame
from audio.segmenter import Closed, Hushed, Opened, Segmenter, SegmentEvent

FRAME_S = FRAME_SAMPLES / SAMPLE_RATE


def feed(segmenter: Segmenter, probabilities: list[float], *, start: int = 0) -> list[SegmentEvent]:
    """Frames whose samples count up, so that a sample tells where it comes from."""
    events = []
    for index, probability in enumerate(probabilities, start):
        first = index * FRAME_SAMPLES
        samples = np.arange(first, first + FRAME_SAMPLES, dtype=np.float32)
        events += segmenter.accept(Frame(samples, index * FRAME_S), probability)
    return events


def seconds(probability: float, duration_s: float) -> list[float]:
    return [probability] * round(duration_s / FRAME_S)


def kinds(events: list[SegmentEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_an_utterance_opens_hushes_and_closes_after_the_endpoint():
    events = feed(Segmenter(), seconds(0, 1) + seconds(1, 1) + seconds(0, 2))
    assert kinds(events) == ["Opened", "Hushed", "Closed"]
    utterance = events[-1].utterance
    assert events[0].at_s == utterance.start_s == pytest.approx(1.0, abs=FRAME_S)
    assert utterance.end_s == pytest.approx(2.0, abs=FRAME_S)
    assert events[-1].at_s == pytest.approx(utterance.end_s + 1.2, abs=FRAME_S)


def test_the_sound_before_the_speech_and_a_short_quiet_after_it_belong_to_the_utterance():
    [_, _, closed] = feed(Segmenter(), seconds(0, 1) + seconds(1, 1) + seconds(0, 2))
    first, last = closed.utterance.samples[0] / SAMPLE_RATE, closed.utterance.samples[-1] / SAMPLE_RATE
    assert first == pytest.approx(closed.utterance.start_s - 0.4, abs=FRAME_S)
    assert last == pytest.approx(closed.utterance.end_s + 0.2, abs=FRAME_S)


def test_what_was_computed_in_the_first_quiet_holds_when_nothing_follows():
    [_, hushed, closed] = feed(Segmenter(), seconds(1, 1) + seconds(0, 2))
    assert np.array_equal(hushed.utterance.samples, closed.utterance.samples)
    assert (hushed.utterance.start_s, hushed.utterance.end_s) == (closed.utterance.start_s, closed.utterance.end_s)


def test_a_pause_for_breath_does_not_end_the_utterance():
    events = feed(Segmenter(), seconds(1, 1) + seconds(0, 0.8) + seconds(1, 1) + seconds(0, 1.5))
    assert kinds(events) == ["Opened", "Hushed", "Hushed", "Closed"]
    assert events[-1].utterance.end_s == pytest.approx(2.8, abs=2 * FRAME_S)


def test_the_endpoint_may_be_shortened_while_the_person_is_silent():
    segmenter = Segmenter(endpoint_s=1.2)
    speech = seconds(1, 1) + seconds(0, 0.9)
    assert kinds(feed(segmenter, speech)) == ["Opened", "Hushed"]
    segmenter.endpoint_s = 0.7
    assert kinds(feed(segmenter, [0.0], start=len(speech))) == ["Closed"]


def test_a_click_opens_nothing():
    assert feed(Segmenter(), [*seconds(0, 1), 1.0, 1.0, *seconds(0, 2)]) == []


def test_a_short_no_is_heard_whole():
    no = seconds(0, 1) + seconds(1, 0.15) + seconds(0, 2)
    [_, _, closed] = feed(Segmenter(), no)
    heard = set(closed.utterance.samples.astype(int))
    assert set(range(no.index(1) * FRAME_SAMPLES, (no.index(1) + no.count(1)) * FRAME_SAMPLES)) <= heard


def test_a_hesitant_beginning_counts_from_its_first_doubtful_frame():
    [opened] = feed(Segmenter(), [*seconds(0, 1), 0.4, 0.45, 0.6, 0.7, 0.9])
    assert opened.at_s == pytest.approx(1.0, abs=FRAME_S)


def test_a_noise_between_the_thresholds_opens_nothing_and_holds_nothing_open():
    fan = seconds(0.45, 5)
    assert feed(Segmenter(), fan) == []
    assert kinds(feed(Segmenter(), [*seconds(1, 1), 0.1, *fan])) == ["Opened", "Hushed", "Closed"]


def test_a_television_is_cut_at_the_cap_and_no_sound_is_lost_between():
    events = feed(Segmenter(longest_s=5), seconds(1, 12))
    assert kinds(events[:4]) == ["Opened", "Closed", "Opened", "Closed"]
    first, second = events[1].utterance.samples, events[3].utterance.samples
    assert len(first) <= 5 * SAMPLE_RATE + FRAME_SAMPLES
    assert second[0] == first[-1] + 1


def test_speech_that_does_not_end_is_cut_at_its_quietest_moment_and_goes_on_as_the_next():
    segmenter, events = Segmenter(longest_s=5), []
    for index in range(round(6 / FRAME_S)):
        quiet = 3.5 <= index * FRAME_S < 3.7
        frame = Frame(np.full(FRAME_SAMPLES, 0.01 if quiet else 0.5, np.float32), index * FRAME_S)
        events += segmenter.accept(frame, 1.0)
    assert kinds(events) == ["Opened", "Closed", "Opened"]
    assert events[1].utterance.end_s == events[2].at_s == pytest.approx(3.6, abs=0.1)


def test_the_end_of_the_stream_closes_what_is_open_and_a_new_stream_may_begin():
    segmenter = Segmenter()
    assert kinds(feed(segmenter, seconds(1, 1))) == ["Opened"]
    assert kinds(segmenter.finish()) == ["Closed"]
    assert segmenter.finish() == []
    assert kinds(feed(segmenter, seconds(0, 0.5) + seconds(1, 1) + seconds(0, 2))) == ["Opened", "Hushed", "Closed"]


def test_a_probability_that_is_no_number_counts_as_quiet():
    assert feed(Segmenter(), [float("nan")] * 50) == []


def test_thresholds_that_cannot_work_are_refused_by_name():
    with pytest.raises(ValueError, match="enter"):
        Segmenter(enter=0.3, leave=0.6)


runs = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 60)), max_size=25)


@settings(deadline=None, max_examples=150)
@given(runs, st.sampled_from([0.0, 0.1, 0.7, 1.2]))
def test_whatever_the_detector_says_events_alternate_and_sound_is_contiguous_and_bounded(
    pieces: list[tuple[float, int]], endpoint_s: float
):
    segmenter = Segmenter(endpoint_s=endpoint_s, longest_s=3.0)
    probabilities = [probability for probability, times in pieces for _ in range(times)]
    events = feed(segmenter, probabilities) + segmenter.finish()
    is_open, heard_until = False, -1.0
    for event in events:
        assert isinstance(event, Opened) is not is_open
        is_open = not isinstance(event, Closed)
        if isinstance(event, Opened):
            continue
        samples = event.utterance.samples
        assert (np.diff(samples) == 1).all()
        assert samples[0] > heard_until, "an utterance repeats sound of the one before"
        assert len(samples) <= 3.0 * SAMPLE_RATE + FRAME_SAMPLES
        assert event.utterance.start_s < event.utterance.end_s
        assert samples[0] / SAMPLE_RATE <= event.utterance.start_s + 1e-6
        if isinstance(event, Closed):
            heard_until = samples[-1]
            assert event.at_s >= event.utterance.end_s
    assert not is_open
    assert len(segmenter._before) + len(segmenter._pieces) == 0


@given(st.lists(st.floats(0, 1), max_size=400))
@settings(deadline=None, max_examples=50)
def test_memory_stays_bounded(probabilities: list[float]):
    segmenter = Segmenter(longest_s=2.0)
    for index, probability in enumerate(probabilities):
        feed(segmenter, [probability], start=index)
        assert len(segmenter._pieces) + len(segmenter._before) <= (2.0 + 0.4 + 0.4) / FRAME_S


def test_a_hush_is_told_once_a_quiet():
    hushes = [e for e in feed(Segmenter(), seconds(1, 1) + seconds(0, 1.1)) if isinstance(e, Hushed)]
    assert len(hushes) == 1
