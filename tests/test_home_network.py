"""The page on the home network: its own certificate, proven by a real handshake, and its name, by real multicast."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from command_line import bedside_here, command, environment, refusal
from cryptography import x509
from page_browser import CHEAP, CODE, Clock, empty_log
from ports import await_port, free_port
from starlette.testclient import TestClient
from test_web_door import HERE
from test_web_pages import text_of
from zeroconf import AddressResolver, Zeroconf

from assistant.certificate import LASTS, RENEWED_BEFORE, at_home, own_certificate
from assistant.errors import BedsideError, UsageError
from assistant.home_network import KIND, NAME, announced, home_network
from assistant.store.house import House
from assistant.web.site import make_site
from assistant.web.trust import Authority

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.certificate import Certificate

NOW = datetime(2026, 3, 15, tzinfo=UTC)
PAIRS = 32
"""Of a fingerprint."""
NAMES = (NAME, "localhost")


def made(folder: Path, now: datetime = NOW, *addresses: str) -> Certificate:
    return own_certificate(folder / "https", NAMES, addresses or ("127.0.0.1", "192.168.1.20"), now)


def test_the_certificate_stays_until_it_grows_old_or_the_address_changes(tmp_path: Path):
    first = made(tmp_path)
    content = first.chain.read_bytes()
    assert made(tmp_path, NOW + LASTS - RENEWED_BEFORE - timedelta(days=1)).chain.read_bytes() == content
    moved = made(tmp_path, NOW, "127.0.0.1", "192.168.1.77")
    assert moved.chain.read_bytes() != content
    old = made(tmp_path, NOW + LASTS, "127.0.0.1", "192.168.1.77")
    # Phones that trust this house once need nothing new.
    assert {moved.fingerprint, old.fingerprint} == {first.fingerprint}
    assert x509.load_pem_x509_certificate(old.chain.read_bytes()).not_valid_after_utc == NOW + 2 * LASTS


def test_keys_are_for_their_owner_alone(tmp_path: Path):
    folder = made(tmp_path).key.parent
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("192.168.1.2", True),
        ("10.9.9.9", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("2001:db8::1", False),
        ("x", False),
    ],
)
def test_only_addresses_of_a_home_are_vouched_for(tmp_path: Path, address: str, home: bool):  # noqa: FBT001 - a row
    assert at_home(address) == home
    if not home:
        with (
            pytest.raises(UsageError, match="is no address of a home network"),
            home_network(tmp_path, address, 1, NOW),
        ):
            pass


def test_the_authority_may_vouch_for_nothing_but_a_home(tmp_path: Path):
    authority = x509.load_pem_x509_certificate(made(tmp_path).authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    names = [each.value for each in limits.value.permitted_subtrees or () if isinstance(each, x509.DNSName)]
    assert names == ["local", "localhost"]


def test_a_certificate_that_is_broken_is_named_with_the_remedy(tmp_path: Path):
    certificate = made(tmp_path)
    certificate.chain.write_text("no certificate", encoding="utf-8")
    with pytest.raises(BedsideError, match="Move that folder away, then try again"):
        made(tmp_path)


def test_the_page_is_found_by_its_name():
    with announced(["127.0.0.1"], 8321, ["127.0.0.1"]) as fault:
        assert fault is None
        with closing(Zeroconf(interfaces=["127.0.0.1"])) as looking:
            service = looking.get_service_info(KIND, f"Bedside.{KIND}", timeout=10_000)
            assert service is not None
            assert (service.server, service.port, service.parsed_addresses()) == (f"{NAME}.", 8321, ["127.0.0.1"])
            name = AddressResolver(f"{NAME}.")
            assert name.request(looking, 10_000)
            assert name.parsed_addresses() == ["127.0.0.1"]


def test_a_phone_that_trusts_the_house_reads_the_page_over_https(tmp_path: Path):
    """The command itself, bound to every address; the handshake checks name and chain as a phone would."""
    port = free_port()
    call = command("web", "--data", tmp_path / "data", "--port", str(port), "--host", "0.0.0.0")  # noqa: S104 - the point
    with subprocess.Popen(call, stdout=subprocess.PIPE, text=True, env=environment(tmp_path)) as serving:
        assert serving.stdout is not None
        lines = [serving.stdout.readline()]
        while lines[-1].count(":") != PAIRS - 1:
            lines.append(serving.stdout.readline())
            assert lines[-1], lines
        try:
            assert f":{port}/" in lines[0]
            assert lines[0].startswith("The caregivers' page: https://")
            trusting = ssl.create_default_context(cafile=tmp_path / "data" / "https" / "authority.crt")
            await_port(serving, port)
            told = {name: _get(port, name, trusting) for name in ("localhost", NAME, "127.0.0.1")}
            with pytest.raises(ssl.SSLCertVerificationError):
                _get(port, "example.org", trusting)
            with pytest.raises(ssl.SSLCertVerificationError):
                _get(port, NAME, ssl.create_default_context())
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait()
    for answer in told.values():
        assert "200 OK" in answer
        assert lines[-1].strip() in answer
    assert "Secure" in told[NAME] or "set-cookie" not in told[NAME].lower()


def _get(port: int, name: str, trusting: ssl.SSLContext) -> str:
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        trusting.wrap_socket(plain, server_hostname=name) as line,
    ):
        line.sendall(f"GET /trust HTTP/1.1\r\nhost: {name}:{port}\r\nconnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()


def test_anybody_reads_how_to_trust_and_where_there_is_no_certificate_it_says_so(tmp_path: Path):
    empty_log(tmp_path)
    with House(tmp_path, Clock()) as house:
        plain = TestClient(make_site(house, first_code=CODE, hasher=CHEAP), HERE, follow_redirects=False)
        assert "There is nothing to trust." in text_of(plain.get("/trust"))
        own = Authority(b"-----BEGIN", "AB:CD")
        site = make_site(house, first_code=CODE, hasher=CHEAP, authority=own)
        https = TestClient(site, "https://localhost", follow_redirects=False)
        assert "AB:CD" in text_of(https.get("/trust"))
        assert https.get("/trust/bedside.crt").content == own.content
        door = https.get("/login")
        assert "How it learns to trust this page" in text_of(door).replace("how it", "How it")
        assert "secure" in door.headers["set-cookie"].lower()


def test_an_address_that_this_machine_has_not_is_refused(tmp_path: Path):
    told = refusal(bedside_here("web", "--data", tmp_path, "--host", "192.168.77.123"), 1)
    assert told.endswith("Choose another with --port N.")
    assert list(tmp_path.iterdir()) == []
