"""Which recognition engines exist and whether they could hear now; for `doctor`. Loads no engine."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from audio.errors import RecogniserError
from audio.model_files import check_model
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


def engines(*, thorough: bool = True, vosk_model: Path | None = None, marks: Path | None = None) -> list[EngineState]:
    """Check every engine; `thorough` reads the models whole, some tenths of a second.

    Args:
        thorough: read and try, not only look.
        vosk_model: the folder of Vosk's model; None: there is none.
        marks: folder that remembers which models are proven.
    """
    return [moonshine_state(thorough=thorough), vosk_state(vosk_model, thorough=thorough, marks=marks)]


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


def vosk_state(folder: Path | None, *, thorough: bool = False, marks: Path | None = None) -> EngineState:
    """Check Vosk: its library and its model; `thorough` compares hashes and lets a child process load it."""
    name = "vosk"
    if find_spec("vosk") is None:
        return EngineState(name, present=False, detail="vosk is not installed", remedy="pip install vosk==0.3.45")
    if folder is None:
        return EngineState(name, present=False, detail="no model", remedy="./bedside models get")
    try:
        size = check_model(folder, thorough=thorough)
        if thorough:
            from audio.vosk_model import prove  # noqa: PLC0415 - numpy

            prove(folder, marks)
    except RecogniserError as error:
        detail, _, remedy = str(error).rpartition("; ")
        return EngineState(name, present=False, detail=detail, remedy=remedy)
    return EngineState(name, present=True, detail=f"{folder}, {size / 1e6:.0f} MB")
