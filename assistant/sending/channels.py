"""The port of the channels: mail, a push service, a webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from assistant.sending.message import Message


class Channels(Protocol):
    """Carries messages out of the house."""

    def kind(self, address: str) -> str | None:
        """What an address leads to, like `E-Mail`; None where it cannot be read."""
        ...

    def shown(self, address: str) -> str:
        """The address without its passwords."""
        ...

    def send(self, address: str, message: Message) -> bool:
        """Send; True only once the channel has confirmed that it took it. Raises nothing."""
        ...


class NoChannels:
    """Nothing leaves the house: made-up nights, and tests of pages."""

    def kind(self, address: str) -> str | None:
        """No address leads anywhere."""
        del address
        return None

    def shown(self, address: str) -> str:
        """Nothing of it."""
        del address
        return ""

    def send(self, address: str, message: Message) -> bool:
        """Nothing is sent."""
        del address, message
        return False
