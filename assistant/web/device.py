"""*Device*: whether it heard the person all night, for each of the last nights; not known where nothing says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.store.records import night_of
from assistant.web.visit import Refused, go
from assistant.web.watch import LISTENING, bounds, watch_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.web.visit import Visit

WISHES = ("dont_listen", "listening")
"""What may be asked of the device."""
NIGHTS = 14
KINDS = (*LISTENING, "fault", "recovered")
MOST = 500


def show_device(visit: Visit) -> Response:
    """The page."""
    tonight = night_of(visit.now.local)
    told = visit.house.reading.of_kind(*KINDS, most=MOST)[::-1]
    nights = []
    for back in range(NIGHTS):
        night = tonight - timedelta(days=back)
        begins, ends = bounds(night, visit.now.offset_minutes)
        nights.append((night, watch_of([each for each in told if begins <= each.stamp.utc < ends])))
    newest = visit.house.reading.newest()
    return visit.show("device.html", nights=nights, newest=newest, tonight=tonight)


def ask(visit: Visit) -> Response:
    """Ask the device not to listen for a while, or to listen again; where it runs, it takes that within seconds."""
    wish = visit.form.get("wish", "")
    if wish not in WISHES:
        raise Refused("That cannot be asked. Load the page again, and use its buttons.")
    visit.house.editing.ask(wish, visit.account.shown)
    return go("/device", "asked")
