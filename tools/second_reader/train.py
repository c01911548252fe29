"""Train the network on the encoder's states, and write it as the arrays that `audio/ctc_head.py` runs.

usage: train.py WORK TARGET.npz [--epochs 8]
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from rapidfuzz.distance import Levenshtein

from audio.ctc import COLUMN, LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

STATES, WIDTH, TAPS, BLOCKS = 288, 192, 5, 3
SYMBOLS = 1 + len(LETTERS)
DROPPED = 0.15
LENGTHS = (64, 96, 128, 160, 200, 260, 340)
"""Frames: sounds are filled up to the next of these, so that few shapes are compiled."""
BATCH_FRAMES = 4096
HELD_BACK = 400
"""Sentences that are measured on and never trained on."""


class Clip(NamedTuple):
    """One spoken sentence: its frames are `array[start : start + frames]`."""

    array: Any
    start: int
    frames: int
    text: str
    engine: str


def clips(work: Path) -> list[Clip]:
    """Read what `states.py` wrote."""
    found = []
    for file in sorted(work.glob("states-*.json")):
        array, at = np.load(file.with_suffix(".npy"), mmap_mode="r"), 0
        for row in json.loads(file.read_text()):
            found.append(Clip(array, at, row["frames"], row["text"], row["voice"][0]))
            at += row["frames"]
    return found


def begun(key: Any) -> dict[str, Any]:
    """The network before its training."""
    keys = iter(jax.random.split(key, 100))

    def drawn(*shape: int) -> Any:
        return jax.random.normal(next(keys), shape)

    net = {"in.weight": drawn(STATES, WIDTH) / STATES**0.5, "in.bias": jnp.zeros(WIDTH)}
    for block in map(str, range(BLOCKS)):
        net |= {
            f"{block}.gain": jnp.ones(WIDTH),
            f"{block}.shift": jnp.zeros(WIDTH),
            f"{block}.gate.weight": drawn(WIDTH, 2 * WIDTH) / WIDTH**0.5,
            f"{block}.gate.bias": jnp.zeros(2 * WIDTH),
            f"{block}.along.weight": drawn(TAPS, WIDTH) / TAPS**0.5,
            f"{block}.along.bias": jnp.zeros(WIDTH),
            f"{block}.out.weight": drawn(WIDTH, WIDTH) / WIDTH**0.5,
            f"{block}.out.bias": jnp.zeros(WIDTH),
        }
    return net | {"out.weight": drawn(WIDTH, SYMBOLS) * 0.05, "out.bias": jnp.zeros(SYMBOLS)}


def logits(net: dict[str, Any], frames: Any, there: Any, key: Any = None) -> Any:
    """What the network makes of frames, (clips, frames, STATES), where `there` is 1; with a key, channels drop out."""
    hidden = frames @ net["in.weight"] + net["in.bias"]
    for block in map(str, range(BLOCKS)):
        mean, spread = hidden.mean(-1, keepdims=True), hidden.var(-1, keepdims=True)
        inner = (hidden - mean) / jnp.sqrt(spread + 1e-5) * net[f"{block}.gain"] + net[f"{block}.shift"]
        inner = inner @ net[f"{block}.gate.weight"] + net[f"{block}.gate.bias"]
        inner = inner[..., :WIDTH] * jax.nn.sigmoid(inner[..., WIDTH:]) * there[..., None]
        padded = jnp.pad(inner, ((0, 0), (TAPS // 2, TAPS // 2), (0, 0)))
        taps = net[f"{block}.along.weight"]
        inner = sum(padded[:, tap : tap + frames.shape[1]] * taps[tap] for tap in range(TAPS))
        inner = jax.nn.silu(inner + net[f"{block}.along.bias"]) @ net[f"{block}.out.weight"] + net[f"{block}.out.bias"]
        if key is not None:
            key, own = jax.random.split(key)
            kept = jax.random.bernoulli(own, 1 - DROPPED, (inner.shape[0], 1, inner.shape[2]))
            inner = inner * kept / (1 - DROPPED)
        hidden = hidden + inner
    return hidden @ net["out.weight"] + net["out.bias"]


def loss(net: dict[str, Any], frames: Any, there: Any, text: Any, no_text: Any, key: Any) -> Any:  # noqa: PLR0917
    """Nats a letter."""
    costs = optax.ctc_loss(logits(net, frames, there, key), 1 - there, text, no_text)
    return (costs / (1 - no_text).sum(-1)).mean()


def batches(found: list[Clip], scale: tuple[Any, Any], random: np.random.Generator | None) -> Iterator[tuple[Any, ...]]:
    """Clips of like lengths together; in training in another order each time, some spans of frames blanked."""
    by_length: dict[int, list[Clip]] = {}
    for clip in found:
        length = next((length for length in LENGTHS if clip.frames <= length), None)
        if length is not None and len(clip.text) < clip.frames:
            by_length.setdefault(length, []).append(clip)
    groups = []
    for length, alike in by_length.items():
        if random is not None:
            random.shuffle(alike)  # type: ignore[arg-type]
        size = max(4, BATCH_FRAMES // length)
        cut = [alike[at : at + size] for at in range(0, len(alike), size)]
        groups += [(length, size, group) for group in cut if len(group) == size or random is None]
    if random is not None:
        random.shuffle(groups)  # type: ignore[arg-type]
    for length, size, group in groups:
        yield (*_filled(length, size, group, scale, random), group)


def _filled(
    length: int, size: int, group: list[Clip], scale: tuple[Any, Any], random: np.random.Generator | None
) -> tuple[Any, ...]:
    letters = min(104, (length * 5 // 8 + 7) & ~7)
    frames, there = np.zeros((size, length, STATES), np.float32), np.zeros((size, length), np.float32)
    text, no_text = np.zeros((size, letters), np.int32), np.ones((size, letters), np.float32)
    for row, clip in enumerate(group):
        frames[row, : clip.frames] = (clip.array[clip.start : clip.start + clip.frames] - scale[0]) / scale[1]
        there[row, : clip.frames] = 1
        if random is not None:
            for _ in range(2):
                blank = random.integers(0, 8)
                start = random.integers(0, max(1, clip.frames - blank))
                frames[row, start : start + blank] = 0
        columns = [COLUMN[letter] for letter in clip.text][:letters]
        text[row, : len(columns)], no_text[row, : len(columns)] = columns, 0
    return frames, there, text, no_text


def greedy(scores: Any) -> str:
    """The likeliest letter of each frame, repeats and blanks left out."""
    best = scores.argmax(-1)
    kept = best[np.flatnonzero(np.diff(best, prepend=-1))]
    return "".join(LETTERS[column - 1] for column in kept if column).strip()


def word_errors(net: dict[str, Any], read: Any, held_back: list[Clip], scale: tuple[Any, Any]) -> dict[str, float]:
    """Voice engine -> words wrong, as a share of those spoken."""
    wrong: dict[str, int] = {}
    spoken: dict[str, int] = {}
    for frames, there, _, _, group in batches(held_back, scale, None):
        for clip, scores in zip(group, np.asarray(read(net, frames, there)), strict=False):
            words = clip.text.split()
            wrong[clip.engine] = wrong.get(clip.engine, 0) + Levenshtein.distance(
                greedy(scores[: clip.frames]).split(), words
            )
            spoken[clip.engine] = spoken.get(clip.engine, 0) + len(words)
    return {engine: round(wrong[engine] / spoken[engine], 3) for engine in spoken}


def main() -> None:
    """Train, telling the error on held-back sentences after each epoch, and write TARGET."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    args = parser.parse_args()
    random, found = np.random.default_rng(0), clips(args.work)
    apart = set(random.choice(sorted({clip.text for clip in found}), HELD_BACK, replace=False))
    trained, held_back = [c for c in found if c.text not in apart], [c for c in found if c.text in apart]
    some = np.concatenate([np.asarray(c.array[c.start : c.start + c.frames], np.float32) for c in trained[:2000]])
    scale = some.mean(0), some.std(0) + 1e-3
    steps = args.epochs * sum(1 for _ in batches(trained, scale, random))
    pace = optax.warmup_cosine_decay_schedule(0, 2.5e-3, 150, steps, 2e-5)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(pace, weight_decay=1e-2))
    net, key = begun(jax.random.PRNGKey(0)), jax.random.PRNGKey(1)
    state, read, started = optimiser.init(net), jax.jit(logits), time.monotonic()

    @jax.jit
    def step(net: Any, state: Any, *given: Any) -> Any:
        value, slope = jax.value_and_grad(loss)(net, *given)
        update, state = optimiser.update(slope, state, net)
        return optax.apply_updates(net, update), state, value

    for epoch in range(args.epochs):
        losses = []
        for *given, _ in batches(trained, scale, random):
            key, own = jax.random.split(key)
            net, state, value = step(net, state, *given, own)
            losses.append(float(value))
        errors = word_errors(net, read, held_back, scale)
        print(epoch, f"{np.mean(losses):.4f}", errors, f"{time.monotonic() - started:.0f} s", flush=True)
    arrays = {"mean": scale[0], "deviation": scale[1], **net}
    np.savez_compressed(args.target, **{name: np.asarray(array, np.float16) for name, array in arrays.items()})


if __name__ == "__main__":
    main()
