"""A stored night through the program of today: the same words at the same times, and what would be different."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from assistant.bedside import Bedside
from assistant.clock import SimulatedClock
from assistant.episode_log import EpisodeLog
from assistant.errors import BedsideError
from assistant.keys import Meaning
from assistant.mouth import TextSpeaker
from assistant.night import Night
from assistant.night_events import NightEvent, Teller
from assistant.records import KEYS
from assistant.scene import Item, Scene
from audio.recogniser_scripted import LETTERS_A_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.dialog.profile import Profile
    from assistant.dialog.script import Script
    from assistant.meaning import Meaning as Understands
    from assistant.store import Episode, JournalEntry

TOLD_SLOTS = ("site", "side")
"""Of the opening words the row keeps these slots only."""


class ReplayError(BedsideError):
    """There is nothing to be played again."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody told us, by words or by a key."""

    ended_s: float
    """Seconds after the onset."""
    text: str | None
    """None: a key, or the words are forgotten; then its meaning is played."""
    intent: str | None
    slots: dict[str, str]


@dataclass(slots=True)
class Came:
    """What a night came to."""

    understood: list[tuple[str | None, dict[str, str]]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    ended_by: str | None = None
    relief: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """The night as it was, and as it would be."""

    episode: str
    said: tuple[Said, ...]
    then: Came
    now: Came

    @property
    def same(self) -> bool:
        """Whether nothing would be different."""
        return not any(self.changed(at) for at in range(len(self.said))) and (
            self.then.lines == self.now.lines
            and self.then.alerts == self.now.alerts
            and (self.then.ended_by, self.then.relief) == (self.now.ended_by, self.now.relief)
        )

    def changed(self, at: int) -> bool:
        """Whether something that was told would be understood in another way."""
        return self.then.understood[at] != self.now.understood[at]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        words = [
            {"t": said.ended_s, "text": said.text, "then": _meant(then), "now": _meant(now), "same": then == now}
            for said, then, now in zip(self.said, self.then.understood, self.now.understood, strict=True)
        ]
        both = {
            name: {"then": getattr(self.then, name), "now": getattr(self.now, name)}
            for name in ("lines", "alerts", "ended_by", "relief")
        }
        return {"episode": self.episode, "same": self.same, "words": words, **both}


def _meant(meaning: tuple[str | None, dict[str, str]]) -> dict[str, Any]:
    return {"intent": meaning[0], "slots": meaning[1]}


def replay(
    episode: Episode, events: list[JournalEntry], script: Script, understanding: Understands, profile: Profile
) -> Replayed:
    """Play a stored episode again, with nothing written.

    Args:
        episode: as it stands in the log.
        events: its events, in order.
        script: the lines and the plan of today.
        understanding: that of today.
        profile: who sleeps here, as it is known today.

    Raises:
        ReplayError: it was typed, or none of its words are kept.
    """
    said = (_opening(episode, events), *_told(episode, events))
    if not any(one.text for one in said) and episode.engine != KEYS:
        raise ReplayError(
            f"no words of episode {episode.episode_id} are kept: they are forgotten, were never kept, or it was typed. "
            "Choose a newer one from: ./bedside episodes --json"
        )
    now = _played(episode, said, script, understanding, profile)
    return Replayed(episode.episode_id, said, _as_it_was(episode, events, said), now)


def _opening(episode: Episode, events: list[JournalEntry]) -> Said:
    """What it began with; the row may have been corrected since."""
    opened = next((event.payload for event in events if event.kind == "episode_opened"), {})
    slots = {name: str(opened.get(name, getattr(episode, name))) for name in TOLD_SLOTS}
    return Said(0.0, episode.heard, opened.get("intent", episode.intent), slots)


def _told(episode: Episode, events: list[JournalEntry]) -> Iterator[Said]:
    """Every `understood`, with the words of the `heard` before it, if there are any."""
    text: str | None = None
    for event in events:
        if event.kind == "heard":
            text = event.payload.get("text")
        elif event.kind == "understood":
            told = event.payload
            at = event.stamp.seconds_since(episode.onset)
            yield Said(round(max(0.0, at or 0.0), 3), text, told.get("intent"), dict(told.get("slots") or {}))
            text = None


def _as_it_was(episode: Episode, events: list[JournalEntry], said: tuple[Said, ...]) -> Came:
    lines = [str(event.payload.get("line")) for event in events if event.kind == "said"]
    alerts = [_alert(event.payload) for event in events if event.kind == "alert"]
    return Came([(one.intent, one.slots) for one in said], lines, alerts, episode.ended_by, episode.relief)


def _alert(told: dict[str, Any]) -> str:
    return f"{told.get('level')} {told.get('red_flag')} {told.get('state')}"


def _played(
    episode: Episode, said: tuple[Said, ...], script: Script, understanding: Understands, profile: Profile
) -> Came:
    first_s = _lasts(said[0])
    clock = SimulatedClock(episode.onset.local - timedelta(seconds=first_s))
    teller, events = Teller(clock), list[NightEvent]()
    log = EpisodeLog(_NoDisk(), clock, teller)  # type: ignore[arg-type]
    teller.listen(events.append)
    bedside = Bedside(
        clock=clock,
        script=script,
        understanding=understanding,
        speaker=TextSpeaker(),
        teller=teller,
        log=log,
        profile=profile,
        keys=True,
    )
    items, keys = _scene(said, first_s)
    night = Night(bedside, clock, open_sound=_no_sound, recogniser=_no_sound, keys=keys)
    night.play(Scene(clock.wall(), items))
    return _came(events, said)


def _lasts(said: Said) -> float:
    return len(said.text) / LETTERS_A_SECOND if said.text else 0.0


def _scene(said: tuple[Said, ...], first_s: float) -> tuple[tuple[Item, ...], dict[str, Meaning]]:
    """What is said when; meanings without words are pressed as keys."""
    items, keys, free_s = list[Item](), dict[str, Meaning](), 0.0
    for number, one in enumerate(said):
        ends = first_s + one.ended_s
        if one.text:
            items.append(Item(at=max(free_s, ends - _lasts(one)), say=one.text))
        elif one.intent is not None:
            keys[str(number)] = Meaning(does="was told", intent=one.intent, slots=one.slots)
            items.append(Item(at=ends, press=str(number)))
        free_s = ends
    return tuple(items), keys


def _came(events: list[NightEvent], said: tuple[Said, ...]) -> Came:
    meanings = iter([event.fields for event in events if event.event == "understood"])
    came = Came()
    for number, one in enumerate(said):
        told = next(meanings, {}) if one.text or one.intent is not None else {}
        slots = dict(told.get("slots") or {})
        if number == 0:
            # The row keeps no more of the opening words, and "unknown" where they tell nothing.
            slots = {name: slots.get(name, "unknown") for name in TOLD_SLOTS}
        came.understood.append((told.get("intent"), slots))
    of_it = _first_episode(events)
    came.lines = [event.fields["line"] for event in of_it if event.event == "said"]
    came.alerts = [_alert(event.fields) for event in of_it if event.event == "alert"]
    closed = next((event.fields for event in events if event.event == "episode_closed"), {})
    came.ended_by, came.relief = closed.get("ended_by"), closed.get("relief")
    return came


def _first_episode(events: list[NightEvent]) -> list[NightEvent]:
    """The events of the first episode: the stored one holds no others either."""
    first = next((event.episode for event in events if event.episode is not None), None)
    return [event for event in events if first is not None and event.episode == first]


class _NoDisk:
    """A scribe that writes nothing."""

    def write(self, job: Callable[[Any], Any]) -> Future[Any]:
        """Done, and not done."""
        del job
        done: Future[Any] = Future()
        done.set_result(None)
        return done


def _no_sound(*_: object) -> Any:
    raise ReplayError("a stored night holds no sound. This is a fault of the program; report it.")
