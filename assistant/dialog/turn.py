"""One step of the conversation in the making: the state so far and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.dialog.events import CancelTimer, CloseEpisode, Effect, EndedBy, Hush, Say, SetTimer
from assistant.dialog.state import Phase, State

if TYPE_CHECKING:
    from assistant.dialog.script import Script, Stretch, Timing

# Timers of the open question and the running round; the episode's own timers outlive them.
ROUND_TIMERS = ("answer", "still_here", "recheck", "rest")
EPISODE_TIMERS = ("signs", "too_long", "silence")


@dataclass(slots=True)
class Turn:
    """Collects the changes that one event makes."""

    state: State
    now: float
    script: Script
    effects: list[Effect] = field(default_factory=list)

    @property
    def timing(self) -> Timing:
        """The patience of the conversation."""
        return self.script.timing

    @property
    def stretch(self) -> Stretch:
        """The stretch of the site that hurts."""
        return self.script.stretches[self.state.site]

    def set(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)

    def do(self, *effects: Effect) -> None:
        """Add what is to be done."""
        self.effects += effects

    def say(self, *lines: str, spacing_s: float = 0.0) -> None:
        """Say lines, and remember the last one for "repeat"."""
        for line in lines:
            self.do(Say(line, spacing_s=spacing_s))
            self.set(last_line=line)

    def timer(self, name: str, after_s: float) -> None:
        """Set a timer."""
        self.do(SetTimer(name, after_s))

    def drop_round(self) -> None:
        """Forget the running round and the open question: their timers, their lines to come."""
        names = [*ROUND_TIMERS]
        if self.state.site in self.script.stretches:
            names += [hold_timer(second) for second in self.stretch.marks]
        self.do(*(CancelTimer(name) for name in names))
        self._count_hold()
        self.set(plan=(), questions=(), asked=0)

    def hush(self) -> None:
        """Fall silent and drop the round."""
        self.do(Hush())
        self.drop_round()

    def close(self, ended_by: EndedBy, **fields: str | float | bool | None) -> None:
        """Close the open episode and go back to idle; what is said afterwards is up to the caller."""
        s = self.state
        stopped_early = s.phase in (Phase.STEPS, Phase.HOLD)
        self.drop_round()
        s = self.state
        self.do(*(CancelTimer(name) for name in EPISODE_TIMERS))
        latency = None if s.first_words_s is None or ended_by != "better" else round(self.now - s.first_words_s, 1)
        known: dict[str, str | int | float | bool | None] = {
            "rounds": s.rounds,
            "hold_s": round(s.held_s, 1),
            "stretch_site": s.site if s.rounds else None,
            "stopped_early": stopped_early,
            "relief_latency_s": latency,
            "no_response": s.no_response,
            "helper_present": s.helper,
        }
        self.do(CloseEpisode(ended_by, s.relief, known | fields))
        # The red flag outlives the episode; nothing else does.
        self.state = State(flag=s.flag, flagged_s=s.flagged_s, last_line=s.last_line)

    def _count_hold(self) -> None:
        began = self.state.hold_began_s
        if began is not None:
            self.set(held_s=self.state.held_s + self.now - began, hold_began_s=None)


def hold_timer(second: int) -> str:
    """Name of the timer of a hold's mark."""
    return f"hold.{second}"
