"""Moonshine tiny on onnxruntime: samples to encoder states, and decoder steps over a batch of beams.

The decoder's merged graph has two branches: the first call computes everything, also the encoder's keys and values;
each further call takes one token a beam and what the calls before left (the key/value cache). One `Sound` is one
encoder pass, and any number of searches may start from it. No search is here: `audio.decoding` has that.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

# Its wheels report to their maker over the network and keep a device id in the home folder, from the moment of import,
# unless this is set. What happens at a bedside is nobody's business.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    RuntimeException,
)

from audio.errors import RecogniserError
from audio.events import SAMPLE_RATE
from audio.moonshine_files import DECODER, ENCODER, REMEDY, TOKENIZER, check_files, model_folder
from audio.token_model import Step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SHORTEST_S = 0.4
"""Sounds below this are padded with silence: the encoder's convolutions need about 0.07 s, a word needs room."""
LONGEST_S = 30.0
"""Sounds above this are refused: the model was trained on no longer ones and begins to repeat itself."""
TOKENS_PER_S = 6.5
"""Moonshine's own limit of tokens a second of sound, from its authors' reference code."""

_START, _END = 1, 2
_LAYERS, _HEADS, _WIDTH = 6, 8, 36
_CACHED = tuple(f"{i}.decoder.{part}" for i in range(_LAYERS) for part in ("key", "value"))
_CROSS = tuple(f"{i}.encoder.{part}" for i in range(_LAYERS) for part in ("key", "value"))
_BROKEN = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException, RuntimeError)
"""What onnxruntime raises; its errors have no base of their own."""
_QUIET = 4
"""onnxruntime's level of fatal errors: the others are raised as well, and told in our words."""


@dataclass(frozen=True, slots=True)
class _Past:
    """What the decoder's calls before left: keys and values of the words so far, (beams, heads, length, width) each."""

    arrays: tuple[NDArray[np.float32], ...]


