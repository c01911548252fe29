"""`doctor`: what the assistant needs, with the remedy for each fault."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from assistant.doctor import examine

if TYPE_CHECKING:
    import argparse

    from assistant.finding import Finding

MARKS = {True: ("ok   ", "green"), False: ("note ", "yellow")}
FAULT = ("FAULT", "red")


def doctor(options: argparse.Namespace) -> int:
    """Print one line a check; status 0 only if the assistant could hear, speak and remember."""
    console = Console(highlight=False, soft_wrap=True)
    missing: list[str] = []
    for finding in examine(options.data, engine=options.engine, model=options.model, quiet=options.quiet):
        if options.json:
            print(json.dumps(asdict(finding), ensure_ascii=False), flush=True)
        else:
            console.print(line_of(finding))
        if finding.essential and not finding.ok:
            missing.append(finding.name)
    if not options.json:
        console.print(f"\n{verdict(missing)}")
    return 1 if missing else 0


def line_of(finding: Finding) -> Text:
    """The finding in one line: a mark, what, what was found, and the remedy."""
    mark, colour = FAULT if finding.essential and not finding.ok else MARKS[finding.ok]
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return Text.assemble((mark, colour), f"  {finding.name:<17}{' '.join(finding.detail.split())}", (remedy, "bold"))


def verdict(missing: list[str]) -> str:
    """The last line: whether it could work, and what to do if not."""
    if not missing:
        return "The assistant could hear, speak and keep the log."
    return f"Not ready: {', '.join(missing)}. Follow what stands after the arrow, then run ./bedside doctor again."
