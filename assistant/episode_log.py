"""Between the conversation and the store: stamps, ids, and the order of writing and speaking.

An episode's write starts before its first word and gets a little time; if the disk has not answered by then, help is
spoken anyway, and what waits for the row is told when it is on disk.
"""

from __future__ import annotations

import sys
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

import assistant
from assistant.log_check import LogCheck, told_of
from assistant.stamps import stamp_of
from assistant.store import Closing, JournalEntry, NewEpisode, new_id, night_of
from assistant.store.records import pain_band

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from assistant.clock import Clock
    from assistant.dialog.effects import CloseEpisode, OpenEpisode
    from assistant.night_events import NightEvent, Teller
    from assistant.scribe import Scribe
    from assistant.store import Episode, Stamp, Store
    from audio import Heard

    Told = Callable[[Any], object]
    """Is given what a write returned."""

PATIENCE_S = 0.2
"""How long the first word waits for the disk."""
SIMULATED_PATIENCE_S = 60.0
"""A simulated night does not pass while the disk works."""

LAST_PATIENCE_S = 5.0
"""How long the end of the program waits for the disk."""

WRITTEN_WITH_ROW = frozenset({"episode_opened", "episode_closed"})
"""Events that the store itself writes, in the transaction of the row."""
KEPT_WHEN_IDLE = frozenset(
    {"alert", "fault", "recovered", "listening_began", "listening_ended", "worsening_told", "volume_set"}
)
INTERRUPTED = "interrupted"


