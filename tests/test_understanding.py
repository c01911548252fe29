"""What people say at night, and what is understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.dialog.script import load_script
from assistant.dialog.state import EXPECTED, Phase
from intents import Match, PackError, Understanding
from intents.pack import load
from intents.sampling import SentenceGrammar, sayings

SENTENCES = Path(__file__).parent / "sentences"
BEDSIDE = Understanding.load()
WORDS = sorted({word for phrase in BEDSIDE.pack.phrases for word in phrase.words if word.isalpha()})


def read(name: str) -> Any:
    return yaml.safe_load((SENTENCES / f"{name}.yaml").read_text(encoding="utf-8"))


def labelled() -> list[dict[str, Any]]:
    """The files with an `intent`: its sentences, and the slots to compare."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SENTENCES.glob("*.yaml"))]
    return [file for file in files if "intent" in file]


def meant(text: str, *, idle: bool = False) -> str | None:
    return BEDSIDE.understand([(text, 0.0)], idle=idle).intent


@pytest.mark.parametrize("file", labelled(), ids=lambda file: file["intent"])
def test_what_people_say_is_understood(file: dict[str, Any]) -> None:
    said = [(sentence, test["slots"]) for test in file["tests"] for sentence in test["sentences"]]
    matches = [(sentence, slots, BEDSIDE.understand([(sentence, 0.0)])) for sentence, slots in said]
    wrong = [
        (sentence, match.intent, match.slots)
        for sentence, slots, match in matches
        if match.intent != file["intent"] or not match.slots.items() >= slots.items()
    ]
    assert wrong == []


@pytest.mark.parametrize("group", read("asked")["answers"], ids=lambda group: f"{group['asked']}, {group['intent']}")
def test_what_people_answer_is_understood_where_it_was_asked_for(group: dict[str, Any]) -> None:
    expected = EXPECTED[Phase(group["asked"])]
    matches = {said: BEDSIDE.understand([(said, 0.0)], expected=expected).intent for said in group["sentences"]}
    assert {said: intent for said, intent in matches.items() if intent != group["intent"]} == {}


@pytest.mark.parametrize(("question", "ways"), read("about")["questions"].items())
def test_an_answer_means_what_the_question_makes_of_it(question: str, ways: dict[str | None, list[str]]) -> None:
    topics = {f"asked={topic}" for topic in load_script().questions[question].topics}
    said = [(sentence, way) for way, sentences in ways.items() for sentence in sentences]
    meant = [BEDSIDE.understand([(text, 0.0)], expected=EXPECTED[Phase.ASK] | topics).intent for text, _ in said]
    wrong = [(*told, intent) for told, intent in zip(said, meant, strict=True) if intent != told[1]]
    assert wrong == []


def test_the_beginning_of_an_answer_tells_most_and_only_where_it_was_asked_for() -> None:
    told = "no, by the lamp my grandson gave us there is no telling one from another"
    assert BEDSIDE.understand([(told, 0.0)], expected=EXPECTED[Phase.ASK]).intent == "no"
    assert BEDSIDE.understand([(told, 0.0)], expected=EXPECTED[Phase.ALARM]).intent is None
    assert BEDSIDE.understand([(told, 0.0)]).intent is None


def test_what_is_told_of_it_without_the_limb_is_asked_about_while_a_cramp_goes_on() -> None:
    assert BEDSIDE.understand([("it's all puffed up", 0.0)]).score >= load_script().timing.doubt.ask_from
    assert BEDSIDE.understand([("it's all puffed up", 0.0)], idle=True).score < load_script().timing.doubt.ask_from


@pytest.mark.parametrize("idle", [False, True], ids=["in an episode", "idle"])
def test_what_only_resembles_a_request_is_left_in_silence(*, idle: bool) -> None:
    acted = [(sentence, meant(sentence, idle=idle)) for sentence in read("near_misses")["sentences"]]
    assert [found for found in acted if found[1] is not None] == []


@pytest.mark.parametrize("known", read("known_failures")["known_failures"], ids=lambda known: known["sentence"])
def test_a_known_failure_still_fails(known: dict[str, str | None]) -> None:
    assert meant(str(known["sentence"])) != known["intent"], "it comes right now: move it to its intent's file"


@pytest.mark.parametrize("answer", ["yes", "no", "stop", "better", "the same", "repeat that"])
def test_answers_mean_nothing_when_nothing_is_open(answer: str) -> None:
    assert meant(answer) is not None
    assert meant(answer, idle=True) is None


@pytest.mark.parametrize("words", ["help", "please help me", "my calf is cramping"])
def test_help_and_complaints_are_heard_when_nothing_is_open(words: str) -> None:
    assert meant(words, idle=True) is not None


