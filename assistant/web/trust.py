"""*Trust*: how a phone learns to trust the certificate that this house made for itself. Anybody may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from assistant.web.visit import Refused

if TYPE_CHECKING:
    from assistant.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Authority:
    """What a phone is to trust."""

    content: bytes
    """As PEM; public."""
    fingerprint: str


def show_trust(visit: Visit) -> Response:
    """The page."""
    return visit.show("trust.html", fingerprint=_authority(visit).fingerprint)


def download(visit: Visit) -> Response:
    """The file that a phone takes in."""
    headers = {"content-disposition": 'attachment; filename="bedside.crt"'}
    return Response(_authority(visit).content, media_type="application/x-x509-ca-cert", headers=headers)


def _authority(visit: Visit) -> Authority:
    authority: Authority | None = visit.request.app.state.authority
    if authority is None:
        raise Refused("This page uses no certificate of its own. There is nothing to trust.", 404)
    return authority
