"""Around every page: which host may be named, how large a request may be, and what a browser must not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 2 * 2**20
"""Of a request's body: a paper diary of many years is smaller."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

KEPT_BY_BROWSERS = "/static/"
"""Under this path are files of ours; all else is about a person, and no browser or proxy may keep it."""


class Guard:
    """Refuses what cannot be right, and adds the headers to every answer.

    Args:
        app: what it guards.
        hosts: names by which the page may be called, without ports.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        guarded = _with_headers(send, keep=scope["path"].startswith(KEPT_BY_BROWSERS))
        if _host(headers.get("host", "")) not in self._hosts:
            refusal = PlainTextResponse("This page does not go by that name. Use the address it was given.", 400)
            await refusal(scope, receive, guarded)
        elif _declared(headers) > MOST_BYTES:
            refusal = PlainTextResponse("That is too large. Send 2 MB at most.", 413)
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, _limited(receive), guarded)


def _host(value: str) -> str:
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.rpartition(":")[0] if value.count(":") == 1 else value


def _declared(headers: Headers) -> int:
    length = headers.get("content-length", "0")
    return int(length) if length.isdecimal() else MOST_BYTES + 1


def _with_headers(send: Send, *, keep: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers["cache-control"] = "public, max-age=86400" if keep else "no-store"
        await send(message)

    return sending


def _limited(receive: Receive) -> Receive:
    read = 0

    async def receiving() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        # A body that grows past its limit ends here, as if whoever sends it had gone.
        return {"type": "http.disconnect"} if read > MOST_BYTES else message

    return receiving
