"""Adapter: the page on the home network: under which addresses and name it is found, and its own certificate there."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, ServiceInfo, Zeroconf

from assistant.certificate import at_home, own_certificate
from assistant.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from assistant.certificate import Certificate

NAME = "bedside.local"
KIND = "_https._tcp.local."
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what it means to be asked for them


@dataclass(frozen=True, slots=True)
class HomeNetwork:
    """How the page is reached from another machine of the home."""

    names: tuple[str, ...]
    """Its name and its addresses."""
    vouched: tuple[str, ...]
    """The addresses that the certificate names."""
    certificate: Certificate
    notice: str | None
    """Why it is not found by its name, or None."""


@contextmanager
def home_network(folder: Path, host: str, port: int, now: datetime) -> Iterator[HomeNetwork]:
    """Make or read the certificate, and tell the name while the block runs.

    Args:
        folder: where the certificate is kept.
        host: the address to listen at, or one for all.
        port: of the page.
        now: this moment, with a zone.

    Raises:
        UsageError: the address is not of a home network.
        BedsideError: the certificate cannot be made.
    """
    addresses = _addresses(host)
    if host not in EVERYWHERE and not at_home(host):
        raise UsageError(f"--host {host} is no address of a home network. Give one, or --cert and --key of your own.")
    certificate = own_certificate(folder, (NAME, "localhost"), [*addresses, "127.0.0.1"], now)
    with announced(addresses, port, () if host in EVERYWHERE else addresses) as notice:
        yield HomeNetwork((NAME, *addresses), tuple(filter(at_home, addresses)), certificate, notice)


def _addresses(host: str) -> list[str]:
    if host not in EVERYWHERE:
        return [host]
    found = [address.ip for adapter in ifaddr.get_adapters() for address in adapter.ips]
    plain = {each[0] if isinstance(each, tuple) else each for each in found}
    return sorted(each for each in plain if not ipaddress.ip_address(each).is_loopback)


@contextmanager
def announced(addresses: Sequence[str], port: int, only: Sequence[str] = ()) -> Iterator[str | None]:
    """Let the page be found as bedside.local while the block runs; yields None, or why it cannot be.

    Args:
        addresses: where it is.
        port: of the page.
        only: the interfaces on which it is told, by their addresses; none: all.
    """
    told = ServiceInfo(KIND, f"Bedside.{KIND}", port=port, server=f"{NAME}.", parsed_addresses=list(addresses))
    try:
        teller = Zeroconf(interfaces=list(only) or InterfaceChoice.All)
    except OSError as error:
        yield f"{NAME} cannot be announced ({error.strerror}). Use the address."
        return
    fault = None
    try:
        teller.register_service(told)
    except (ZeroconfError, OSError) as error:
        fault = f"{NAME} cannot be announced ({type(error).__name__}). Use the address."
    try:
        yield fault
    finally:
        teller.close()
