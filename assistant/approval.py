"""Which lines a clinician has approved: in the files themselves, or with a signature on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialog.script import load_script
from assistant.store.file import has_log

if TYPE_CHECKING:
    from assistant.app import App
    from assistant.dialog.script import Script


def signed_script(app: App) -> Script:
    """The reviewed words with what was signed on this home's page."""
    script = load_script()
    if not has_log(app.data):
        return script
    with app.store() as store:
        return script.signed((line, mark, each.reviewer) for (line, mark), each in store.reviews.read().items())


def told(script: Script) -> str:
    """What a greeting says of it; true whatever was signed."""
    number, done = len(script.lines), script.approved
    if not done:
        return "no clinician has approved the lines yet"
    return f"a clinician has approved {'all' if done == number else f'{done} of'} {number} lines"
