"""The events of a night, as they are printed, shown and kept."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.clock import Clock

WORDS = "text"
"""The field of an event that holds what was said."""


@dataclass(frozen=True, slots=True)
class NightEvent:
    """One thing that happened."""

    t: float
    """Seconds since the start."""
    event: str
    """`heard`, `understood`, `said`, `interrupted`, `timer`, `episode_opened`, `episode_closed`, `alert`, `silence`,
    `fault` or `recovered`; live also `listening_began` and `listening_ended`, see `assistant.vigil`."""
    episode: str | None
    """Id of the episode that it belongs to."""
    fields: dict[str, Any] = field(default_factory=dict)

    def as_json(self, *, words: bool = True) -> str:
        """One line; without `words` nothing of what was said, for whoever must not know it."""
        fields = {key: value for key, value in self.fields.items() if words or key != WORDS}
        told = {"t": round(self.t, 3), "event": self.event, "episode": self.episode, **fields}
        return json.dumps(told, ensure_ascii=False)


class Teller:
    """Tells each event to everyone who listens, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._listeners: list[Callable[[NightEvent], None]] = []

    def listen(self, listener: Callable[[NightEvent], None]) -> None:
        """Be told every event from now on."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[NightEvent], None]) -> None:
        """Tell this one nothing more."""
        self._listeners = [other for other in self._listeners if other != listener]

    def tell(self, event: str, episode: str | None, **fields: Any) -> None:
        """Something happened now."""
        told = NightEvent(self._clock.now(), event, episode, fields)
        for listener in self._listeners:
            listener(told)
