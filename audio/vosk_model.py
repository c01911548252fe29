"""A Vosk model on disk, proven before it is loaded, its vocabulary, and recognisers made from it.

A model is proven once: a child process loads it and hears noise. Success is marked by the hash of the files' names,
sizes and times, so the next start costs a look at the folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audio.errors import RecogniserError
from audio.model_files import REMEDY, check_model, identity
from audio.vosk_library import vosk

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIAL_S = 120.0
"""Seconds that the trial may take: a large model on a slow card needs some tens."""


class VoskModel:
    """Loads a model by its path, never by a name, so nothing is ever fetched.

    Args:
        folder: the model.
        marks: folder that remembers which models are proven; None: each load is proven anew.

    Raises:
        RecogniserError: the library or the model is missing, damaged or unfit; nothing has crashed.
    """

    def __init__(self, folder: Path, *, marks: Path | None = None) -> None:
        self.folder = folder
        library = vosk()
        check_model(folder)
        prove(folder, marks)
        try:
            self._model = library.Model(str(folder))
        except Exception as error:  # the library has no other class for it
            raise RecogniserError(f"Vosk does not load the model in {folder}; {REMEDY}") from error

    def knows(self, word: str) -> bool:
        """Tell whether a word is in the model's vocabulary."""
        return int(self._model.vosk_model_find_word(word)) >= 0

    def recogniser(self, rate: int, sentences: Sequence[str], *, alternatives: int) -> Any:
        """Return a Kaldi recogniser for sound of `rate` hertz that may hear `sentences`, all of whose words are known.

        Args:
            rate: hertz of the stream.
            sentences: what may be said; Vosk also joins parts of them (a language model of word pairs).
            alternatives: readings told at most.
        """
        # Its parser of JSON does not know \u escapes: each word would be unknown to it.
        grammar = json.dumps(list(sentences), ensure_ascii=False)
        recogniser = vosk().KaldiRecognizer(self._model, float(rate), grammar)
        recogniser.SetMaxAlternatives(alternatives)
        return recogniser


def prove(folder: Path, marks: Path | None) -> None:
    """Let a child process load the model, unless these very files are marked as proven.

    Raises:
        RecogniserError: the child failed, crashed or hung.
    """
    try:
        mark = marks / f"proven-{identity(folder)[:32]}" if marks else None
    except OSError as error:
        raise RecogniserError(f"Vosk's model in {folder} cannot be read ({error.strerror}); {REMEDY}") from error
    if mark is None:
        _try(folder)
    elif not mark.exists():
        _try(folder)
        with suppress(OSError):  # not kept: the next start tries again, and takes a second longer
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()


def _try(folder: Path) -> None:
    ours = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", "audio.vosk_trial", str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=TRIAL_S, check=False, env=os.environ | {"PYTHONPATH": paths}
        )
    except subprocess.TimeoutExpired as error:
        raise RecogniserError(f"Vosk's model in {folder} did not load within {TRIAL_S:g} s; {REMEDY}") from error
    if done.returncode != 0:
        how = "crashes Vosk" if done.returncode < 0 else "is refused by Vosk"
        raise RecogniserError(f"The model in {folder} {how}, so its files are damaged; {REMEDY}")
