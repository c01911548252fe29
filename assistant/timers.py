"""Named timers of one clock; driven from outside, so a night can be simulated."""

from __future__ import annotations

from itertools import count


class Timers:
    """Each name runs once; setting it again replaces it."""

    def __init__(self) -> None:
        self._order = count()
        self._due: dict[str, tuple[float, int, float]] = {}

    def set(self, name: str, now: float, after_s: float) -> None:
        """Fire `after_s` seconds from now."""
        self._due[name] = (now + after_s, next(self._order), after_s)

    def cancel(self, name: str) -> None:
        """Forget it, if it is set."""
        self._due.pop(name, None)

    def next_due(self, patient: frozenset[str] = frozenset()) -> float | None:
        """When the next one fires, those of `patient` left out."""
        return min((due for name, (due, _, _) in self._due.items() if name not in patient), default=None)

    def pop_due(self, now: float, patient: frozenset[str] = frozenset()) -> tuple[str, float] | None:
        """Take out the earliest that is due: its name and how long it ran; None if none is."""
        ready = [
            (due, order, name) for name, (due, order, _) in self._due.items() if due <= now and name not in patient
        ]
        if not ready:
            return None
        name = min(ready)[2]
        return name, self._due.pop(name)[2]
