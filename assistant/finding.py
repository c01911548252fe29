"""What one check of `doctor` found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`."""

    name: str
    ok: bool
    essential: bool
    """Whether the assistant cannot hear, speak or remember without it."""
    detail: str
    """What was found, or what is wrong."""
    remedy: str = ""
    """What to do about it; empty where nothing is wrong."""


def faulty(name: str, message: str, *, essential: bool) -> Finding:
    """The finding of an error's message, which ends with its remedy, after `; ` or `. `."""
    detail, mark, remedy = message.rstrip(".").rpartition("; " if "; " in message else ". ")
    return Finding(name, ok=False, essential=essential, detail=detail if mark else message, remedy=remedy)