@pytest.mark.parametrize(
    ("words", "severity"),
    [("my calf is killing me", "severe"), ("a slight cramp in my calf", "mild"), ("my calf is cramping", "unknown")],
)
def test_how_bad_it_is_is_told_where_it_was_said(words: str, severity: str) -> None:
    assert BEDSIDE.understand([(words, 0.0)]).slots["severity"] == severity


@pytest.mark.parametrize(("words", "relief"), [("it's gone", "gone"), ("a bit better", "some"), ("gone", "gone")])
def test_how_much_better_it_is_is_told(words: str, relief: str) -> None:
    assert BEDSIDE.understand([(words, 0.0)]).slots == {"relief": relief}


def test_a_right_word_in_a_later_reading_helps() -> None:
    readings = [("my car is camping", -2.0), ("my calf is cramping", -2.6)]
    assert BEDSIDE.understand(readings[:1]).intent is None
    assert BEDSIDE.understand(readings).intent == "cramp"


def test_stop_counts_in_an_unlikely_reading_too() -> None:
    assert BEDSIDE.understand([("star", -1.0), ("stir", -1.2), ("stop", -2.5)]).intent == "stop"


def test_a_reading_along_the_grammar_counts_only_where_it_is_nearly_as_likely() -> None:
    fill = [("fill", -2.5), ("filled", -2.8)]
    assert BEDSIDE.understand(fill, allowed=("help", -4.1)).intent == "help"
    assert BEDSIDE.understand(fill, allowed=("help", -7.0)).intent is None
    assert BEDSIDE.understand([("we are excited", -17.0)], allowed=("help", -16.0)).intent is None


@pytest.mark.parametrize(("words", "intent"), [("it is", "yes"), ("it's swollen", "yes"), ("it's not swollen", "no")])
def test_what_the_open_question_awaits_is_heard_more_readily(words: str, intent: str) -> None:
    assert meant(words) is None
    assert BEDSIDE.understand([(words, 0.0)], expected=frozenset({"yes", "no"})).intent == intent


def test_stop_is_heard_when_something_else_is_awaited() -> None:
    assert BEDSIDE.understand([("stop", 0.0)], expected=frozenset({"yes", "no"})).intent == "stop"


@pytest.mark.parametrize(
    "one", ["my calf's cramping", "my calf\u2019s cramping", "My CALFS cramping!", "um my calf is cramping"]
)
def test_spelling_changes_nothing(one: str) -> None:
    assert meant(one) == "cramp"


def test_a_stray_word_in_a_less_likely_reading_silences_no_complaint() -> None:
    said, stray = "my back's locked i can't roll over", "my back's locked eye can't roll over"
    assert BEDSIDE.understand([(said, 0.0)]).intent == "cramp"
    assert BEDSIDE.understand([(said, 0.0), (stray, -3.0)]).intent == "cramp"
    assert BEDSIDE.understand([(stray, 0.0), (said, -1.0)]).intent is None


def test_a_negation_in_every_other_reading_silences_a_complaint() -> None:
    assert BEDSIDE.understand([("my calf is now cramping", 0.0), ("my calf is not cramping", -0.5)]).intent is None


def test_no_readings_are_silence() -> None:
    match = BEDSIDE.understand([])
    assert (match.intent, match.score) == (None, 0.0)


texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(texts, st.floats(-60, 0)), max_size=5), st.booleans())
def test_whatever_is_heard_gets_a_score_and_acts_only_above_the_threshold(
    readings: list[tuple[str, float]], idle: Any
) -> None:
    match = BEDSIDE.understand(readings, idle=idle)
    assert 0.0 <= match.score <= 1.0
    assert match.intent is None or match.score >= BEDSIDE.threshold_of(match.intent)
    assert match.intent is None or match.intent == match.best
    assert match.intent is not None or match.slots == {}


GROANS = sorted({" ".join(phrase.words) for phrase in BEDSIDE.pack.phrases if phrase.concept == "groan"})


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(GROANS), min_size=1, max_size=5))
def test_groans_alone_are_silence(groans: list[str]) -> None:
    assert meant(" ".join(groans)) is None


def test_every_saying_of_the_pack_can_be_followed_as_a_grammar() -> None:
    sentences = list(sayings(load()))
    grammar = SentenceGrammar(sentences)
    for sentence in sentences[::50]:
        state = grammar.step(grammar.start, sentence.capitalize() + ".")
        assert state is not None
        assert grammar.is_final(state)
    assert grammar.step(grammar.start, "the weather") is None


def test_a_pack_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="sentences/en"):
        Understanding.load(tmp_path)


def test_of_two_complaints_in_one_breath_the_graver_counts_and_the_other_is_kept() -> None:
    match = BEDSIDE.understand([("my left calf's cramping and my chest hurts", 0.0)])
    assert match.intent == "rf_chest_breath"
    assert match.slots.items() >= {"also": "cramp", "site": "calf", "side": "left"}.items()


def test_one_complaint_has_no_other_beside_it() -> None:
    assert "also" not in BEDSIDE.understand([("my calf is cramping", 0.0)]).slots


