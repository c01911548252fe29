"""What works and what does not: one `fault` for each spell of trouble, and one `recovered` after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from assistant.inbox import Faulted

if TYPE_CHECKING:
    from assistant.inbox import Works


class Tell(Protocol):
    """Tells an event of the night."""

    def __call__(self, event: str, /, **fields: str) -> None:
        """Tell `fault` or `recovered` with its part, message and remedy."""
        ...


class Health:
    """Collapses what every thread reports, so that a fault that lasts all night stands in the journal once."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._faulty: dict[str, set[str]] = {}

    @property
    def faulty(self) -> tuple[str, ...]:
        """Parts that do not work now."""
        return tuple(part for part, sources in self._faulty.items() if sources)

    def take(self, report: Faulted | Works) -> None:
        """Tell a report if it changes anything. A part has recovered when all that failed of it works again."""
        faulty = self._faulty.setdefault(report.part, set())
        if isinstance(report, Faulted):
            if not faulty:
                self._tell("fault", part=report.part, message=report.message, remedy=report.remedy)
            faulty.add(report.source)
        elif report.source in faulty:
            faulty.discard(report.source)
            if not faulty:
                self._tell("recovered", part=report.part, message=report.message, remedy="")
