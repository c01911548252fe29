"""Of idle talk only what nearly meant us is kept, as text with its score; and why, is told on one screen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from command_line import COMPLAINT, bedside_here
from conftest import BEGINS

from assistant.clock import SimulatedClock
from assistant.episode_log import EpisodeLog
from assistant.explaining import explained
from assistant.meaning import meaning_of
from assistant.night_events import Teller
from assistant.scribe import Scribe
from audio import SAMPLE_RATE, Heard, Reading
from audio.wav_writer import write_wav
from intents.understanding import Understanding

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.store.store import Store

LONGEST_SCREEN = 30


def idle_talk(store: Store, *, keep_words: bool) -> list[tuple[str, str | None, float]]:
    """What the journal holds after idle talk: first some that means nothing, then some that nearly did."""
    scribe, clock = Scribe(store), SimulatedClock(BEGINS)
    teller = Teller(clock)
    log = EpisodeLog(scribe, clock, teller, keep_words=keep_words)
    teller.listen(log.keep)
    teller.tell("heard", None, text="two pints of milk", score=0.9, engine="moonshine")
    teller.tell("understood", None, intent=None, slots={}, score=0.01)
    teller.tell("heard", None, text="my foot hurts", score=0.8, engine="moonshine")
    teller.tell("understood", None, intent=None, slots={}, score=0.6, nearly="cramp")
    log.settle()
    scribe.close()
    return [(entry.kind, entry.payload.get("text"), entry.payload["score"]) for entry in store.journal()]


def test_idle_talk_that_nearly_meant_us_is_kept_as_text_with_its_score(store: Store):
    assert idle_talk(store, keep_words=True) == [("heard", "my foot hurts", 0.8), ("understood", None, 0.6)]


def test_idle_talk_is_not_kept_where_words_are_not(store: Store):
    assert idle_talk(store, keep_words=False) == []


def test_silence_within_the_margin_of_acting_says_what_it_nearly_meant(tmp_path: Path):
    understanding = Understanding.load()
    near = [words for words in ("my foot hurts", "my shin aches") if understanding.understand([(words, 0.0)]).nearly]
    assert near != []
    assert not understanding.understand([("two pints of milk", 0.0)]).nearly
    script = tmp_path / "night.yaml"
    script.write_text(json.dumps([{"at": 1, "say": near[0]}]), encoding="utf-8")
    told = bedside_here("night", script, "--json", "--data", tmp_path)
    [meant] = [e for e in map(json.loads, told.stdout.splitlines()) if e["event"] == "understood"]
    assert (meant["intent"], meant["nearly"]) == (None, "cramp")


def test_hear_explains_on_one_screen_why_it_was_understood_so(tmp_path: Path):
    told = bedside_here("hear", COMPLAINT, "--explain", "--data", tmp_path)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) <= LONGEST_SCREEN
    assert "→ cramp" in lines[0]
    shown = "\n".join(lines)
    for piece in ("log P", "leaning", "the second reader", "threshold", "“my left calf"):
        assert piece in shown


@pytest.mark.parametrize(("field", "whose"), [("allowed", "the grammar's"), ("watched", "looked for")])
def test_the_sentence_that_may_join_the_readings_is_explained_with_them(field: str, whose: str):
    understanding = Understanding.load()
    heard = replace(Heard((Reading("star", -2.0),), 0.0, 1.0, "moonshine"), **{field: Reading("stop", -3.0)})
    told = "\n".join(explained("a.wav", [(heard, meaning_of(understanding, heard))], understanding))
    assert f"{whose}: “stop”, 1.0 nats below the best free reading; it counts" in told
    assert "  stop\n" in told


def test_hear_explains_that_nobody_spoke(tmp_path: Path):
    write_wav(tmp_path / "quiet.wav", np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    told = bedside_here("hear", tmp_path / "quiet.wav", "--explain", "--data", tmp_path)
    assert told.stdout.rstrip().endswith("no speech was heard, or no words in it")
