"""The code for the first visit of the page: whoever hears it at the bedside makes the owner's account with it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.store.secret import hashed

if TYPE_CHECKING:
    from assistant.store.store import Store

DIGITS = 8
"""As many as can be typed while they are still in the ear; tries at the door grow slow long before they are guessed."""
GOOD_FOR = timedelta(hours=1)


def make_code(store: Store) -> str | None:
    """Make a code that is good once, for an hour; None where the page has an owner already. Only its hash is kept."""
    if store.people.anybody():
        return None
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    store.people.invite(hashed(code), "owner", GOOD_FOR)
    return code
