"""Where the conversation stands: one frozen record, from which everything can be told and resumed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from assistant.dialog.profile import Profile

if TYPE_CHECKING:
    from assistant.dialog.classes import Signs

LONG_AGO_S = -1e9


class Phase(StrEnum):
    """What is going on."""

    IDLE = "idle"
    """Nothing is open; waiting for a complaint."""
    STEPS = "steps"
    """The stretch is being told."""
    HOLD = "hold"
    """The stretch is being held and counted."""
    REST = "rest"
    """The muscle rests between two rounds."""
    CHECK = "check"
    """Asked how it is."""
    ASK = "ask"
    """Asked a yes or a no."""
    SITE = "site"
    """Asked where it is."""
    PAUSED = "paused"
    """Told to wait."""
    WAIT = "wait"
    """Silent, but there."""
    ALARM = "alarm"
    """A red flag is being said, or may still be answered."""


EXPECTED = {
    Phase.CHECK: frozenset({"better", "still_hurts", "worse", "asked", "asked=relief"}),
    Phase.ASK: frozenset({"yes", "no", "asked", "asked=yes_or_no"}),
    Phase.SITE: frozenset({"cramp", "which"}),
    Phase.PAUSED: frozenset({"next"}),
    Phase.ALARM: frozenset({"yes", "no", "stop", "heard_you", "asked=alarm"}),
}
"""Intents that each phase waits for; others count all the same. "asked": somebody has just been asked, so an answer may
be one by its beginning alone; what silences an alarm must be clear throughout."""


@dataclass(frozen=True, slots=True)
class State:
    """All times are seconds of the clock that `step` is given."""

    phase: Phase = Phase.IDLE
    plan: tuple[str, ...] = ()
    """Lines of this round that are still to be said."""
    step_s: float = 0.0
    """When the newest step begins to be said, if nobody speaks meanwhile."""
    questions: tuple[str, ...] = ()
    """Questions still to be asked, the open one first."""
    then: str = ""
    """What follows when all of them are answered and nothing came of it."""
    asked: int = 0
    """How often the open question has been asked."""
    doubt: str | None = None
    """The red flag that the open question is about, because the words were not clear."""
    doubt_clear: bool = False
    """Whether they were clear enough to be raised if nobody answers."""
    let_be: str | None = None
    """The red flag that was asked about in vain while nothing was open: perhaps the television's."""
    let_be_s: float = LONG_AGO_S
    last_line: str | None = None
    """The newest line, which "repeat" repeats if it has begun."""
    heard_line: str | None = None
    """The line that began last, the count of a hold excepted."""
    waits_to_begin: bool = False
    """The newest line has not begun yet."""
    pace: float = 1.0
    """How much slower than usual the steps come."""

    subject: str | None = None
    """Whose episode it is, where it is not that of the person who sleeps here."""
    complaint: str = ""
    """The intent that the open episode is about."""
    site: str = "leg"
    side: str = "unknown"
    onset_s: float | None = None
    """When the open episode began; None: none is open."""
    first_words_s: float | None = None
    heard_s: float = 0.0
    """When something was last said to us."""
    hurt_s: float = 0.0
    """When somebody last said that it hurts."""
    active_s: float = 0.0
    """The last moment that we know of: something said to us, or a hold that ended."""
    rounds: int = 0
    """Rounds begun."""
    rounds_held: int = 0
    """Rounds held to the end."""
    held_s: float = 0.0
    """Seconds of stretch in all."""
    hold_began_s: float | None = None
    relief: int | None = None
    """worse 0, same 1, some 2, gone 3."""
    helper: bool | None = None
    helper_asked: bool = False
    signs_due: bool = False
    signs_asked: bool = False
    asked_first: bool = False
    """The questions before any stretch have been answered, each with a no."""
    site_asked: bool = False
    forbidden: bool = False
    """No stretch in this episode."""
    reassured: bool = False
    """That most cramps pass has been said; once is enough."""
    looked: bool = False
    """Asked whether the advice helped."""
    no_response: bool = False

    flag: str | None = None
    """A red flag that nobody has cleared: no stretch while it stands."""
    flag_level: str = ""
    flag_lines: tuple[str, ...] = ()
    flag_topics: tuple[str, ...] = ()
    """What these lines ask about."""
    flagged_s: float = 0.0
    acknowledged: bool = False
    """Somebody answered it: a new complaint clears it."""
    called_s: float | None = None
    """When help was called, if nobody has answered that yet."""

    profile: Profile = field(default_factory=Profile)
    other: Profile = field(default_factory=Profile)
    """The profile of the other one in this bed."""
    tonight: int = 0
    """Cramps of this night."""
    last_site: str | None = None
    last_side: str = "unknown"
    ended_s: float = LONG_AGO_S
    last: Signs | None = None
    """What is known of the last episode, if the morning may ask for more."""
    last_relief: int | None = None
    keys: bool = False
    """There are keys: help can be called while nothing is listened to."""
    listens_s: float | None = None
    """When we listen again; None: we do."""
    usual_db: float = 0.0
    """How loud a night begins, beside the volume that is set."""
    wish_db: float = 0.0
    """What was wished since, for this night."""
    number: bool = False
    """The open question is answered by a number."""
    topics: tuple[str, ...] = ()
    """What the open question is about."""
    weekday: int = 0
    """0 is Monday."""
    soft: bool = False
    """The open question was asked unprompted."""
    by_day: bool = False
    rehearsal: Literal["", "hear", "say", "round"] = ""
    """How far the rehearsal has come; "": nothing is rehearsed."""
    worsened: bool = False
    """The log says that it has got worse, which is to be told by day."""
    triggers: tuple[str, ...] = ()
    """What may have set the last episode off, as far as this morning told."""
    morning: bool = False
    """It is after the wake hour, and what the night left open has not been asked yet."""

    @property
    def sleeper(self) -> Profile:
        """What is known of whose episode it is; of the other one mostly nothing, so the careful version holds."""
        return self.profile if self.subject is None else self.other

    @property
    def is_open(self) -> bool:
        """Whether an episode is open."""
        return self.onset_s is not None

    @property
    def rests(self) -> bool:
        """Whether nothing is going on."""
        return not self.is_open and self.phase is Phase.IDLE

    @property
    def barred(self) -> bool:
        """Whether a red flag stands that nobody has answered: nothing of a stretch is said."""
        return self.flag is not None and not self.acknowledged

    @property
    def question(self) -> str | None:
        """The open question."""
        return self.questions[0] if self.questions else None

    @property
    def expected(self) -> frozenset[str]:
        """Intents that the open question waits for, and what it is about; others count all the same."""
        if self.rehearsal == "say":
            return frozenset({"cramp"})
        if self.number:
            return frozenset({"number", "asked"})
        topics = {Phase.ASK: self.topics, Phase.ALARM: self.flag_topics}.get(self.phase, ())
        asked = {"asked"} if topics else set()
        return EXPECTED.get(self.phase, frozenset()) | asked | {f"asked={topic}" for topic in topics}

    def closed(self, now: float) -> State:
        """What outlives an episode: a red flag, who lies here, and what the night remembers."""
        own_cramp = self.complaint == "cramp" and self.subject is None
        kept = State(profile=self.profile, last_line=self.last_line, tonight=self.tonight, called_s=self.called_s)
        return replace(
            kept,
            other=self.other,
            keys=self.keys,
            worsened=self.worsened,
            usual_db=self.usual_db,
            wish_db=self.wish_db,
            listens_s=self.listens_s,
            flag=self.flag,
            flag_level=self.flag_level,
            flag_lines=self.flag_lines,
            flag_topics=self.flag_topics,
            flagged_s=self.flagged_s,
            acknowledged=self.acknowledged,
            let_be=self.let_be,
            let_be_s=self.let_be_s,
            last_site=self.site if own_cramp else self.last_site,
            last_side=self.side if own_cramp else self.last_side,
            ended_s=now,
        )
