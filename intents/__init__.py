"""Words in, meaning out: pure, and ignorant of sound, dialog and store."""

from intents.errors import IntentsError, PackError
from intents.model import Evidence, Match
from intents.understanding import Understanding

__all__ = ["Evidence", "IntentsError", "Match", "PackError", "Understanding"]