@pytest.mark.parametrize(
    ("words", "who"), [("he's got a cramp in his calf", "other"), ("i've got a cramp in my calf", "self")]
)
def test_whose_complaint_it_is_is_told(words: str, who: str) -> None:
    assert BEDSIDE.understand([(words, 0.0)]).slots["who"] == who


@pytest.mark.parametrize(
    ("words", "site"),
    [("my thigh is cramping at the front", "quad"), ("my toes on my left foot are cramping", "toes")],
)
def test_a_site_told_in_pieces_is_put_together(words: str, site: str) -> None:
    assert BEDSIDE.understand([(words, 0.0)]).slots["site"] == site


def test_a_site_alone_answers_the_question_for_it() -> None:
    assert meant("the calf") is None
    asked = BEDSIDE.understand([("the calf", 0.0)], expected=frozenset({"cramp"}))
    assert (asked.intent, asked.slots["site"]) == ("cramp", "calf")


@pytest.mark.parametrize(("words", "sign"), [("i heard a pop in my calf", "pop"), ("i've had a fall", "fall")])
def test_which_injury_it_is_is_told(words: str, sign: str) -> None:
    assert BEDSIDE.understand([(words, 0.0)]).slots["sign"] == sign


@pytest.mark.parametrize("words", ["no chest pain", "i haven't fallen", "my leg isn't swollen", "i'm not pregnant"])
def test_what_is_denied_is_no_red_flag(words: str) -> None:
    assert meant(words, idle=True) is None


@pytest.mark.parametrize("words", ["i can't feel my leg and it's cold", "i can't move my arm"])
def test_not_being_able_to_feel_or_move_is_a_sign_and_no_denial(words: str) -> None:
    assert str(meant(words)).startswith("rf_")


def test_what_is_said_twice_at_once_counts_once() -> None:
    assert BEDSIDE.pack.normaliser.words("it's seized it's seized it's seized") == ("it", "is", "seized")


def both(first: str, second: str | None) -> Match:
    """What two engines heard, each sure of itself; None: the second heard no words."""
    return BEDSIDE.understand([(first, 0.0)], second=[] if second is None else [(second, 0.0)])


CALF = "my left calf is cramping"


def test_two_engines_that_agree_score_as_one_that_is_sure() -> None:
    alone = BEDSIDE.understand([(CALF, 0.0)])
    agreed = both(CALF, CALF)
    assert (agreed.intent, agreed.slots) == (alone.intent, alone.slots)
    assert agreed.score == pytest.approx(alone.score)


@pytest.mark.parametrize("second", [None, "the weather tomorrow", "[unk]"])
def test_what_one_engine_alone_heard_scores_lower_and_what_is_clear_is_still_acted_on(second: str | None) -> None:
    alone, apart = BEDSIDE.understand([(CALF, 0.0)]), both(CALF, second)
    assert apart.score < 0.9 * alone.score
    assert apart.intent == "cramp"


def test_a_doubtful_meaning_that_the_other_engine_does_not_bear_out_is_left_in_silence() -> None:
    doubtful = [("my calf it is hard", -0.1), ("my path is hard", -0.1), ("my halls are hard", -0.1)]
    alone = BEDSIDE.understand(doubtful)
    assert alone.intent == "cramp"
    assert BEDSIDE.understand(doubtful, second=[("the paths are parked", 0.0)]).intent is None


@pytest.mark.parametrize("words", ["stop", "help"])
def test_words_of_safety_count_though_one_engine_alone_heard_them(words: str) -> None:
    for first, second in ((words, None), ("duck", words), (words, "duck")):
        assert both(first, second).intent == words


def test_a_red_flag_loses_nothing_though_one_engine_alone_heard_it() -> None:
    flag = "my foot's gone ice cold and white"
    alone = BEDSIDE.understand([(flag, 0.0)]).score
    for first, second in ((flag, "my food's gone nice"), ("my food's gone nice", flag)):
        assert both(first, second).score == pytest.approx(alone)


def test_the_second_engine_may_bring_what_the_first_misheard() -> None:
    match = both("my carfe it is grim", CALF)
    assert (match.intent, match.slots["side"]) == ("cramp", "left")


def test_decoys_are_no_whole_sentence_that_means_something() -> None:
    acted_on = {word for word in BEDSIDE.pack.decoys if meant(word) is not None}
    assert acted_on <= set(sayings(BEDSIDE.pack))
    assert len(BEDSIDE.pack.decoys) > 200


def test_stop_counts_as_much_as_either_list_alone_makes_of_it() -> None:
    heard, misheard = [("stop", -1.0)], [("star", -0.1), ("sta", -0.4), ("stir", -0.5)]
    alone = BEDSIDE.understand(heard)
    assert BEDSIDE.understand(misheard, second=heard).intent == "stop"
    assert BEDSIDE.understand(heard, second=misheard).score == alone.score
