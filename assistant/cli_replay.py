"""`replay`: a stored night through the program of today."""

from __future__ import annotations

import json
from difflib import unified_diff
from typing import TYPE_CHECKING

from rich.console import Console

from assistant.app import App
from assistant.dialog.script import load_script
from assistant.replay import ReplayError, replay

if TYPE_CHECKING:
    import argparse

    from assistant.dialog.script import Script
    from assistant.replay import Replayed
    from assistant.store import Episode, Store

NEWEST = "last"


def replay_episode(options: argparse.Namespace) -> int:
    """Play a stored episode again, and show what would be different."""
    app, script = App(options.data), load_script()
    with app.store() as store:
        episode = _found(store, options.episode)
        events = list(store.journal(episode.episode_id))
        app.meet(store)
    profile = app.settings.person.profile
    came = replay(episode, events, script, app.understanding(), profile)
    if options.json:
        print(json.dumps(came.as_dict(), ensure_ascii=False))
    else:
        _show(came, script, Console(highlight=False, soft_wrap=True))
    return 0


def _found(store: Store, asked: str) -> Episode:
    """The episode of this id, of this beginning of one, or the newest."""
    found: list[Episode] = []
    for episode in store.episodes():
        if asked == NEWEST:
            found = [episode]
        elif episode.episode_id.startswith(asked):
            found.append(episode)
    exact = [episode for episode in found if episode.episode_id == asked] or found
    if not exact:
        what = "no episode in the log" if asked == NEWEST else f"no episode {asked}"
        raise ReplayError(f"there is {what}. List them with: ./bedside episodes --json")
    if len(exact) > 1:
        raise ReplayError(
            f"{len(exact)} episodes begin with {asked}. Give more of the id, from: ./bedside episodes --json"
        )
    return exact[0]


def _show(came: Replayed, script: Script, console: Console) -> None:
    console.print(f"Episode {came.episode}, with the program and the profile of today:")
    for number, said in enumerate(came.said):
        (then, _), (now, _) = came.then.understood[number], came.now.understood[number]
        words = f"“{said.text}”" if said.text else "(a key, or words that are forgotten)"
        became = f"{then or 'silence'} → {now or 'silence'}" if came.changed(number) else f"{then or 'silence'}"
        console.print(f"{said.ended_s:8.1f} s  {words}: {became}", style="bold yellow" if came.changed(number) else "")
        if came.changed(number) and then == now:
            console.print(f"{'':12}{came.then.understood[number][1]} → {came.now.understood[number][1]}")
    _show_lines(came, script, console)
    for name, old, new in (
        ("alerts", came.then.alerts, came.now.alerts),
        ("ended by", came.then.ended_by, came.now.ended_by),
        ("relief", came.then.relief, came.now.relief),
    ):
        if old != new:
            console.print(f"{name}: {old} → {new}", style="bold yellow")
    console.print("Nothing would be different." if came.same else "It would be different, as marked.")


def _show_lines(came: Replayed, script: Script, console: Console) -> None:
    """What would be said more (+) and less (-)."""
    changed = [
        line
        for line in unified_diff(came.then.lines, came.now.lines, lineterm="", n=1)
        if not line.startswith(("---", "+++", "@@"))
    ]
    for line in changed:
        told = script.lines.get(line[1:])
        words = f"  {told.say}" if told else "  (a line that is no more)"
        console.print(f"  {line[0]} {line[1:]}{words}", style={"+": "green", "-": "red"}.get(line[0], "dim"))
