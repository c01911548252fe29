"""One episode: read, change, grade, put away; and a new one, now or afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from assistant.store.editing import GRADES, Entered
from assistant.store.records import Closing, NewEpisode, Stamp, new_id, night_of
from assistant.web import fields
from assistant.web.night import SHOWN
from assistant.web.visit import Refused, go

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from assistant.store.episode import Episode
    from assistant.web.visit import Visit


def show_episode(visit: Visit) -> Response:
    """The page of one episode."""
    episode = _episode(visit)
    events = [each for each in visit.house.reading.of_episode(episode.episode_id) if each.kind in SHOWN]
    history = visit.house.editing.history(episode.episode_id)
    seen = visit.house.editing.revision(episode.episode_id)
    return visit.show(
        "episode.html",
        episode=episode,
        events=events,
        history=[each for each in history if each.by],
        seen=seen,
        grades=GRADES,
        sites=fields.SITES,
        sides=fields.SIDES,
        ranges=fields.RANGES,
    )


def save_episode(visit: Visit) -> Response:
    """Change fields; what somebody else changed meanwhile is not overwritten."""
    episode = _episode(visit)
    seen = visit.form.get("seen", "")
    if not seen.isdecimal():
        raise Refused("This form is not whole. Load the episode again.")
    wanted = checked(visit.form)
    visit.house.editing.change(episode.episode_id, visit.account.shown, int(seen), wanted)
    return go(f"/episode/{episode.episode_id}", "saved")


def end(visit: Visit) -> Response:
    """It is over: the end of an episode that was opened on the page, or that the device left open."""
    episode = _episode(visit)
    relief = checked({"relief": visit.form.get("relief", "")})["relief"]
    visit.house.editing.end(episode.episode_id, visit.account.shown, Closing(visit.now, "told", relief=relief))
    return go(f"/episode/{episode.episode_id}", "saved")


def put_away(visit: Visit) -> Response:
    """Delete, with a way back."""
    episode = _episode(visit)
    visit.house.editing.put_away(episode.episode_id, visit.account.shown)
    return go(f"/episode/{episode.episode_id}", "away")


def bring_back(visit: Visit) -> Response:
    """Undo it."""
    episode = _episode(visit)
    visit.house.editing.bring_back(episode.episode_id, visit.account.shown)
    return go(f"/episode/{episode.episode_id}", "back")


def erase(visit: Visit) -> Response:
    """Delete for good; an owner types the word that stands beside the button."""
    episode = _episode(visit)
    if visit.form.get("sure", "").strip().lower() != "erase":
        raise Refused("Nothing was erased. To erase it for good, type the word erase beside the button.")
    visit.house.editing.erase(episode.episode_id, visit.account.shown)
    return go("/nights", "erased")


def new_form(visit: Visit) -> Response:
    """The form for an episode that the device did not hear."""
    return visit.show("new.html", sites=fields.SITES, sides=fields.SIDES, now=visit.now)


def enter(visit: Visit) -> Response:
    """Write a new episode: now, or afterwards with the time that is remembered."""
    now = visit.now
    afterwards = visit.form.get("when") == "afterwards"
    entered = typed_episode(visit.form, now, how="afterwards" if afterwards else "page", origin=visit.pages.origin)
    visit.house.editing.enter([entered], visit.account.shown)
    return go(f"/episode/{entered.opening.episode_id}", "entered")


def typed_episode(given: Mapping[str, str], now: Stamp, *, how: str, origin: str = "page") -> Entered:
    """An episode out of what was typed.

    Args:
        given: the form, or a row of a diary.
        now: this moment.
        how: `page` (it is happening), `afterwards` or `import`.
        origin: `page`, or `sample` among made-up nights.

    Raises:
        Refused: a value cannot be.
    """
    known = checked(given)
    try:
        onset = now if how == "page" else fields.moment(given.get("date", ""), given.get("time", ""), now)
        lasted = None if how == "page" else fields.minutes(given.get("minutes", ""))
    except fields.Wrong as wrong:
        raise Refused(str(wrong)) from None
    opening = NewEpisode(
        episode_id=new_id(),
        night_of=night_of(onset.local),
        onset=onset,
        intent="cramp",
        site=known.pop("site", "unknown"),
        side=known.pop("side", "unknown"),
        engine=how,
        origin=origin,
    )
    closing = _closing(onset, lasted, known.pop("relief", None), how)
    unknown = {"duration_s": None} if closing is not None and lasted is None else {}
    return Entered(opening, closing, known | unknown)


def checked(given: Mapping[str, str]) -> dict[str, Any]:
    """The fields in a form.

    Raises:
        Refused: one cannot be.
    """
    try:
        return fields.read_fields(given)
    except fields.Wrong as wrong:
        raise Refused(str(wrong)) from None


def _closing(onset: Stamp, lasted_min: float | None, relief: int | None, how: str) -> Closing | None:
    """An episode that is told afterwards is over; where nobody knows how long it was, its end is only inferred."""
    if how == "page":
        return None
    end = Stamp(onset.utc + timedelta(minutes=lasted_min or 0), onset.offset_minutes, "", 0.0, trusted=False)
    duration = None if lasted_min is None else lasted_min * 60
    return Closing(end, "told", duration_s=duration, relief=relief, end_inferred=lasted_min is None)


def _episode(visit: Visit) -> Episode:
    found = visit.house.reading.episode(str(visit.request.path_params["episode_id"]))
    if found is None:
        raise Refused("There is no such episode. Look for it under Nights.", 404)
    return found
