"""The real model on real sound: loaded once, a few short recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from audio.activity_silero import SileroActivity
from audio.decoding import search
from audio.engines import engines, moonshine_state
from audio.errors import RecogniserError
from audio.events import FRAME_SAMPLES, SAMPLE_RATE, Final, Frame, Partial, SpeechEnded, SpeechStarted
from audio.moonshine_files import DECODER, FILES, model_folder
from audio.moonshine_model import LONGEST_S, MoonshineModel, log_softmax, plain_text, read_tokens
from audio.recogniser_moonshine import MoonshineRecogniser
from audio.segmenter import Closed, Hushed, Opened, Segmenter, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from audio.events import Heard, SpeechEvent
    from audio.segmenter import SegmentEvent

RECORDINGS = Path(__file__).parent / "recordings"


def recording(name: str) -> NDArray[np.float32]:
    samples, rate = soundfile.read(RECORDINGS / f"{name}.flac", dtype="float32")
    assert rate == SAMPLE_RATE
    return samples


def frames(samples: NDArray[np.float32]) -> Iterator[Frame]:
    for start in range(0, len(samples), FRAME_SAMPLES):
        yield Frame(samples[start : start + FRAME_SAMPLES], start / SAMPLE_RATE)


def stream(recogniser: MoonshineRecogniser, samples: NDArray[np.float32]) -> list[SpeechEvent]:
    events = [event for frame in frames(samples) for event in recogniser.accept(frame)]
    return events + recogniser.finish()


def finals(events: list[SpeechEvent]) -> list[Heard]:
    return [e.heard for e in events if isinstance(e, Final)]


class Sentences:
    start = ""

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences

    def step(self, state: str, text: str) -> str | None:
        longer = state + text
        return longer if any(s.startswith(longer) for s in self._sentences) else None

    def is_final(self, state: str) -> bool:
        return state in self._sentences


@pytest.fixture(scope="module")
def model() -> MoonshineModel:
    return MoonshineModel()


@pytest.fixture
def recogniser(model: MoonshineModel) -> MoonshineRecogniser:
    return MoonshineRecogniser(model, SileroActivity(), Segmenter())


def test_a_complaint_is_heard_word_for_word(recogniser: MoonshineRecogniser) -> None:
    (heard,) = finals(stream(recogniser, recording("joe_its_my_calf_its_cramping_again")))
    assert heard.text == "it's my calf it's cramping again"
    assert heard.engine == "moonshine"
    assert heard.free_log_p == pytest.approx(heard.readings[0].log_p)
    assert 0.4 < heard.start_s < 0.7


def test_a_single_stop_is_heard(recogniser: MoonshineRecogniser) -> None:
    assert [h.text for h in finals(stream(recogniser, recording("joe_stop")))] == ["stop"]


def test_the_words_that_the_best_reading_misses_stand_in_the_list(recogniser: MoonshineRecogniser) -> None:
    (heard,) = finals(stream(recogniser, recording("joe_my_left_calf_is_cramping")))
    assert "my left calf is cramping" in [r.text for r in heard.readings[:3]]


def test_events_come_in_order_and_the_early_reading_is_the_final_one(recogniser: MoonshineRecogniser) -> None:
    started, partial, final, ended = stream(recogniser, recording("joe_stop"))
    assert isinstance(started, SpeechStarted)
    assert isinstance(partial, Partial)
    assert isinstance(final, Final)
    assert isinstance(ended, SpeechEnded)
    assert final.heard is partial.heard


def test_what_is_said_after_a_short_quiet_is_read_again(recogniser: MoonshineRecogniser) -> None:
    stop = recording("joe_stop")
    pause = np.zeros(int(0.3 * SAMPLE_RATE), np.float32)
    voiced = stop[int(0.4 * SAMPLE_RATE) : int(1.1 * SAMPLE_RATE)]
    twice = np.concatenate([stop[: int(0.4 * SAMPLE_RATE)], voiced, pause, voiced, np.zeros(SAMPLE_RATE, np.float32)])
    (heard,) = finals(stream(recogniser, twice))
    assert heard.text == "stop stop"


class CutHere:
    """A segmenter that tells given events at its first frame."""

    endpoint_s = 1.2

    def __init__(self, *events: SegmentEvent) -> None:
        self._events = list(events)

    def accept(self, _frame: Frame, _probability: float) -> list[SegmentEvent]:
        told, self._events = self._events, []
        return told

    def finish(self) -> list[SegmentEvent]:
        return []


def test_a_long_talk_is_read_only_when_it_is_over(model: MoonshineModel) -> None:
    talk = Utterance(np.tile(recording("joe_its_my_calf_its_cramping_again"), 4)[: 11 * SAMPLE_RATE], 0.0, 11.0)
    cut = CutHere(Opened(0.0), Hushed(talk), Closed(talk, 12.0))
    told = MoonshineRecogniser(model, SileroActivity(), cut, beams=1).accept(Frame(talk.samples[:FRAME_SAMPLES], 0.0))
    assert [type(event) for event in told] == [SpeechStarted, Final, SpeechEnded]


def test_the_endpoint_follows_what_is_expected(model: MoonshineModel) -> None:
    recogniser = MoonshineRecogniser(model, SileroActivity(), Segmenter(endpoint_s=1.2), beams=1)
    recogniser.expect(0.4)
    *_, final, ended = stream(recogniser, recording("joe_stop"))
    assert isinstance(final, Final)
    assert final.at_s - final.heard.end_s < 0.5
    assert ended == SpeechEnded(final.at_s)


def test_a_stream_of_frames_reads_like_the_utterance_as_a_whole(
    model: MoonshineModel, recogniser: MoonshineRecogniser
) -> None:
    samples = recording("joe_its_my_calf_its_cramping_again")
    segmenter, activity = Segmenter(), SileroActivity()
    cut = [e for f in frames(samples) for e in segmenter.accept(f, activity.probability(f))] + segmenter.finish()
    utterance = cut[-1].utterance
    whole = MoonshineRecogniser(model, SileroActivity(), Segmenter()).read(utterance)
    (heard,) = finals(stream(recogniser, samples))
    assert heard.readings == whole.readings


def test_silence_gives_no_words(recogniser: MoonshineRecogniser) -> None:
    assert stream(recogniser, np.zeros(3 * SAMPLE_RATE, np.float32)) == []
    nothing = recogniser.read(Utterance(np.zeros(SAMPLE_RATE, np.float32), 0.0, 1.0))
    assert nothing.readings == ()
    assert recogniser.read(Utterance(np.zeros(0, np.float32), 0.0, 0.0)).text == ""


def test_a_grammar_adds_its_likeliest_sentence_and_how_well_it_agrees(model: MoonshineModel) -> None:
    grammar = Sentences("my left calf is cramping", "my right calf is cramping", "stop")
    recogniser = MoonshineRecogniser(model, SileroActivity(), Segmenter(), grammar=grammar)
    (said,) = finals(stream(recogniser, recording("joe_my_left_calf_is_cramping")))
    (other,) = finals(stream(recogniser, recording("joe_its_my_calf_its_cramping_again")))
    assert said.allowed is not None
    assert said.allowed.text == "my left calf is cramping"
    assert said.agreement is not None
    assert other.agreement is not None
    assert said.agreement > -3 > -8 > other.agreement


def test_the_cache_changes_probabilities_no_more_than_the_models_own_rounding(model: MoonshineModel) -> None:
    # The model's weights are 8-bit and its activations are scaled by the largest of the batch at hand: another batch,
    # or the whole sequence at once, moves a log probability by some tenths. A wrong cache moves it by whole nats.
    sound = model.encode(recording("joe_my_left_calf_is_cramping"))
    ids, step = [1], sound.begin()
    for _ in range(8):
        without = log_softmax(sound.uncached(ids)[0][:, -1])
        off = np.abs(step.log_probs - without)[without > -8]
        assert off.max() < 1.0
        assert off.mean() < 0.3
        ids.append(int(without.argmax()))
        step = sound.advance(step, [0], ids[-1:])


def test_the_first_step_is_exactly_that_of_the_model_without_a_cache(model: MoonshineModel) -> None:
    sound = model.encode(recording("joe_stop"))
    without = log_softmax(sound.uncached([1])[0][:, -1])
    assert np.abs(sound.begin().log_probs - without).max() < 1e-3


def test_beams_that_change_places_keep_their_own_memory(model: MoonshineModel) -> None:
    sound = model.encode(recording("joe_my_left_calf_is_cramping"))
    first = sound.begin()
    a, b, c = (int(t) for t in np.argsort(-first.log_probs[0])[:3])
    second = sound.advance(first, [0, 0, 0], [a, b, c])
    straight = sound.advance(second, [0, 1, 2], [b, c, a]).log_probs
    turned = sound.advance(second, [2, 0, 1], [a, b, c]).log_probs
    assert np.abs(straight[[2, 0, 1]] - turned).max() < 1e-3
    assert np.abs(straight - turned).max() > 1


def test_several_searches_of_one_sound_do_not_disturb_each_other(model: MoonshineModel) -> None:
    sound = model.encode(recording("joe_stop"))
    before = search(sound)
    search(sound, grammar=Sentences("help", "repeat"))
    assert search(sound) == before


def test_the_shortest_sound_is_padded(model: MoonshineModel) -> None:
    assert search(model.encode(np.full(10, 0.01, np.float32)), beams=1)


def test_a_sound_that_is_none_is_refused_with_the_remedy(model: MoonshineModel) -> None:
    with pytest.raises(RecogniserError, match="cut it into pieces"):
        model.encode(np.zeros(int(LONGEST_S * SAMPLE_RATE) + 1, np.float32))
    with pytest.raises(RecogniserError, match="bedside doctor"):
        model.encode(np.full(SAMPLE_RATE, np.nan, np.float32))
    with pytest.raises(RecogniserError, match="one channel"):
        model.encode(np.zeros((SAMPLE_RATE, 2), np.float32))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).symlink_to(model_folder() / name)
    return tmp_path


def replace(file: Path, content: bytes) -> None:
    file.unlink()
    file.write_bytes(content)


def test_a_whole_model_is_present() -> None:
    state, _ = engines()
    assert (state.name, state.present, state.remedy) == ("moonshine", True, "")


def test_a_model_file_cut_short_is_refused_before_it_is_loaded(copied: Path) -> None:
    replace(copied / DECODER, (model_folder() / DECODER).read_bytes()[:1_000_000])
    with pytest.raises(RecogniserError, match=r"1,000,000 bytes .*pip install --force-reinstall"):
        MoonshineModel(copied)
    state = moonshine_state(copied)
    assert not state.present
    assert state.remedy.startswith("install it again")


def test_a_missing_model_file_is_refused_by_name(copied: Path) -> None:
    (copied / DECODER).unlink()
    with pytest.raises(RecogniserError, match=f"{DECODER} cannot be read .*pip install"):
        MoonshineModel(copied)


def test_a_model_file_overwritten_with_zeros_is_refused_though_its_size_is_right(copied: Path) -> None:
    replace(copied / DECODER, bytes((model_folder() / DECODER).stat().st_size))
    with pytest.raises(RecogniserError, match="no onnxruntime model; install it again"):
        MoonshineModel(copied)


def test_doctor_finds_a_single_changed_byte(copied: Path) -> None:
    content = bytearray((model_folder() / DECODER).read_bytes())
    content[20_000_000] ^= 1
    replace(copied / DECODER, bytes(content))
    assert "is damaged" in moonshine_state(copied).detail
    assert moonshine_state(copied, thorough=False).present


@pytest.mark.parametrize(
    ("token", "text"),
    [
        (b"\xe2\x96\x81Calf", " calf"),
        (b",", ""),
        (b"\xe2\x96\x81\xe2\x80\x94", "  "),
        (b"\xe2\x80\x99s", "'s"),
        (b"caf\xc3\xa9", "cafe"),
        (b"<0x41>", None),
        (b"\xff", None),
        ("\u266a".encode(), None),
    ],
)
def test_a_token_becomes_plain_words_or_none(token: bytes, text: str | None) -> None:
    assert plain_text(token) == text


def test_the_tokens_are_read_with_their_long_lengths() -> None:
    long = b"x" * 300
    raw = b"\x02ab" + bytes([300 % 128 + 128, 300 // 128]) + long
    assert read_tokens(raw) == [b"ab", long]


def test_without_early_reading_the_final_one_is_the_same_and_comes_alone(
    model: MoonshineModel, recogniser: MoonshineRecogniser
) -> None:
    late = MoonshineRecogniser(model, SileroActivity(), Segmenter(), early=False)
    told = stream(late, recording("joe_stop"))
    assert [type(event) for event in told] == [SpeechStarted, Final, SpeechEnded]
    (heard,), (usual,) = finals(told), finals(stream(recogniser, recording("joe_stop")))
    assert heard.readings == usual.readings
