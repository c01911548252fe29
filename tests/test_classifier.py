"""The classifier that the rules are compared with: it learns what it is shown, and what it is shown is labelled."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from command_line import PROJECT

from intents.understanding import Understanding

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The script, with its modules beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT / "tools" / "classifier"))
        import compare  # noqa: PLC0415 - it lies beside its modules

        yield compare
        for name in ("compare", "model", "sentences"):
            sys.modules.pop(name, None)


def test_it_learns_what_it_is_shown(tool: ModuleType):
    rows = [(("my", "calf", "cramps"), "cramp:calf"), (("please", "stop"), "stop"), (("two", "pints"), "none")] * 20
    learnt = tool.Classifier.train(rows)
    for words, label in rows[:3]:
        told = learnt.probabilities(words)
        assert learnt.labels[int(told.argmax())] == label
        assert told.sum() == pytest.approx(1.0)


def test_what_it_is_shown_holds_every_intent_and_talk_for_nobody(tool: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.modules["sentences"], "EACH", 2)
    understanding = Understanding.load()
    drawn = list(tool.Generator(understanding.pack, ["the cow jumped over the moon"]).labelled())
    labels = Counter(label.partition(":")[0] for _, label in drawn)
    assert labels.keys() == {*understanding.intents, "none"}
    assert set(labels.values()) == {2, 12}
    assert drawn == list(tool.Generator(understanding.pack, ["the cow jumped over the moon"]).labelled())


def test_the_rules_decide_wherever_they_act(tool: ModuleType):
    sure = tool.Classifier.train([(("my", "calf", "is", "cramping"), "stop"), (("two", "pints"), "none")] * 50)
    answers = tool.Ways(Understanding.load(), sure).answers([("my calf is cramping", 0.0)], [])
    assert answers == {"rules": ("cramp", "calf"), "classifier": ("stop", None), "both": ("cramp", "calf")}
