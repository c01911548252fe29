"""The service as systemd sees it: its unit, and what the assistant tells it over a real socket."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from command_line import PROJECT

from assistant.cli import COMMANDS
from assistant.notify import ServiceNotifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNIT = PROJECT / "systemd" / "bedside.service"
PAGE = PROJECT / "systemd" / "bedside-web.service"


def settings(unit: Path = UNIT) -> dict[str, list[str]]:
    """Every setting of a unit, with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(encoding="utf-8"), flags=re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def verified(unit: Path) -> str:
    """What systemd complains of."""
    program = shutil.which("systemd-analyze")
    assert program, "systemd is missing: install it with sudo apt install systemd"
    done = subprocess.run(
        [program, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=60
    )
    return (done.stdout + done.stderr).strip() or ("" if done.returncode == 0 else f"status {done.returncode}")


@pytest.mark.parametrize("unit", [UNIT, PAGE], ids=["bedside", "page"])
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path):
    here = tmp_path / unit.name
    here.write_text(unit.read_text(encoding="utf-8").replace("/opt/bedside/", f"{PROJECT}/"), encoding="utf-8")
    assert verified(here) == ""


def test_systemd_would_say_what_is_wrong_with_it(tmp_path: Path):
    broken = tmp_path / "bedside.service"
    text = UNIT.read_text(encoding="utf-8").replace("/opt/bedside/", f"{PROJECT}/")
    broken.write_text(text.replace("Restart=always", "Restart=allways"), encoding="utf-8")
    assert "allways" in verified(broken)


def test_it_starts_a_command_that_there_is_or_will_be_with_the_launcher():
    [start] = settings()["ExecStart"]
    launcher, *command = start.split()
    assert launcher == "/opt/bedside/bedside"
    assert command == ["run"]
    assert command[0] not in {each.name for each in COMMANDS if each.module.endswith("launcher_only")}


def test_the_page_shares_the_bedsides_user_and_folder_comes_after_it_and_gets_no_device():
    bed, page = settings(), settings(PAGE)
    assert page["ExecStart"] == ["/opt/bedside/bedside web"]
    for shared in ("User", "StateDirectory", "StateDirectoryMode", "UMask", "Restart", "ProtectSystem"):
        assert page[shared] == bed[shared], shared
    assert int(page["Nice"][0]) > int(bed["Nice"][0])
    assert int(page["OOMScoreAdjust"][0]) > int(bed["OOMScoreAdjust"][0])
    assert page["PrivateDevices"] == ["true"]
    assert page["CapabilityBoundingSet"] == [""]


def test_it_is_restarted_watched_and_kept_from_everything_but_its_folder_and_the_sound():
    unit = settings()
    assert (unit["Type"], unit["Restart"], unit["StateDirectory"]) == (["notify"], ["always"], ["bedside"])
    assert (unit["ProtectSystem"], unit["PrivateNetwork"]) == (["strict"], ["true"])
    assert int(unit["WatchdogSec"][0]) > 0
    assert {"char-alsa rw"} <= set(unit["DeviceAllow"])
    # The callback of the sound library needs such memory, and its devices must be seen.
    assert not {"MemoryDenyWriteExecute", "PrivateDevices", "DynamicUser"} & unit.keys()


@pytest.fixture
def systemd() -> Iterator[socket.socket]:
    """The other end: a datagram socket that waits two seconds for a message."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(2)
        yield receiver


def test_ready_alive_and_stopping_reach_a_socket_with_a_path(systemd: socket.socket, tmp_path: Path):
    systemd.bind(str(tmp_path / "notify"))
    notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"})
    assert notifier.ready("listens with moonshine")
    assert systemd.recv(1024) == b"READY=1\nSTATUS=listens with moonshine"
    assert notifier.alive()
    assert systemd.recv(1024) == b"WATCHDOG=1"
    assert notifier.status("no microphone")
    assert systemd.recv(1024) == b"STATUS=no microphone"
    assert notifier.stopping()
    assert systemd.recv(1024) == b"STOPPING=1"


def test_a_socket_without_a_path_is_reached_too(systemd: socket.socket):
    name = f"bedside-test-{os.getpid()}"
    systemd.bind(f"\0{name}")
    assert ServiceNotifier({"NOTIFY_SOCKET": f"@{name}"}).ready()
    assert systemd.recv(1024) == b"READY=1"


def test_a_line_break_in_a_status_is_no_message_of_its_own(systemd: socket.socket, tmp_path: Path):
    systemd.bind(str(tmp_path / "notify"))
    ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}).status("one\nREADY=1")
    assert systemd.recv(1024) == b"STATUS=one READY=1"


def test_the_watchdog_is_fed_twice_in_its_period_and_only_if_it_watches_this_process():
    socket_named = {"NOTIFY_SOCKET": "/nowhere"}
    assert ServiceNotifier({**socket_named, "WATCHDOG_USEC": "30000000"}).watchdog_s == 15
    mine = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid())}
    assert ServiceNotifier({**socket_named, **mine}).watchdog_s == 0.5
    assert ServiceNotifier({**socket_named, **mine, "WATCHDOG_PID": "1"}).watchdog_s is None
    assert ServiceNotifier(mine).watchdog_s is None
    for wrong in ("", "0", "soon", "-5"):
        assert ServiceNotifier({**socket_named, "WATCHDOG_USEC": wrong}).watchdog_s is None


@pytest.mark.parametrize("named", ["", "@", "relative", "/nowhere/at/all"])
def test_where_nobody_listens_nothing_happens(named: str):
    notifier = ServiceNotifier({"NOTIFY_SOCKET": named, "WATCHDOG_USEC": "1000000"})
    assert [notifier.ready(), notifier.alive(), notifier.status("x"), notifier.stopping()] == [False] * 4


def test_a_socket_whose_queue_is_full_holds_nobody_up(systemd: socket.socket, tmp_path: Path):
    systemd.bind(str(tmp_path / "notify"))
    notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    handed_over = [notifier.status("busy") for _ in range(5000)]
    assert handed_over[0]
    assert not handed_over[-1]
