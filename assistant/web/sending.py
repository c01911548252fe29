"""*Who is told*: the people to whom alerts are sent, whether anything is sent at all, and exactly what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from assistant.sending.message import Message, message, test_message
from assistant.sending.rules import LOOK_BACK
from assistant.store.outbox import SWITCH
from assistant.store.records import new_id
from assistant.store.records_sending import LEVELS, TIMES, Helper, Raised
from assistant.web.fields import Wrong, whole
from assistant.web.visit import Refused, go

if TYPE_CHECKING:
    from starlette.responses import Response

    from assistant.sending.channels import Channels
    from assistant.sending.post import Post
    from assistant.web.visit import Visit

LONGEST_NAME = 60
MOST_MINUTES = 12 * 60
SNOOZES = {"1": 1, "8": 8, "24": 24, "0": 0}
"""Hours; 0 ends it."""
EXAMPLES = {"emergency": "help", "urgent": "rf_dvt", "soon": "rf_more_frequent"}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message, or when it will go."""

    name: str
    state: str
    at: datetime


def show_sending(visit: Visit) -> Response:
    """The page."""
    return _show(visit)


def switch(visit: Visit) -> Response:
    """Turn sending on or off; only what is raised from now on is sent."""
    if visit.pages.origin == "sample":
        raise Refused("Made-up nights are sent to nobody. Start the page without --sample.")
    on = visit.form.get("on") == "yes"
    if on and not visit.form.get("agreed"):
        raise Refused("Nothing was turned on. Tick that the person agrees, then turn it on again.")
    since = visit.now.utc.isoformat() if on else None
    visit.house.profile.write({SWITCH: since} | ({"consent.alerts": True} if on else {}), visit.account.shown)
    return go("/sending", "on" if on else "off")


def save_helper(visit: Visit) -> Response:
    """Add somebody, or change what is known of them; an address that is left empty stays as it is."""
    before = _known(visit) if visit.form.get("helper") else None
    address = visit.form.get("address", "").strip() or (before.address if before else "")
    if _channels(visit).kind(address) is None:
        raise Refused("That address cannot be read. Write it like one of the examples on that page.")
    name = " ".join(visit.form.get("name", "").split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refused(f"Give a name of up to {LONGEST_NAME} letters.")
    begins, ends = (_hour(visit.form.get(key, "")) for key in ("from_hour", "until_hour"))
    helper_id, snoozed = (before.helper_id, before.snoozed_until) if before else (new_id(), None)
    helper = Helper(helper_id, name, address, _after(visit), _levels(visit), begins, ends, snoozed)
    visit.house.outbox.save(helper, visit.account.shown)
    return go("/sending", "saved")


def end_helper(visit: Visit) -> Response:
    """Tell somebody no more, and forget their address."""
    visit.house.outbox.end(_known(visit), visit.account.shown)
    return go("/sending", "told_no_more")


def snooze(visit: Visit) -> Response:
    """Let somebody be for some hours; what is still open then reaches them."""
    hours = SNOOZES.get(visit.form.get("hours", ""))
    if hours is None:
        raise Refused("Choose for how long from the list.")
    until = visit.now.utc + timedelta(hours=hours) if hours else None
    visit.house.outbox.save(replace(_known(visit), snoozed_until=until), visit.account.shown)
    return go("/sending", "saved")


def test(visit: Visit) -> Response:
    """Send the test to somebody now, and say whether the channel took it."""
    if not visit.house.profile.read().get(SWITCH):
        raise Refused("Nothing leaves the house yet. Turn sending on first, then test it.")
    helper = _known(visit)
    taken = _channels(visit).send(helper.address, test_message())
    visit.house.editing.record("sending_tested", None, by=visit.account.shown, helper=helper.name, taken=taken)
    if taken:
        return _show(visit, f"The channel took the test for {helper.name}. Ask whether it has arrived.")
    raise Refused(
        f"The test did not go out to {helper.name}. Look at the address, and whether this computer reaches the "
        "network, then test again.",
        502,
    )


def told_of(visit: Visit) -> dict[tuple[str | None, str], list[Told]]:
    """For each open alert, by episode and sign: who was told, and who will be if nobody takes care of it."""
    house, zone = visit.house, visit.now.local.tzinfo
    since = visit.now.utc - LOOK_BACK
    alerts = {each.seq: each for each in _post(visit).alerts()}
    names = {each.helper_id: each.name for each in house.outbox.helpers(ended=True)}
    found: dict[tuple[str | None, str], list[Told]] = {}
    for each in house.outbox.deliveries(since)[::-1] if alerts else ():
        if each.event_seq in alerts and each.state != "waiting":
            told = Told(names[each.helper_id], each.state, each.changed_at.astimezone(zone))
            found.setdefault(_key(alerts[each.event_seq]), []).append(told)
    for due in _post(visit).waiting():
        told = Told(due.helper.name, "will", max(due.at, visit.now.utc).astimezone(zone))
        found.setdefault(_key(due.raised), []).append(told)
    return found


def _key(raised: Raised) -> tuple[str | None, str]:
    return raised.episode_id, raised.what


def _show(visit: Visit, tested: str = "") -> Response:
    settings, channels = visit.house.profile.read(), _channels(visit)
    helpers = visit.house.outbox.helpers()
    return visit.show(
        "sending.html",
        on=settings.get(SWITCH),
        helpers=helpers,
        shown={each.helper_id: (channels.kind(each.address), channels.shown(each.address)) for each in helpers},
        examples=[_example(visit, level, str(settings.get("name") or "")) for level in LEVELS],
        test=test_message(),
        levels=LEVELS,
        times=TIMES,
        usual=Helper("", "", ""),
        snoozes=SNOOZES,
        tested=tested,
    )


def _example(visit: Visit, level: str, name: str) -> Message:
    raised = Raised(0, level, EXAMPLES[level], visit.now.utc, None)
    return message(raised, name, visit.pages.words["flag"], visit.now.offset_minutes)


def _known(visit: Visit) -> Helper:
    wanted = visit.form.get("helper", "")
    found = next((each for each in visit.house.outbox.helpers() if each.helper_id == wanted), None)
    if found is None:
        raise Refused("This person is not told any more. Load the page again.", 404)
    return found


def _after(visit: Visit) -> int:
    try:
        return whole("minutes", visit.form.get("after_min", ""), 0, MOST_MINUTES) or 0
    except Wrong as wrong:
        raise Refused(str(wrong)) from None


def _levels(visit: Visit) -> dict[str, str]:
    found = {level: visit.form.get(f"level_{level}", "never") for level in LEVELS}
    if set(found.values()) - set(TIMES):
        raise Refused("There is no such time. Choose one from the list.")
    return found


def _hour(text: str) -> str:
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        raise Refused("Write the hours like 07:00.") from None


def _post(visit: Visit) -> Post:
    post: Post = visit.request.app.state.post
    return post


def _channels(visit: Visit) -> Channels:
    return _post(visit).channels
