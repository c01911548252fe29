"""The person's own words: taken out of what the journal keeps for ever, put back in while they are remembered.

The journal is append-only, and words must be forgotten after some days. So the words live in a table of their own,
keyed by the journal's number; the journal's payload keeps the key with nothing behind it.
"""

from __future__ import annotations

from typing import Any

OWN_WORDS = frozenset({"heard", "readings", "text", "words"})
"""Keys of a payload that hold what somebody said."""

OUR_LINES = frozenset({"said"})
"""Kinds of event whose text is a reviewed line of ours, nobody's words. Every other kind is taken for a person's:
an event invented later forgets too much rather than too little."""


def take_out(kind: str, payload: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a payload into what stays and the words that will be forgotten; the latter may be empty."""
    if kind in OUR_LINES:
        return payload, {}
    words = {key: value for key, value in payload.items() if key in OWN_WORDS and value is not None}
    return {key: None if key in words else value for key, value in payload.items()}, words


def put_back(payload: dict[str, Any], words: dict[str, Any] | None) -> dict[str, Any]:
    """The payload as it was written, or with None where its words are forgotten."""
    return {**payload, **(words or {})}
