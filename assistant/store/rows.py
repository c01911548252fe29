"""Between records and rows: both ways, and the checks on what a caller wants to change."""

from __future__ import annotations

import difflib
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Float, Integer

from assistant.store import tables, words
from assistant.store.episode import Episode
from assistant.store.errors import StoreError
from assistant.store.records import Closing, JournalEntry, NewEpisode, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Column
    from sqlalchemy.engine import RowMapping

STAMP = tuple(each.name for each in fields(Stamp))
TUPLES = ("red_flag", "triggers")
READ_ONLY = ("house_id", "person_id", "device_id", "episode_id", "night_of", "origin", "deleted_at")
"""Columns that are read as they stand and never changed."""

FIXED = {*READ_ONLY, "onset", "end", "heard"}
"""What `update_episode` does not change: identity, times, words, where it comes from, and whether it is put away."""

OPENED = (
    "intent",
    "site",
    "side",
    "severity",
    "engine",
    "asr_conf",
    "heard",
    "device_latency_ms",
    "versions",
    "origin",
)
"""What the journal keeps of an episode that opens."""

CHANGEABLE = tuple(each.name for each in fields(Episode) if each.name not in FIXED)


def stamp_row(prefix: str, stamp: Stamp) -> dict[str, Any]:
    """The columns of a stamp."""
    return {f"{prefix}_{name}": getattr(stamp, name) for name in STAMP}


def read_stamp(prefix: str, row: RowMapping) -> Stamp | None:
    """The stamp in a row, or None where there is none."""
    if row[f"{prefix}_utc"] is None:
        return None
    return _stamp(prefix, row)


def _stamp(prefix: str, row: RowMapping) -> Stamp:
    return Stamp(**{name: row[f"{prefix}_{name}"] for name in STAMP})


def journal_row(entry: JournalEntry) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of an entry but its number, and the words to keep apart.

    Raises:
        StoreError: the payload is no JSON.
    """
    _check_json(entry.payload, f"the payload of {entry.kind!r}")
    payload, own_words = words.take_out(entry.kind, entry.payload)
    row = {"kind": entry.kind, "episode_id": entry.episode_id, "payload": payload}
    return row | stamp_row("at", entry.stamp), own_words


def read_entry(row: RowMapping) -> JournalEntry:
    """A row of the journal, joined with its words, as an entry."""
    payload = words.put_back(row["payload"], row["words"])
    return JournalEntry(row["kind"], row["episode_id"], _stamp("at", row), payload, row["seq"])


def episode_row(opening: NewEpisode) -> dict[str, Any]:
    """The columns of an episode that opens."""
    row = {each.name: getattr(opening, each.name) for each in fields(opening) if each.name not in ("onset", "heard")}
    return row | stamp_row("onset", opening.onset)


def opening_entry(opening: NewEpisode) -> JournalEntry:
    """What the journal says of an episode that opens."""
    payload = {name: getattr(opening, name) for name in OPENED}
    return JournalEntry("episode_opened", opening.episode_id, opening.onset, payload)


def closing_fields(closing: Closing, onset: Stamp) -> dict[str, Any]:
    """What a closing says, without what it leaves as it is; the duration is counted if it is not given and can be."""
    said = {each.name: getattr(closing, each.name) for each in fields(closing) if each.name != "end"}
    nothing_known = closing.end_inferred and closing.end == onset
    if closing.duration_s is None and not nothing_known:
        said["duration_s"] = closing.end.seconds_since(onset)
    return {name: list(value) if name in TUPLES else value for name, value in said.items() if value is not None}


def read_episode(row: RowMapping) -> Episode:
    """A row of episodes, joined with the words it was opened by, as an episode."""
    values = {name: row[name] for name in (*READ_ONLY, *CHANGEABLE)}
    for name in TUPLES:
        values[name] = None if values[name] is None else tuple(values[name])
    heard = (row["words"] or {}).get("heard")
    return Episode(**values, onset=_stamp("onset", row), end=read_stamp("end", row), heard=heard)


def changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the fields that a caller wants to change.

    Raises:
        StoreError: a field is not known, not to be changed, or has a value of another kind.
    """
    return {_attribute(name): _checked(_attribute(name), value) for name, value in given.items()}


def _attribute(name: str) -> str:
    return "class_" if name == "class" else name  # the public name is a word that Python keeps for itself


def change_payload(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What the journal says of a change, by the public names of the fields."""
    return {
        when: {name.rstrip("_"): value for name, value in each.items()} for when, each in (("old", old), ("new", new))
    }


def _checked(name: str, value: Any) -> Any:
    if name not in CHANGEABLE:
        near = difflib.get_close_matches(name, CHANGEABLE, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(CHANGEABLE)}"
        raise StoreError(f"an episode has no field {name!r} to change; {hint}")
    column: Column[Any] = tables.episode.c[name]
    if value is None:
        if not column.nullable:
            raise StoreError(f"{column.name!r} of an episode cannot be empty; give a value")
        return None
    if name in TUPLES and isinstance(value, tuple):
        value = list(value)
    if not _fits(value, column):
        raise StoreError(f"{column.name!r} of an episode cannot be {value!r}; give {_wanted(column)}")
    return value


def _fits(value: Any, column: Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(kind, Integer | Float):
        return isinstance(value, int | (float if isinstance(kind, Float) else int)) and not isinstance(value, bool)
    if isinstance(kind, JSON):
        return isinstance(value, list if column.name in TUPLES else dict)
    return isinstance(value, str)


def _wanted(column: Column[Any]) -> str:
    if isinstance(column.type, JSON):
        return "a list of names" if column.name in TUPLES else "names and their texts"
    for kind, words_for_it in ((Boolean, "true or false"), (Integer, "a whole number"), (Float, "a number")):
        if isinstance(column.type, kind):
            return words_for_it
    return "a text"


def _check_json(value: Any, what: str) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(f"{what} is no JSON ({error}); give texts, numbers, lists and names with values") from None


def utc_of(moment: datetime) -> datetime:
    """Check that a time has a zone.

    Raises:
        StoreError: it has none.
    """
    if moment.tzinfo is None:
        raise StoreError("that time has no zone; pass one like datetime.now(UTC)")
    return moment
