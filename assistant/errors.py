"""What ends a command with one line; the message is the line, and it ends with the remedy."""

from __future__ import annotations


class BedsideError(Exception):
    """Base of the errors that a user is told of; exit status 1."""

    status = 1


class UsageError(BedsideError):
    """The command was called in a way that cannot be right; exit status 2."""

    status = 2


class ScriptError(UsageError):
    """A night's script or the data of the dialog has a mistake; names the file and the key."""


class SettingsError(UsageError):
    """A setting is unknown or has a wrong value; names the key and the nearest right one."""


def known_errors() -> tuple[type[Exception], ...]:
    """What ends a command with one line instead of a traceback."""
    from assistant.store.errors import StoreError  # noqa: PLC0415
    from audio import AudioError  # noqa: PLC0415
    from intents.errors import PackError  # noqa: PLC0415

    return BedsideError, StoreError, AudioError, PackError
