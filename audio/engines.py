"""Which recognition engines exist and whether they could hear now; for `doctor`. Loads no engine."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from audio.errors import RecogniserError
from audio.moonshine_files import WHEEL, check_files, model_folder

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class EngineState:
    """One engine as `doctor` shows it."""

    name: str
    present: bool
    detail: str
    """What was found, or what is wrong; one line."""
    remedy: str = ""
    """What to do about it; empty where nothing is wrong."""


def engines(*, thorough: bool = True) -> list[EngineState]:
    """Check every engine; `thorough` reads the models whole, some tenths of a second."""
    return [moonshine_state(thorough=thorough)]


def moonshine_state(folder: Path | None = None, *, thorough: bool = True) -> EngineState:
    """Check Moonshine tiny: its runtime and its three files, in `folder` or where the wheel put them."""
    name = "moonshine"
    if find_spec("onnxruntime") is None:
        return EngineState(name, present=False, detail="onnxruntime is not installed", remedy="pip install onnxruntime")
    try:
        size = check_files(model_folder() if folder is None else folder, thorough=thorough)
    except RecogniserError as error:
        detail, _, remedy = str(error).rpartition("; ")
        return EngineState(name, present=False, detail=detail, remedy=remedy)
    return EngineState(name, present=True, detail=f"Moonshine tiny of {WHEEL}, {size / 1e6:.0f} MB")
