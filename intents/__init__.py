"""Words in, meaning out: pure, and ignorant of sound, dialog and store."""

from typing import TYPE_CHECKING, Any

from intents.errors import IntentsError, PackError
from intents.model import Evidence, Match

if TYPE_CHECKING:
    from intents.understanding import Understanding

__all__ = ["Evidence", "IntentsError", "Match", "PackError", "Understanding"]


def __getattr__(name: str) -> Any:
    """Load `Understanding` when it is asked for: its parsers cost a third of a second that records need not pay."""
    if name == "Understanding":
        from intents.understanding import Understanding  # noqa: PLC0415 - see above

        return Understanding
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