class MoonshineModel:
    """The loaded model; safe to keep for the life of the process and to share among threads."""

    def __init__(self, folder: Path | None = None, *, threads: int = 2) -> None:
        """Load the model.

        Args:
            folder: where its three files are; by default where the wheel put them.
            threads: of one pass of the encoder inside onnxruntime; a step of the decoder is too short to be shared out,
                and two searches may run side by side.

        Raises:
            RecogniserError: a file is missing, cut short or damaged.
        """
        folder = model_folder() if folder is None else folder
        check_files(folder)
        self._encoder = _session(folder / ENCODER, threads)
        self._decoder = _session(folder / DECODER, 1)
        tokens = read_tokens((folder / TOKENIZER).read_bytes())
        self.texts: Sequence[str | None] = tuple(plain_text(t) if i > _END else None for i, t in enumerate(tokens))

    def encode(self, samples: NDArray[np.float32]) -> Sound:
        """Run the encoder over one utterance.

        Args:
            samples: shape (n,), SAMPLE_RATE; shorter than SHORTEST_S is padded with silence.

        Raises:
            RecogniserError: longer than LONGEST_S, not one channel, or not finite numbers.
        """
        sound = _checked(samples)[np.newaxis]
        mask = np.ones(sound.shape, np.int64)
        (states,) = _run(self._encoder, {"input_values": sound, "attention_mask": mask})
        return Sound(self, states, len(sound[0]))

    def run_decoder(self, feed: dict[str, Any], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        """Run the decoder's graph as it is; for `Sound`."""
        return _run(self._decoder, feed, outputs)


class Sound:
    """One utterance after the encoder; implements `audio.token_model.TokenModel`."""

    end = _END

    def __init__(self, model: MoonshineModel, states: NDArray[np.float32], samples: int) -> None:
        """Keep the encoder's `states`, (1, frames, 288), of a sound of so many `samples`."""
        self._model = model
        self._states = states
        self._samples = samples
        self.texts = model.texts
        self.longest = int(np.ceil(TOKENS_PER_S * samples / SAMPLE_RATE)) + 2
        self._cross: dict[str, NDArray[np.float32]] = {}

    @property
    def states(self) -> NDArray[np.float32]:
        """What the encoder made of the sound, shape (frames, 288), some 42 frames a second."""
        states: NDArray[np.float32] = self._states[0]
        return states

    def begin(self) -> Step:
        """Return the probabilities of the first token, one beam."""
        return self._first

    def advance(self, step: Step, parents: Sequence[int], tokens: Sequence[int]) -> Step:
        """Return the step after `step` in which beam i continues beam parents[i] by tokens[i]."""
        past: _Past = step.past
        rows = np.asarray(parents)
        feed = self._feed(np.asarray(tokens, np.int64)[:, np.newaxis], cached=True) | self._cross
        for name, array in zip(_CACHED, past.arrays, strict=True):
            feed[f"past_key_values.{name}"] = array[rows]
        logits, *present = self._model.run_decoder(feed, ["logits", *(f"present.{n}" for n in _CACHED)])
        return Step(log_softmax(logits[:, -1]), _Past(tuple(present)))

    @cached_property
    def _first(self) -> Step:
        names = [f"present.{n}" for n in (*_CACHED, *_CROSS)]
        logits, *present = self.uncached([_START], names)
        crossed = present[len(_CACHED) :]
        self._cross = {f"past_key_values.{n}": a for n, a in zip(_CROSS, crossed, strict=True)}
        return Step(log_softmax(logits[:, -1]), _Past(tuple(present[: len(_CACHED)])))

    def uncached(self, ids: Sequence[int], outputs: Sequence[str] = ()) -> list[NDArray[np.float32]]:
        """Run a whole sequence of tokens, start token included, without the cache; logits first, then `outputs`."""
        feed = self._feed(np.asarray([ids], np.int64), cached=False)
        for name in _CACHED:
            feed[f"past_key_values.{name}"] = np.zeros((1, _HEADS, 0, _WIDTH), np.float32)
        for name in _CROSS:
            feed[f"past_key_values.{name}"] = np.zeros((1, _HEADS, self._states.shape[1], _WIDTH), np.float32)
        return self._model.run_decoder(feed, ["logits", *outputs])

    def _feed(self, ids: NDArray[np.int64], *, cached: bool) -> dict[str, Any]:
        """Inputs of either branch; the encoder's part stays a batch of one, which the graph broadcasts to all beams."""
        return {
            # The graph wants this mask at the length of the samples, not of the encoder's states.
            "encoder_attention_mask": np.ones((1, self._samples), np.int64),
            "input_ids": ids,
            "encoder_hidden_states": self._states,
            "use_cache_branch": np.array([cached]),
        }


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return natural log probabilities along the last axis."""
    shifted: NDArray[np.float32] = logits - logits.max(-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(-1, keepdims=True))
    return shifted


def read_tokens(raw: bytes) -> list[bytes]:
    """Read tokenizer.bin: byte strings behind their length; a length of 128 and more goes on in a second byte."""
    tokens: list[bytes] = []
    at = 0
    while at < len(raw):
        size, at = raw[at], at + 1
        if size >= 128:  # noqa: PLR2004
            size, at = size - 128 + raw[at] * 128, at + 1
        tokens.append(raw[at : at + size])
        at += size
    return tokens


def plain_text(token: bytes) -> str | None:
    """Return what a token adds to a normalised text, a leading space included; None if no words of ours have it."""
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return None
    if re.fullmatch(r"<.+>", text):
        return None
    text = unicodedata.normalize("NFKD", text.lower().replace("\u2019", "'"))
    text = re.sub(r"[\u2581\-\u2010-\u2015/]", " ", text)
    text = re.sub(r"[.,!?;:\"()\[\]*\u201c\u201d\u2026\u0300-\u036f]", "", text)
    return None if re.search(r"[^a-z0-9' ]", text) else text


def _session(path: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    # Waiting threads that spin double the processor time, and the time on the clock too where others want to run.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except _BROKEN as error:
        raise RecogniserError(f"Moonshine's {path.name} cannot be loaded; {REMEDY}") from error


def _run(session: ort.InferenceSession, feed: dict[str, Any], outputs: Sequence[str] = ()) -> list[NDArray[np.float32]]:
    try:
        result: list[NDArray[np.float32]] = session.run(list(outputs) or None, feed)
    except _BROKEN as error:
        raise RecogniserError("Moonshine failed on a sound; check the model: bedside doctor") from error
    return result


def _checked(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    if samples.ndim != 1 or not np.isfinite(samples).all():
        raise RecogniserError("The sound is not one channel of finite numbers; check the microphone: bedside doctor")
    if len(samples) > LONGEST_S * SAMPLE_RATE:
        seconds = len(samples) / SAMPLE_RATE
        raise RecogniserError(f"The sound is {seconds:.0f} s long; cut it into pieces of at most {LONGEST_S:.0f} s")
    missing = int(SHORTEST_S * SAMPLE_RATE) - len(samples)
    padded = np.pad(samples, (0, missing)) if missing > 0 else samples
    return np.ascontiguousarray(padded, np.float32)