class EpisodeLog:
    """Writes episodes and their events.

    Args:
        scribe: writes on its own thread.
        clock: stamps.
        teller: is told what is on disk, and faults of the disk.
        keep_words: whether what the person said is kept as text.
        origin: where its episodes come from, see `NewEpisode.origin`.
    """

    def __init__(
        self, scribe: Scribe, clock: Clock, teller: Teller, *, keep_words: bool = True, origin: str = "live"
    ) -> None:
        self.episode_id: str | None = None
        self._last_id: str | None = None
        self._scribe = scribe
        self._clock = clock
        self._teller = teller
        self._keep_words = keep_words
        self._origin = origin
        self._pending: list[tuple[Future[Any], Told | None]] = []
        self._failed = False
        self._idle_talk: NightEvent | None = None
        self._shown: dict[str, str] = {}
        self._check = LogCheck(scribe, clock)

    @property
    def waits(self) -> bool:
        """Whether a write has not been answered yet."""
        return bool(self._pending) or self._check.waits

    def open(self, wanted: OpenEpisode, heard: Heard | None, score: float) -> None:
        """Begin an episode; `episode_opened` is told once the row is on disk."""
        self.episode_id = episode_id = new_id()
        slots = {"site": "unknown", "side": "unknown", "severity": "unknown"} | wanted.slots
        self._shown = shown = {"intent": wanted.intent, "site": slots["site"], "side": slots["side"]}
        stamp = self._stamp()
        episode = NewEpisode(
            episode_id=episode_id,
            night_of=night_of(stamp.local),
            onset=stamp,
            intent=wanted.intent,
            site=slots["site"],
            side=slots["side"],
            severity=slots["severity"],
            engine=heard.engine if heard else "",
            asr_conf=round(score, 3),
            heard=(heard.text or None) if heard and self._keep_words else None,
            versions={"bedside": assistant.__version__, "python": sys.version.split()[0]},
            origin=self._origin,
        )
        self._write_now(
            lambda store: store.open_episode(episode),
            lambda _: self._teller.tell("episode_opened", episode_id, **shown),
        )

    def note(self, fields: dict[str, Any]) -> None:
        """Add what became known of the open episode."""
        if self.episode_id is None:
            return
        episode_id = self.episode_id
        self._shown |= {key: fields[key] for key in ("site", "side") if key in fields}
        self._write(lambda store: store.update_episode(episode_id, **fields))

    def note_last(self, fields: dict[str, Any]) -> None:
        """Add what became known of the episode that was closed last."""
        if self._last_id is not None:
            episode_id = self._last_id
            if "pain_morning" in fields:
                fields = {**fields, "pain_band": pain_band(fields["pain_morning"])}
            self._write(lambda store: store.update_episode(episode_id, **fields))

    def give(self, to: str) -> None:
        """The open episode, or else the one that was closed last, is another person's."""
        episode_id = self.episode_id or self._last_id
        if episode_id is not None:
            self._write(lambda store: store.give_episode(episode_id, to))

    def close(self, wanted: CloseEpisode) -> None:
        """End the open episode; `episode_closed` is told once that is on disk."""
        if self.episode_id is None:
            return
        episode_id, self.episode_id, self._last_id = self.episode_id, None, self.episode_id
        fields: dict[str, Any] = {k: (v,) if k == "red_flag" else v for k, v in wanted.fields.items()}
        closing = Closing(end=self._stamp(), ended_by=wanted.ended_by, relief=wanted.relief, **fields)
        told = self._shown | {"relief": wanted.relief, "ended_by": wanted.ended_by}
        self._write_now(
            lambda store: store.close_episode(episode_id, closing),
            lambda _: self._teller.tell("episode_closed", episode_id, **told),
        )

    def keep(self, event: NightEvent) -> None:
        """Write an event of an episode, an alert, a fault, when it listened; of idle talk what nearly meant us."""
        if event.event not in WRITTEN_WITH_ROW:
            for each in self._worth_keeping(event):
                self._append(each)

    def _worth_keeping(self, event: NightEvent) -> list[NightEvent]:
        if event.episode is not None or event.event in KEPT_WHEN_IDLE:
            return [event]
        if event.event == "heard":
            self._idle_talk = event
        nearly = event.event == "understood" and "nearly" in event.fields and self._keep_words
        return [self._idle_talk, event] if nearly and self._idle_talk else []

    def _append(self, event: NightEvent) -> None:
        payload = dict(event.fields)
        if event.event == "heard" and not self._keep_words:
            payload["text"] = None
        entry = JournalEntry(event.event, event.episode, self._stamp(), payload)
        self._write(lambda store: store.append(entry))

    def close_left_open(self) -> None:
        """End what a power cut left open, before anything is heard; `episode_closed` is told of what is on disk."""
        self._write(_close_left_open, self._tell_left)
        self.settle()

    def _tell_left(self, closed: list[Episode]) -> None:
        for each in closed:
            shown = {"intent": each.intent, "site": each.site, "side": each.side, "relief": each.relief}
            self._teller.tell("episode_closed", each.episode_id, **shown, ended_by=INTERRUPTED)

    def ask(self, question: Callable[[Any], Any], done: Callable[[Any], None]) -> None:
        """Ask the store beside the night; its answer is told at a later `poll`."""
        self._write(question, done)
        if self._clock.simulated:
            self.settle()

    def check(self, done: Callable[[bool], None]) -> None:
        """Write an event, and tell soon whether it is on the disk."""
        self._check.ask(JournalEntry("checked", self.episode_id, self._stamp()), done)

    def written(self) -> bool:
        """Whether all that was asked for is on the disk; waits a little for it."""
        asked = [future for future, _ in self._pending]
        wait(asked, SIMULATED_PATIENCE_S if self._clock.simulated else PATIENCE_S)
        done = all(future.done() and future.exception() is None for future in asked)
        self.poll()
        return done and not self._failed

    def poll(self) -> None:
        """Tell what has been written meanwhile."""
        self._check.poll()
        answered = [(future, done) for future, done in self._pending if future.done()]
        self._pending = [waiting for waiting in self._pending if waiting not in answered]
        for future, done in answered:
            self._answered(future, done)

    def settle(self) -> None:
        """Wait until the disk has answered everything, a while at most."""
        wait(
            [future for future, _ in self._pending], SIMULATED_PATIENCE_S if self._clock.simulated else LAST_PATIENCE_S
        )
        self.poll()

    def _write(self, job: Callable[[Any], Any], done: Told | None = None) -> Future[Any]:
        future = self._scribe.write(job)
        self._pending.append((future, done))
        return future

    def _write_now(self, job: Callable[[Any], Any], done: Told) -> None:
        try:
            self._write(job, done).exception(SIMULATED_PATIENCE_S if self._clock.simulated else PATIENCE_S)
        except NotYet:
            return
        self.poll()

    def _answered(self, future: Future[Any], done: Told | None) -> None:
        error = future.exception()
        if error is not None:
            self._fault(error)
        else:
            self._works()
            if done is not None:
                done(future.result())

    def _fault(self, error: BaseException) -> None:
        if not self._failed:
            self._failed = True
            message, remedy = told_of(error)
            self._teller.tell("fault", self.episode_id, part="store", message=message, remedy=remedy)

    def _works(self) -> None:
        if self._failed:
            self._failed = False
            self._teller.tell(
                "recovered", self.episode_id, part="store", message="The log is written again.", remedy=""
            )

    def _stamp(self) -> Stamp:
        return stamp_of(self._clock)


def _close_left_open(store: Store) -> list[Episode]:
    """End each at the last that is known of it: nobody knows how long the cramp went on in the dark."""
    left = store.open_episodes()
    for each in left:
        last = store.last_sign(each.episode_id)
        store.close_episode(each.episode_id, Closing(end=last, ended_by=INTERRUPTED, end_inferred=True))
    return left
