"""Where models are looked for, and the one try at fetching one on the first run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BedsideError
from audio import AudioError
from audio.model_files import is_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE = "BEDSIDE_MODEL"
FOLDER = "models"
_TRIED = "download-tried"


@dataclass(frozen=True, slots=True)
class Place:
    """A Vosk model, and who says so."""

    folder: Path
    by: str
    """`--model`, `BEDSIDE_MODEL`, `data folder` or `cache`."""

    @property
    def is_asked(self) -> bool:
        """Whether somebody named it: then it is used, or refused aloud; what was merely found may be passed over."""
        return self.by in ("--model", VARIABLE)


def models_here(asked: str | None, data: Path, cache: Path, environ: Mapping[str, str] = os.environ) -> list[Place]:
    """List the Vosk models of this machine, the one that is used first.

    Args:
        asked: what `--model` names, or None.
        data: the data folder; models lie in `models/` below it.
        cache: the cache; fetched models lie in `models/` below it.
        environ: where `BEDSIDE_MODEL` may name one.
    """
    told = ((asked, "--model"), (environ.get(VARIABLE), VARIABLE))
    named = [Place(Path(name).expanduser(), by) for name, by in told if name]
    found = [
        Place(folder, by)
        for base, by in ((data, "data folder"), (cache, "cache"))
        for folder in sorted((base / FOLDER).glob("[!.]*"))
        if is_model(folder)
    ]
    return named + found


def try_once(fetch: Callable[[], object], cache: Path, *, needed: bool) -> str | None:
    """Fetch the model on the first run, and never again by itself; no network is no error.

    Args:
        fetch: fetches it; raises AudioError or OSError where that fails.
        cache: keeps the mark that it was tried.
        needed: whether a model would be used: none is here, and the engine is wanted.

    Returns:
        A notice for the person who started the program, or None where there is nothing to say.
    """
    mark = cache / FOLDER / _TRIED
    try:
        if not needed or mark.exists():
            return None
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        fetch()
    except (AudioError, BedsideError, OSError) as error:
        return f"The second engine's model was not fetched, and the first hears alone: {error}"
    return "The second engine's model was fetched: both engines listen from the next start on."
