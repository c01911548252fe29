"""One call of a page: who it is, what was sent, and whether they may."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from assistant.store.errors import StoreChanged, StoreError, StoreFull
from assistant.store.people import Account, Session
from assistant.store.secret import hashed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from assistant.store.house import House
    from assistant.store.records import Stamp
    from assistant.web.render import Pages

COOKIE = "bedside"
MOST_FIELDS = 1000
"""Each line of the device is one, where a reviewer signs them all."""

WRITERS = ("owner", "carer")
OWNERS = ("owner",)
REVIEWERS = ("reviewer",)
EVERYBODY = ("owner", "carer", "reviewer", "read_only")

NOBODY = Account("", "", "", "", "")


class Refused(Exception):  # noqa: N818 - what the page answers, no fault of the program
    """What was asked for is not done; the message ends with what to do about it."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Visit:
    """A call, checked."""

    request: Request
    house: House
    pages: Pages
    account: Account = NOBODY
    csrf: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields as text; of a file its content, decoded."""

    @property
    def now(self) -> Stamp:
        """This moment."""
        return self.house.now()

    @property
    def may_write(self) -> bool:
        """Whether this person may change the log."""
        return self.account.role in WRITERS

    @property
    def may_own(self) -> bool:
        """Whether this person may change who comes in and what is kept."""
        return self.account.role in OWNERS

    def asked(self, name: str, otherwise: str = "") -> str:
        """A part of the address after the question mark."""
        return self.request.query_params.get(name, otherwise)

    def show(self, template: str, status: int = 200, **known: object) -> Response:
        """A page."""
        return self.pages.show(self, template, status, known)


def go(path: str, done: str = "") -> Response:
    """Send the browser on, with a word about what was done."""
    sign = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{sign}done={quote(done)}" if done else path, 303)


def within(path: str) -> str:
    """A path of this page, or the first page: nobody is sent elsewhere."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and not parts.netloc
    return path if ours and path.isprintable() else "/"


Page: TypeAlias = "Callable[[Visit], Response]"
Endpoint: TypeAlias = "Callable[[Request], Awaitable[Response]]"


def page(do: Page, roles: tuple[str, ...] = EVERYBODY) -> Endpoint:
    """A page for people who are logged in and have one of the roles; a POST needs its token."""

    async def endpoint(request: Request) -> Response:
        session = await run_in_threadpool(_session, request)
        if session is None:
            wanted = request.url.path if request.method == "GET" else "/"
            return RedirectResponse(f"/login?next={quote(wanted)}", 303)
        form = await read_form(request)
        visit = Visit(request, request.app.state.house, request.app.state.pages, session.account, session.csrf, form)
        return await run_in_threadpool(_answer, visit, do, roles)

    return endpoint


def open_page(do: Page) -> Endpoint:
    """A page for anybody: the door."""

    async def endpoint(request: Request) -> Response:
        visit = Visit(request, request.app.state.house, request.app.state.pages, form=await read_form(request))
        return await run_in_threadpool(refusing, visit, do)

    return endpoint


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a POST; an empty one where it cannot be read, which no page takes."""
    if request.method != "POST":
        return {}
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
            return {
                name: value if isinstance(value, str) else (await value.read()).decode("utf-8-sig", "replace")
                for name, value in form.items()
            }
    except (HTTPException, MultiPartException, ClientDisconnect, UnicodeDecodeError, ValueError):
        return {}


def _session(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    house: House = request.app.state.house
    return house.people.session(hashed(token)) if token else None


def _answer(visit: Visit, do: Page, roles: tuple[str, ...]) -> Response:
    if visit.account.role not in roles:
        return visit.show("refused.html", 403, message="You may not do this. Ask an owner of this page.")
    if visit.request.method == "POST" and not same(visit.form.get("csrf", ""), visit.csrf):
        message = "This form has grown old. Go back, load the page again, and send it once more."
        return visit.show("refused.html", 403, message=message)
    return refusing(visit, do)


def refusing(visit: Visit, do: Page) -> Response:
    """The page's answer, or why it cannot be given; what was typed is shown again, so that it is not lost."""
    try:
        return do(visit)
    except Refused as refused:
        return visit.show("refused.html", refused.status, message=str(refused), typed=typed(visit))
    except StoreError as error:
        status = 409 if isinstance(error, StoreChanged) else 507 if isinstance(error, StoreFull) else 503
        return visit.show("refused.html", status, message=_first_upper(str(error)), typed=typed(visit))


def typed(visit: Visit) -> dict[str, str]:
    """What somebody wrote, without secrets."""
    return {name: text for name, text in visit.form.items() if text and name not in ("csrf", "password", "code")}


def same(given: str, right: str) -> bool:
    """Compare secrets in constant time; an empty one is never right."""
    return bool(right) and hmac.compare_digest(given.encode(), right.encode())


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
