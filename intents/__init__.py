"""Words in, meaning out: pure, and ignorant of sound, dialog and store."""

from intents.model import Evidence, Match

__all__ = ["Evidence", "Match"]
