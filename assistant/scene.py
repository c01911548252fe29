"""What happens in a night that is played: a sound file, or a list of who says what when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from assistant.clock import RealClock
from assistant.dialog.profile import ALSO_CALLED, Profile
from assistant.errors import ScriptError
from assistant.hints import did_you_mean
from assistant.keys import load_keys

BEGINS = time(3, 0)
"""A night without a clock of its own begins at three, local time."""


LONGEST_S = 366 * 24 * 3600
"""Nothing happens later than this in a night, however long it is."""
YEARS = range(1970, 3000)
"""Years that every clock, time zone and database can tell."""


def _is_number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number of seconds")  # noqa: TRY004 - pydantic tells this one to the user
    return value


def _is_time(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise ValueError("must be a time like 2026-01-15T03:12:00")  # noqa: TRY004
    return value


def _is_told_by_every_clock(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(f"must be in the years {YEARS[0]} to {YEARS[-1]}")
    return value


Part = Literal["microphone", "recogniser", "speaker", "store"]


class Item(BaseModel):
    """Something that is said, played, or pressed, that breaks or works again, or that nobody says anything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[float, BeforeValidator(_is_number), Field(ge=0, le=LONGEST_S, allow_inf_nan=False)]
    """Seconds since the start at which the person begins."""
    say: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None
    wav: Path | None = None
    silence: Literal[True] | None = None
    press: str | None = None
    """A key, by its name in keys.yaml."""
    breaks: Part | None = None
    """A part that does not work from now on: what "are you listening?" will find."""
    works: Part | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Item:
        if sum(getattr(self, name) is not None for name in WHAT) != 1:
            raise ValueError(f"needs exactly one of {', '.join(WHAT)}")
        return self


WHAT = tuple(name for name in Item.model_fields if name != "at")
"""What an entry may hold, beside its time."""


class Opening(BaseModel):
    """The first line of a script: when it is, and who sleeps here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: Annotated[datetime, BeforeValidator(_is_time), AfterValidator(_is_told_by_every_clock)] | None = None
    profile: dict[str, Any] | None = None


ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Scene:
    """A night to be played."""

    begins: datetime
    """Local time of its start, with offset."""
    items: tuple[Item, ...]
    profile: Profile | None = None
    """Who sleeps here; None: as the settings say."""


def load_scene(path: Path) -> Scene:
    """Read a script, or take a sound file as what the microphone hears.

    Raises:
        ScriptError: names the file, the entry and the key, with the nearest right one.
    """
    if path.suffix.lower() not in (".yaml", ".yml"):
        return Scene(_local(None), (Item(at=0, wav=path),))
    entries = _read(path)
    opening, profile = Opening(), None
    if entries and isinstance(entries[0], dict) and not {"at", *WHAT} & set(entries[0]):
        opening = _checked(Opening, entries[0], f"{path}: entry 1")
        if opening.profile is not None:
            profile = _checked(Profile, opening.profile, f"{path}: entry 1: profile", also=(*ALSO_CALLED, "numbers"))
        entries = entries[1:]
    items = [_checked(Item, entry, f"{path}: entry {n}") for n, entry in enumerate(entries, 1)]
    for n, item in enumerate(items, 1):
        if item.press is not None:
            _check_key(item.press, f"{path}: entry {n}")
    in_order = tuple(sorted((_beside(path, item) for item in items), key=lambda item: item.at))
    return Scene(_local(opening.clock), in_order, profile)


def _check_key(name: str, where: str) -> None:
    keys = load_keys()
    if name not in keys:
        alike = [key for key in keys if len(name) == 1 or len(key) > 1]
        raise ScriptError(f"{where}: press: there is no key {name}. {did_you_mean(name, alike)}")


def _read(path: Path) -> list[Any]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ScriptError(f"{path}: there is no such file. Check the path.") from error
    except OSError as error:
        raise ScriptError(f"{path}: {(error.strerror or str(error)).lower()}. Give a file that can be read.") from error
    except (ValueError, RecursionError, yaml.YAMLError) as error:  # ValueError: no text, or a date that cannot be
        raise ScriptError(f"{path}: {' '.join(str(error).split())}. Correct the file.") from error
    if not isinstance(entries, list):
        raise ScriptError(f"{path}: holds no list. Write entries like: - {{at: 0, say: my calf is cramping}}")
    return entries


def _checked(model: type[ModelT], entry: Any, where: str, *, also: tuple[str, ...] = ()) -> ModelT:
    if not isinstance(entry, dict):
        raise ScriptError(f"{where} is no mapping. Write it like: - {{at: 0, say: my calf is cramping}}")
    for key in entry:
        if key not in model.model_fields and key not in also:
            raise ScriptError(f"{where}: there is no key {key}. {did_you_mean(str(key), model.model_fields)}")
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the entry"
        raise ScriptError(f"{where}: {key}: {first['msg'].removeprefix('Value error, ')}. Correct it.") from error


def _beside(script: Path, item: Item) -> Item:
    """Sound files are named relative to their script."""
    return item if item.wav is None else item.model_copy(update={"wav": script.parent / item.wav})


def _local(clock: datetime | None) -> datetime:
    if clock is None:
        clock = datetime.combine(RealClock().wall().date(), BEGINS)
    return clock if clock.tzinfo else clock.astimezone()
