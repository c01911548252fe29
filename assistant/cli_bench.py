"""`bench`: measures, prints a table, writes JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from assistant.app import App
from assistant.errors import UsageError
from assistant.hints import did_you_mean

if TYPE_CHECKING:
    import argparse

_PATHS = ("sound", "text")


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: `run` measures and returns plain data, `show` prints it; where there is `picture`, it draws it."""

    does: str
    module: str
    needs_clips: bool
    takes: tuple[str, ...] = ()
    """Options of its own, by name."""


BENCHES = {
    "hear": Bench("meaning of labelled clips, beside the nearest sentence", "assistant.bench_hear", needs_clips=True),
    "ablation": Bench(
        "ours with each part left out in turn, beside other people's ways", "assistant.bench_ablation", needs_clips=True
    ),
    "barista": Bench(
        "coffee orders by real people, clean and in noise",
        "assistant.bench_barista",
        needs_clips=True,
        takes=("sound",),
    ),
    "talk": Bench(
        "false prompts in hours of talk that is not for us",
        "assistant.bench_talk",
        needs_clips=False,
        takes=("sound", "text", "voices"),
    ),
    "nights": Bench(
        "whole nights spoken by several voices, line by line",
        "assistant.bench_nights",
        needs_clips=False,
        takes=("text", "voices"),
    ),
    "decoder": Bench("the decoder's ways of searching", "assistant.bench_decoder", needs_clips=True),
    "understand": Bench(
        "meaning of typed paraphrases, beside plain ways", "assistant.bench_understand", needs_clips=False
    ),
    "echo": Bench(
        '"stop" said over our own voice, and what our own voice stops', "assistant.bench_echo", needs_clips=False
    ),
    "vad": Bench("detectors of speech, side by side", "assistant.bench_vad", needs_clips=False),
    "web": Bench(
        "each page as the log grows, and the bedside's write beside readers",
        "assistant.bench_web",
        needs_clips=False,
    ),
    "latency": Bench("how long a person waits for the first word", "assistant.bench_latency", needs_clips=False),
    "player": Bench("from the decision to a kept line's first sample", "assistant.bench_player", needs_clips=False),
    "idle": Bench("what a night without a word costs", "assistant.bench_idle", needs_clips=False, takes=("seconds",)),
    "voices": Bench(
        "every fixed line, heard back, its time and its level", "assistant.bench_voices", needs_clips=False
    ),
}


def bench(options: argparse.Namespace) -> int:
    """Run one benchmark, or list them."""
    if options.name is None:
        for name, each in BENCHES.items():
            print(f"./bedside bench {name:<10} {each.does}")
        return 0
    if options.name not in BENCHES:
        raise UsageError(f"There is no benchmark {options.name}. {did_you_mean(options.name, BENCHES)}")
    if options.every < 1:
        raise UsageError(f"--every {options.every} leaves nothing. Give 1 or more.")
    if options.seconds < 1:
        raise UsageError(f"--seconds {options.seconds} measures nothing. Give 1 or more.")
    chosen = BENCHES[options.name]
    clips = Path(options.clips) if options.clips else None
    if clips is None and chosen.needs_clips:
        raise UsageError(f"bench {options.name} needs labelled clips. Give their folder with --clips DIR.")
    module = import_module(chosen.module)
    more = {name: _given(options, name) for name in chosen.takes}
    app = App(options.data, engine=options.engine, model=options.model)
    result = module.run(app, clips, every=options.every, **more)
    module.show(result, Console(highlight=False))
    if options.out:
        out = Path(options.out)
        out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        if hasattr(module, "picture"):
            out.with_suffix(".svg").write_text(module.picture(result), encoding="utf-8")
    return 0


def _given(options: argparse.Namespace, name: str) -> Any:
    """The value of an option; those that name files, as paths."""
    value = getattr(options, name)
    return tuple(Path(each) for each in value) if name in _PATHS else value
