import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from store_samples import THREE, complaint, environment, stamp

from assistant.store import Closing, JournalEntry, Store
from assistant.store.place import FILE_NAME
from assistant.store.words import take_out

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - what is tested here is what is read back, not the disk's patience
TEXTS = st.text(max_size=30)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(TEXTS | st.sampled_from(["text", "heard", "readings", "score"]), JSON_VALUES, max_size=4)
SECONDS = st.integers(0, 200_000)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "site": st.sampled_from(["calf", "foot", "thigh"]),
        "note": st.none() | TEXTS,
        "relief": st.none() | st.integers(0, 3),
        "hold_s": st.none() | st.floats(0, 1e6),
        "stood_up": st.none() | st.booleans(),
        "triggers": st.none() | st.lists(TEXTS, max_size=3).map(tuple),
    },
)
CLOSINGS = st.builds(
    Closing,
    end=SECONDS.map(stamp),
    ended_by=st.sampled_from(["better", "stop", "silence", "red_flag"]),
    relief=st.none() | st.integers(0, 3),
    rounds=st.none() | st.integers(0, 9),
    red_flag=st.none() | st.lists(TEXTS, max_size=2).map(tuple),
    no_response=st.booleans(),
)


@pytest.fixture(scope="module")
def empty_log(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("empty")
    Store.open(folder).close()
    return folder / FILE_NAME


class Nights(RuleBasedStateMachine):
    """Whatever is opened, changed, closed, appended and forgotten: the log says the same as a dict and a list."""

    empty: Path
    told = 0
    """Events that were written over all examples: that the machine did something at all."""
    episodes = Bundle("episodes")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        shutil.copy(self.empty, self.folder)
        self.store = Store.open(self.folder, now=lambda: stamp(0))
        self.written = {}
        self.events = []

    def teardown(self):
        Nights.told += len(self.events)
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(target=episodes, seconds=SECONDS, words=st.none() | TEXTS)
    def an_episode_opens(self, seconds: int, words: str | None):
        opening = complaint(seconds, heard=words)
        self.store.open_episode(opening)
        self.written[opening.episode_id] = {"opening": opening, "onset": opening.onset, "heard": words, "end": None}
        self.events.append(("episode_opened", opening.onset, None))
        return opening.episode_id

    @rule(episode_id=episodes, fields=FIELDS)
    def an_episode_changes(self, episode_id: str, fields: dict[str, Any]):
        before = len(list(self.store.journal()))
        self.store.update_episode(episode_id, **fields)
        self.written[episode_id] |= fields
        self.events += [("episode_changed", stamp(0), None)] * (len(list(self.store.journal())) - before)

    @rule(episode_id=episodes, closing=CLOSINGS)
    def an_episode_closes(self, episode_id: str, closing: Closing):
        known = self.written[episode_id]
        if known["end"] is None:
            self.store.close_episode(episode_id, closing)
            named = ("ended_by", "relief", "rounds", "red_flag", "no_response", "end")
            known |= {name: value for name in named if (value := getattr(closing, name)) is not None}
            known["duration_s"] = max(0.0, closing.end.monotonic_s - known["onset"].monotonic_s)
            self.events.append(("episode_closed", closing.end, None))

    @rule(batch=st.lists(st.tuples(st.sampled_from(["heard", "said", "timer"]), SECONDS, PAYLOADS), max_size=3))
    def events_happen(self, batch: list[tuple[str, int, dict[str, Any]]]):
        entries = [JournalEntry(kind, None, stamp(seconds), payload) for kind, seconds, payload in batch]
        last = len(self.events)
        assert self.store.append_all(entries) == list(range(last + 1, last + 1 + len(entries)))
        self.events += [(each.kind, each.stamp, each.payload) for each in entries]

    @rule(seconds=SECONDS)
    def words_are_forgotten(self, seconds: int):
        moment = THREE + timedelta(seconds=seconds)
        self.store.forget_words(moment)
        for known in self.written.values():
            if known["onset"].utc < moment:
                known["heard"] = None
        self.events = [
            (kind, at, take_out(kind, payload)[0] if payload and at.utc < moment else payload)
            for kind, at, payload in self.events
        ]

    @rule()
    def the_program_starts_again(self):
        self.store.close()
        self.store = Store.open(self.folder, now=lambda: stamp(0))

    @invariant()
    def the_log_says_what_was_written(self):
        found = {each.episode_id: each for each in self.store.episodes()}
        assert found.keys() == self.written.keys()
        for episode_id, known in self.written.items():
            wanted = {name: value for name, value in known.items() if name != "opening"}
            assert replace(found[episode_id], **wanted) == found[episode_id]
        still_open = {each for each, known in self.written.items() if known["end"] is None}
        assert {each.episode_id for each in self.store.open_episodes()} == still_open

    @invariant()
    def the_journal_holds_every_event_once_and_in_order(self):
        journal = list(self.store.journal())
        assert [each.seq for each in journal] == list(range(1, len(self.events) + 1))
        for entry, (kind, at, payload) in zip(journal, self.events, strict=True):
            assert (entry.kind, entry.stamp) == (kind, at)
            assert payload is None or entry.payload == payload


def test_any_sequence_of_writes_reads_back_as_it_was_written(empty_log: Path):
    Nights.empty = empty_log
    checked = settings(max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Nights, settings=checked)  # raises at the first difference
    assert Nights.told > 20


WRITER = """
import sys
from store_samples import better, complaint, environment
from assistant.store import Store
store = Store.open(sys.argv[1])
while True:
    opening = complaint()
    store.open_episode(opening)
    print("open", opening.episode_id, flush=True)
    store.close_episode(opening.episode_id, better())
    print("closed", opening.episode_id, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 14, 41])
def test_a_process_killed_while_it_writes_loses_no_committed_episode(empty_log: Path, tmp_path: Path, lines: int):
    shutil.copy(empty_log, tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()  # what it had still promised before it died
    promised = {kind: {line.split()[1] for line in said if line.startswith(kind)} for kind in ("open", "closed")}
    with Store.open(tmp_path) as store:
        store.check()
        found = list(store.episodes())
        assert promised["open"] <= {each.episode_id for each in found}
        assert promised["closed"] <= {each.episode_id for each in found if each.end}
        journal = [(each.kind, each.episode_id) for each in store.journal()]
        opened = [("episode_opened", each.episode_id) for each in found]
        closed = [("episode_closed", each.episode_id) for each in found if each.end]
        assert sorted(journal) == sorted(opened + closed)
    assert len(promised["open"]) >= (lines + 1) // 2
