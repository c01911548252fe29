"""The settings: one TOML file, each key also as an environment variable BEDSIDE_SECTION__KEY."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.dialog.profile import Profile
from assistant.errors import SettingsError
from assistant.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "BEDSIDE_"
SYSTEM_FILE = Path("/etc/bedside/bedside.toml")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EngineSettings(_Section):
    """[engine]: what turns sound into words."""

    name: Literal["auto", "moonshine", "vosk"] = "auto"
    threads: Annotated[int, Field(ge=1, le=16)] = 2


class SoundSettings(_Section):
    """[sound]: the devices by name, or a part of it; empty is the system's own choice."""

    microphone: str = ""
    loudspeaker: str = ""
    volume: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0


class VoiceSettings(_Section):
    """[voice]: how the assistant sounds."""

    name: Annotated[str, Field(min_length=1)] = "auto"
    words_per_minute: Annotated[int, Field(ge=80, le=260)] = 150


class NumberSettings(_Section):
    """[numbers]: what to call, as it is spoken."""

    emergency: Annotated[str, Field(min_length=1)] = "an ambulance"
    urgent_line: Annotated[str, Field(min_length=1)] = "your doctor's line"


class WordSettings(_Section):
    """[words]: what the person said, as text."""

    keep: bool = True
    days: Annotated[int, Field(ge=1, le=365)] = 14


Told = Literal["unknown", "yes", "no"]


class _Body(_Section):
    """What changes a stretch; what nobody has told yet is unknown, and the careful version holds."""

    hip_replacement: Told = "unknown"
    knee_replacement: Told = "unknown"
    sore_knee: Told = "unknown"
    pregnancy: Literal["unknown", "no", "early", "late", "after"] = "unknown"
    blood_thinners: Told = "unknown"
    numb_feet: Told = "unknown"
    foot_sores: Told = "unknown"
    recent_fracture: Told = "unknown"
    thin_bones: Told = "unknown"
    back_pain: Told = "unknown"
    fistula: Told = "unknown"
    fluid_limit: Told = "unknown"
    standing: bool = False

    @property
    def profile(self) -> Profile:
        """The same, as the conversation takes it."""
        return Profile.model_validate(self.model_dump())


class PersonSettings(_Body):
    """[person]: who sleeps here, and how loud it is for them."""

    hearing: Told = "unknown"
    partner: Told = "unknown"
    wake_hour: Literal[0, 4, 5, 6, 7, 8, 9, 10, 11] = 0
    """When their day begins; 0: as for everybody."""
    bed_hour: Literal[0, 18, 19, 20, 21, 22, 23] = 0
    """When it ends; 0 likewise."""


class OtherSettings(_Body):
    """[other]: the other one in this bed, "it's for my husband"."""


class Settings(_Section):
    """Everything that can be set."""

    engine: EngineSettings = EngineSettings()
    sound: SoundSettings = SoundSettings()
    voice: VoiceSettings = VoiceSettings()
    numbers: NumberSettings = NumberSettings()
    words: WordSettings = WordSettings()
    person: PersonSettings = PersonSettings()
    other: OtherSettings = OtherSettings()


KEYS = {section: set(field.default.__class__.model_fields) for section, field in Settings.model_fields.items()}


@dataclass(frozen=True, slots=True)
class InForce:
    """Settings, and where each value comes from."""

    settings: Settings
    origin: dict[tuple[str, str], str]
    """(section, key) -> file or variable; a key that is not there has its default."""


def load_settings(data: Path, environ: Mapping[str, str] = os.environ) -> InForce:
    """Read the file and the environment; the environment wins.

    Raises:
        SettingsError: names each wrong key or value, and the nearest right key.
    """
    values: dict[str, dict[str, Any]] = {}
    origin: dict[tuple[str, str], str] = {}
    path = SYSTEM_FILE if "STATE_DIRECTORY" in environ else data / "bedside.toml"
    found = [(section, key, value, str(path)) for section, key, value in _from_file(path)]
    found += [(section, key, value, name) for name, section, key, value in _from_environment(environ)]
    for section, key, value, where in found:
        values.setdefault(section, {})[key] = value
        origin[section, key] = where
    return InForce(_checked(values, origin, strict=False), origin)


def _checked(values: dict[str, dict[str, Any]], origin: dict[tuple[str, str], str], *, strict: bool) -> Settings:
    try:
        return Settings.model_validate(values, strict=strict)
    except ValidationError as error:
        raise SettingsError(" ".join(_fault(e, origin) for e in error.errors())) from error


def _from_file(path: Path) -> list[tuple[str, str, Any]]:
    if not path.exists():
        return []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {(error.strerror or str(error)).lower()}. Make it a readable file.") from error
    except (ValueError, RecursionError) as error:  # no text, or no TOML
        raise SettingsError(f"{path}: {error}. Correct the file, or move it away.") from error
    entries = []
    for section, keys in data.items():
        _check_name(section, KEYS, str(path), "section")
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section} must be a section. Write [{section}] on a line of its own.")
        for key, value in keys.items():
            _check_name(key, KEYS[section], f"{path}: [{section}]", "key")
            entries.append((section, key, value))
    # A file has types of its own: `keep = 1` is a mistake there, while a variable holds text only.
    _checked(data, {(section, key): str(path) for section, key, _ in entries}, strict=True)
    return entries


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    entries = []
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX) and "__" in name:
            section, _, key = name.removeprefix(PREFIX).lower().partition("__")
            _check_name(section, KEYS, name, "section")
            _check_name(key, KEYS[section], f"{name}: [{section}]", "key")
            entries.append((name, section, key, value))
    return entries


def _check_name(name: str, known: set[str] | dict[str, set[str]], where: str, what: str) -> None:
    if name in known:
        return
    raise SettingsError(f"{where}: there is no {what} {name}. {did_you_mean(name, known)}")


def _fault(error: Any, origin: dict[tuple[str, str], str]) -> str:
    section, key = error["loc"][:2]
    return f"{origin[section, key]}: {section}.{key} = {error['input']!r}: {error['msg']}. Correct the value."
