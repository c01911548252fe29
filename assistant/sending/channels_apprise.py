"""Adapter: the channels of Apprise, as far as they lead out of the house."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import apprise

if TYPE_CHECKING:
    from assistant.sending.message import Message

SCHEMES = frozenset((
    "mailto", "mailtos", "ntfy", "ntfys", "pover", "tgram", "gotify", "gotifys", "signal", "signals", "json", "jsons",
    "form", "forms", "matrix", "matrixs", "slack", "discord", "whatsapp", "threema", "twilio", "hassio", "hassios",
))  # fmt: skip
"""What an address may begin with. Desktop notices, the system's log, files and programs lead to nobody."""

LONGEST = 1000


class AppriseChannels:
    """Sends by Apprise, and never shows an address: its own log may quote them, so it goes nowhere."""

    def __init__(self) -> None:
        # No picture and no address of anybody else goes along.
        self._asset = apprise.AppriseAsset(
            app_id="Bedside", app_desc="Bedside assistant", app_url="", image_url_mask="", image_url_logo=""
        )
        quiet = logging.getLogger("apprise")
        quiet.propagate = False
        quiet.addHandler(logging.NullHandler())

    def kind(self, address: str) -> str | None:
        """What an address leads to, like `E-Mail`; None where it cannot be read."""
        found = self._opened(address)
        return None if found is None else str(found.service_name)

    def shown(self, address: str) -> str:
        """The address without its passwords, and without the library's own settings."""
        found = self._opened(address)
        if found is None:
            return ""
        told: str = found.url(privacy=True)  # type: ignore[no-untyped-call]
        return told.partition("?")[0]

    def send(self, address: str, message: Message) -> bool:
        """Send; True only once the channel has confirmed that it took it."""
        found = self._opened(address)
        if found is None:
            return False
        # It takes whatever the code of a channel raises for a no.
        carrier = apprise.Apprise(found, asset=self._asset)
        return bool(carrier.notify(body=message.body, title=message.title))

    def _opened(self, address: str) -> apprise.NotifyBase | None:
        try:
            scheme = urlsplit(address).scheme.lower()
        except ValueError:
            return None
        if scheme not in SCHEMES or len(address) > LONGEST or not address.isprintable():
            return None
        found = apprise.Apprise.instantiate(address, asset=self._asset, suppress_exceptions=True)
        return found if isinstance(found, apprise.NotifyBase) else None
