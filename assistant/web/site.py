"""The site: which address leads to which page, and who may open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from assistant.sending.channels import NoChannels
from assistant.sending.post import Post
from assistant.web import (
    alerts,
    device,
    diary,
    doctor,
    episode,
    exports,
    lines,
    night,
    nights,
    person,
    sending,
    trends,
    trust,
    words,
)
from assistant.web.door import Door
from assistant.web.guard import Guard
from assistant.web.render import HERE, Pages
from assistant.web.visit import OWNERS, REVIEWERS, WRITERS, open_page, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from argon2 import PasswordHasher
    from starlette.requests import Request
    from starlette.responses import Response

    from assistant.sending.channels import Channels
    from assistant.store.house import House
    from assistant.web.lines import SpokenLine
    from assistant.web.trust import Authority
    from assistant.web.words import Teach

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names of this machine."""

READ = {
    "/": night.last_night,
    "/nights": nights.show_nights,
    "/trends": trends.show_trends,
    "/alerts": alerts.show_alerts,
    "/sending": sending.show_sending,
    "/doctor": doctor.show_doctor,
    "/doctor.pdf": doctor.as_pdf,
    "/words": words.show_words,
    "/person": person.show_person,
    "/lines": lines.show_lines,
    "/device": device.show_device,
    "/episode/{episode_id:uuid}": episode.show_episode,
    "/export/columns": exports.show_columns,
    "/export/episodes.csv": exports.as_csv,
    "/export/episodes.jsonl": exports.as_json,
    "/export/bedside.fhir.json": exports.as_fhir,
}
WRITE = {
    "/alerts": alerts.acknowledge,
    "/sending/snooze": sending.snooze,
    "/words": words.settle_words,
    "/device": device.ask,
    "/person": person.save_person,
    "/new": episode.enter,
    "/import": diary.import_diary,
    "/episode/{episode_id:uuid}": episode.save_episode,
    "/episode/{episode_id:uuid}/end": episode.end,
    "/episode/{episode_id:uuid}/away": episode.put_away,
    "/episode/{episode_id:uuid}/back": episode.bring_back,
}
WRITERS_READ = {"/new": episode.new_form, "/import": diary.show_import}
OWNERS_READ = {"/export/everything.jsonl.gz": exports.as_archive}
OWNERS_WRITE = {
    "/episode/{episode_id:uuid}/erase": episode.erase,
    "/person/invite": person.invite,
    "/person/end": person.end_account,
    "/person/erase": person.erase_everything,
    "/sending/switch": sending.switch,
    "/sending/helper": sending.save_helper,
    "/sending/end": sending.end_helper,
    "/sending/test": sending.test,
}


def make_site(
    house: House,
    *,
    first_code: str,
    hosts: Iterable[str] = LOOPBACK,
    sample: bool = False,
    hasher: PasswordHasher | None = None,
    channels: Channels | None = None,
    spoken: Sequence[SpokenLine] = (),
    authority: Authority | None = None,
    teach: Teach | None = None,
) -> Starlette:
    """The page of one home.

    Args:
        house: its log, open.
        first_code: makes the first account.
        hosts: names by which it may be called.
        sample: made-up nights are shown, and every page says so.
        hasher: argon2id with other costs than usual.
        channels: carry alerts out of the house; by default nothing does. `state.post` sends, once it has begun.
        spoken: everything that the device may say.
        authority: of the house's own certificate, where it has one.
        teach: lets words mean something; by default what was meant is only noted.
    """
    door = Door(first_code, hasher)
    routes = [Route(path, page(do)) for path, do in READ.items()]
    routes += [Route(path, page(do, WRITERS)) for path, do in WRITERS_READ.items()]
    routes += [Route(path, page(do, OWNERS)) for path, do in OWNERS_READ.items()]
    routes += [Route(path, page(do, WRITERS), methods=["POST"]) for path, do in WRITE.items()]
    routes += [Route(path, page(do, OWNERS), methods=["POST"]) for path, do in OWNERS_WRITE.items()]
    routes += [
        Route("/trust", open_page(trust.show_trust)),
        Route("/trust/bedside.crt", open_page(trust.download)),
        Route("/login", open_page(door.look)),
        Route("/login", open_page(door.knock), methods=["POST"]),
        Route("/lines", page(lines.sign_lines, REVIEWERS), methods=["POST"]),
        Route("/logout", page(door.leave), methods=["POST"]),
    ]
    site = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=HERE / "static"))],
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={404: _not_found, 500: _failed},
    )
    pages = Pages(sample=sample)
    site.state.lines, site.state.authority, site.state.teach = tuple(spoken), authority, teach
    site.state.house, site.state.pages = house, pages
    site.state.post = Post(house, channels or NoChannels(), pages.words["flag"])
    return site


def _failed(_: Request, __: Exception) -> Response:
    return PlainTextResponse("This page failed. Load it again, or run ./bedside doctor on the device.", 500)


def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/static/"):
        return PlainTextResponse("There is no such file.", 404)
    return (
        RedirectResponse("/login", 303)
        if "bedside" not in request.cookies
        else PlainTextResponse("There is no such page. Go back to the first one: /", 404)
    )
