"""Adapter: the page's own certificate for the home network, signed by an authority that this house makes for itself.

A phone that trusts the authority once trusts every later certificate. The authority may vouch for names and addresses
of a home only, so that nobody who stole it could pass for a bank.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from assistant.errors import BedsideError
from audio.whole_file import written_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

AUTHORITY_LASTS = timedelta(days=3650)
LASTS = timedelta(days=365)
"""Phones refuse what lasts much longer."""
RENEWED_BEFORE = timedelta(days=60)
SLACK = timedelta(days=1)
"""A Raspberry Pi's clock may be behind the phone's, or the phone's behind ours."""

HOME = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "fc00::/7", "fe80::/10", "::1/128",
)  # fmt: skip
"""Addresses that lead nowhere but into a home."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files for the server, and what a phone is to trust."""

    chain: Path
    key: Path
    authority: Path
    fingerprint: str
    """SHA-256 of the authority, in pairs: to be compared by eye."""


def own_certificate(folder: Path, names: Sequence[str], addresses: Sequence[str], now: datetime) -> Certificate:
    """The certificate of the page; made or renewed where need be.

    Args:
        folder: where it is kept, readable for its owner alone.
        names: of the page, like `bedside.local`.
        addresses: of this machine; only those of a home network are vouched for.
        now: this moment, with a zone.

    Raises:
        BedsideError: the folder cannot be read or written, or holds something else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority, signing = _authority(folder, now)
        alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        alternatives += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses if at_home(each)]
        if not _serves(folder, authority, alternatives, now):
            _renew(folder, authority, signing, alternatives, now)
    except (OSError, ValueError) as error:
        raise BedsideError(
            f"The certificate in {folder} cannot be made or read ({error}). Move that folder away, then try again; "
            "phones have to trust the new one."
        ) from error
    mark = authority.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(folder / "page.pem", folder / "page.key", folder / "authority.crt", mark)


def at_home(address: str) -> bool:
    """Whether an address is of a home network; a name is none."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    nets = map(ipaddress.ip_network, HOME)
    return any(read in net for net in nets if net.version == read.version)


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    file, key_file = folder / "authority.crt", folder / "authority.key"
    if file.exists() and key_file.exists():
        known = x509.load_pem_x509_certificate(file.read_bytes())
        if known.not_valid_after_utc > now + LASTS:
            return known, _key(key_file)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bedside assistant of this house")])
    permitted: list[x509.GeneralName] = [x509.DNSName("local"), x509.DNSName("localhost")]
    permitted += [x509.IPAddress(ipaddress.ip_network(each)) for each in HOME]
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _builder(name, name, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _pem(key))
    _write(file, made.public_bytes(serialization.Encoding.PEM))
    return made, key


def _serves(folder: Path, authority: x509.Certificate, wanted: list[x509.GeneralName], now: datetime) -> bool:
    """Whether the certificate that lies there still does."""
    file = folder / "page.pem"
    if not file.exists() or not (folder / "page.key").exists():
        return False
    [known, signer, *_] = x509.load_pem_x509_certificates(file.read_bytes())
    told = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    fresh = known.not_valid_before_utc <= now < known.not_valid_after_utc - RENEWED_BEFORE
    return fresh and signer == authority and set(wanted) <= set(told)


def _renew(
    folder: Path,
    authority: x509.Certificate,
    signing: ec.EllipticCurvePrivateKey,
    alternatives: list[x509.GeneralName],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bedside")])
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    made = (
        _builder(name, authority.subject, key, now, LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
        .sign(signing, hashes.SHA256())
    )
    chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (made, authority))
    _write(folder / "page.key", _pem(key))
    _write(folder / "page.pem", chain)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - SLACK,
        not_valid_after=now + lasts,
    )


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{file.name} is of another kind")  # noqa: TRY004 - as the library's own for a broken file
    return key


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, for its owner alone."""
    with written_whole(file, mode=0o600) as opened:
        opened.write(content)
