"""The launcher as people meet it: the real script in a small checkout whose lock names one tiny package."""

import fcntl
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
BASE_PYTHON = os.path.realpath(sys.executable)
COMMAND_LINE = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.getcwd()]))
sys.exit(int(os.environ.get("STATUS", "0")))
"""
TINY_LOCK = re.compile(r"^iniconfig==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
NOBODY = 65534


def write(path: Path, text: str, mode: int = 0o644) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


class Checkout:
    """A copy of the launcher with a command line that tells how it was called.

    `run_lock` is empty at first, so that most calls here install nothing and take about two seconds.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.launcher = root / "bedside"
        self.run_lock = write(root / "requirements" / "run.lock", "")
        self.test_lock = write(root / "requirements" / "test.lock", "")
        self.venv = root / ".venv"
        shutil.copy(PROJECT / "bedside", self.launcher)
        write(root / "assistant" / "__init__.py", "")
        write(root / "assistant" / "__main__.py", COMMAND_LINE)
        self.env = {"PATH": os.environ["PATH"], "BEDSIDE_PYTHON": BASE_PYTHON, "BEDSIDE_APT": "no"}
        self.env |= {name: value for name, value in os.environ.items() if re.match("PIP_|SSL_|HOME$|.*_PROXY$", name)}

    def start(self, *arguments: str, launcher: Path | None = None, cwd: Path | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [launcher or self.launcher, *arguments],
            cwd=cwd or self.root.parent,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(
        self, *arguments: str, launcher: Path | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return finish(self.start(*arguments, launcher=launcher, cwd=cwd))


def finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)


def stand_in(folder: Path, name: str, script: str) -> Path:
    return write(folder / name, "#!/bin/sh\n" + script, 0o755)


def only_tools(folder: Path, names: Sequence[str]) -> str:
    """A PATH with just these of the system's tools on it."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name) or pytest.skip(f"no {name} here"))
    return str(folder)


TOOLS = ("cksum", "grep", "id", "mkdir", "mv", "rm", "rmdir", "sleep", "tail", "uname", "env")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """One that was called before; tests that share it leave it as it was."""
    checkout = Checkout(tmp_path_factory.mktemp("ready") / "checkout")
    assert checkout.call().returncode == 0
    return checkout


@pytest.fixture
def tiny_package() -> str:
    """The lines of the project's own lock for one small package without dependencies."""
    found = TINY_LOCK.search((PROJECT / "requirements" / "test.lock").read_text(encoding="utf-8"))
    assert found
    return found.group()


def test_the_first_call_prepares_says_so_on_stderr_and_leaves_stdout_to_the_command(checkout: Checkout) -> None:
    done = checkout.call("hear", "--json")
    assert done.returncode == 0
    assert done.stdout == f'[["hear", "--json"], "{checkout.root.parent}"]\n'
    lines = done.stderr.splitlines()
    assert "making ready with Python" in lines[0]
    assert lines[-1] == "bedside: ready."
    assert all(line.startswith("bedside: ") for line in lines)


def test_the_second_call_says_nothing_and_needs_no_network_and_no_tools_but_cksum(
    ready: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ready.env, "PATH", only_tools(tmp_path / "bin", ["cksum"]))
    monkeypatch.setitem(ready.env, "PIP_NO_INDEX", "1")
    done = ready.call("demo")
    assert (done.returncode, done.stderr) == (0, "")


def test_arguments_and_exit_status_pass_through_untouched(ready: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ready.env, "STATUS", "7")
    done = ready.call("say", "two words", "", "*", "$HOME", "--flag=a b")
    assert done.returncode == 7
    assert '["say", "two words", "", "*", "$HOME", "--flag=a b"]' in done.stdout


def test_the_command_runs_in_the_folder_of_the_caller_but_imports_nothing_from_it(
    ready: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "assistant" / "__main__.py", "print('the wrong one')")
    monkeypatch.setitem(ready.env, "PYTHONPATH", str(tmp_path))
    assert ready.call("doctor", cwd=tmp_path).stdout == f'[["doctor"], "{tmp_path}"]\n'


def test_a_link_to_the_launcher_finds_the_checkout(ready: Checkout, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.symlink_to(ready.launcher)
    second = tmp_path / "links" / "bedside"
    second.parent.mkdir()
    second.symlink_to("../first")
    done = ready.call("run", launcher=second, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_odd_letters_in_the_path_do_no_harm_nor_does_a_missing_home_folder(tmp_path: Path, tiny_package: str) -> None:
    checkout = Checkout(tmp_path / "grandma's bed, größer $HOME")
    checkout.run_lock.write_text(tiny_package, encoding="utf-8")
    checkout.env.pop("HOME", None)
    assert checkout.call("run").returncode == 0
    assert checkout.call("run").stderr == ""
    assert not (tmp_path / "~").exists()


def test_a_changed_lock_installs_anew_and_an_unchanged_one_with_a_new_date_does_not(
    checkout: Checkout, tiny_package: str
) -> None:
    checkout.call("run")
    checkout.run_lock.touch()
    assert checkout.call("run").stderr == ""
    checkout.run_lock.write_text(tiny_package, encoding="utf-8")
    assert "installing 1 packages" in checkout.call("run").stderr
    assert list(checkout.venv.glob("lib/python3.*/site-packages/iniconfig"))
    assert checkout.call("run").stderr == ""


def test_a_wrong_hash_is_refused_and_the_environment_from_before_stays(checkout: Checkout, tiny_package: str) -> None:
    checkout.call("run")
    wrong = re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", tiny_package)
    checkout.run_lock.write_text(wrong, encoding="utf-8")
    done = checkout.call("run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].endswith("then run the same command again.")
    checkout.run_lock.write_text("", encoding="utf-8")
    again = checkout.call("run")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_first_setup_that_fails_leaves_nothing(checkout: Checkout) -> None:
    stand_in(checkout.root / "bin", "mv", "exit 1")
    checkout.env["PATH"] = f"{checkout.root / 'bin'}:{checkout.env['PATH']}"
    done = checkout.call("run")
    assert (done.returncode, done.stdout) == (1, "")
    assert "making ready" in done.stderr
    assert not checkout.venv.exists()


def start_and_wait_for_pip(checkout: Checkout, tiny_package: str) -> subprocess.Popen[str]:
    checkout.run_lock.write_text(tiny_package, encoding="utf-8")
    process = checkout.start("run")
    wait_for(Path(f"{checkout.venv}.setup") / "tmp")
    return process


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stopped_setup_ends_at_once_in_one_line_and_leaves_nothing(
    checkout: Checkout, tiny_package: str, sent: signal.Signals
) -> None:
    process = start_and_wait_for_pip(checkout, tiny_package)
    process.send_signal(sent)
    done = finish(process)
    assert done.returncode == -sent
    assert done.stderr.splitlines()[-1] == "bedside: stopped before all was ready: run the same command again."
    assert not checkout.venv.exists()


def test_a_killed_setup_starts_clean_the_next_time(checkout: Checkout, tiny_package: str) -> None:
    process = start_and_wait_for_pip(checkout, tiny_package)
    process.kill()
    checkout.run_lock.write_text("", encoding="utf-8")
    half = write(checkout.venv / "half-made", "")
    done = checkout.call("run")
    finish(process)
    assert done.returncode == 0
    assert not half.exists()


def test_two_at_once_set_up_once_and_both_run(checkout: Checkout) -> None:
    first, second = checkout.start("run"), checkout.start("demo")
    both = [finish(first), finish(second)]
    assert [done.returncode for done in both] == [0, 0]
    assert [done.stderr.count("making ready") for done in both] in ([1, 0], [0, 1])


def test_who_comes_second_says_for_whom_it_waits(checkout: Checkout) -> None:
    with write(Path(f"{checkout.venv}.setup") / "lock", "4242\n").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        process = checkout.start("run")
        assert process.stderr
        said = process.stderr.readline()
    assert said == "bedside: another call (process 4242) is setting up; waiting for it.\n"
    assert finish(process).returncode == 0


def test_the_lock_of_a_dead_process_is_taken_over(checkout: Checkout) -> None:
    write(Path(f"{checkout.venv}.setup") / "lock", "999999999\n")
    done = checkout.call("run")
    assert done.returncode == 0
    assert "waiting" not in done.stderr


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_checkout_that_was_moved_or_copied_is_made_ready_anew(checkout: Checkout, move: object) -> None:
    assert callable(move)
    checkout.call("run")
    moved = checkout.root.parent / "elsewhere"
    move(checkout.root, moved, symlinks=True) if move is shutil.copytree else move(checkout.root, moved)
    done = checkout.call("run", launcher=moved / "bedside")
    assert "making ready" in done.stderr
    assert done.returncode == 0
    assert next(moved.glob(".venv/lib/python3.*/site-packages/bedside.pth")).read_text() == f"{moved}\n"


def test_an_environment_whose_python_has_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.call("run")
    for link in checkout.venv.glob("bin/python*"):
        link.unlink()
    assert "making ready" in checkout.call("run").stderr


def test_a_folder_that_the_launcher_did_not_make_is_left_alone(checkout: Checkout) -> None:
    precious = write(checkout.venv / "diary.txt", "do not lose")
    done = checkout.call("run")
    assert done.returncode == 1
    assert done.stderr.endswith("move it away or set BEDSIDE_VENV to another folder.\n")
    assert precious.read_text() == "do not lose"


def test_the_environment_may_live_elsewhere_even_by_a_relative_path(checkout: Checkout, tmp_path: Path) -> None:
    checkout.env["BEDSIDE_VENV"] = "other place/"
    assert checkout.call("run", cwd=tmp_path).returncode == 0
    assert (tmp_path / "other place" / "bedside.ready").exists()
    assert not checkout.venv.exists()


def test_a_place_where_nothing_can_be_written_names_the_remedy(checkout: Checkout) -> None:
    checkout.env["BEDSIDE_VENV"] = "/dev/null/venv"
    done = checkout.call("run")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "set BEDSIDE_VENV to a folder that you may write to" in done.stderr


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_checkout_of_another_user_is_not_written_to_and_runs_once_it_is_ready(open_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    system_python = shutil.which("python3", path="/usr/bin")
    if not system_python:
        pytest.skip("no Python here that every user can start")
    checkout = Checkout(open_folder / "checkout")
    checkout.env["BEDSIDE_PYTHON"] = system_python

    def as_nobody() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [checkout.launcher, "run"],
            user=NOBODY,
            env=checkout.env,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    refused = as_nobody()
    assert refused.returncode == 1
    assert "set BEDSIDE_VENV to a folder that you may write to" in refused.stderr
    assert checkout.call("run").returncode == 0
    (checkout.venv / "bedside.system").unlink()
    assert as_nobody().returncode == 0


def test_a_machine_without_a_suitable_python_is_told_what_to_install(checkout: Checkout, tmp_path: Path) -> None:
    del checkout.env["BEDSIDE_PYTHON"]
    checkout.env["PATH"] = only_tools(tmp_path / "bin", TOOLS)
    stand_in(tmp_path / "bin", "python3", "exit 127")
    done = checkout.call("run")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "install one (Debian: sudo apt-get install python3 python3-venv)" in done.stderr


def test_a_python_that_is_only_a_name_on_the_path_is_passed_over(checkout: Checkout, tmp_path: Path) -> None:
    del checkout.env["BEDSIDE_PYTHON"]
    stand_in(tmp_path / "bin", "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    stand_in(tmp_path / "bin", "python3.12", f'exec "{BASE_PYTHON}" "$@"')
    checkout.env["PATH"] = f"{tmp_path / 'bin'}:{checkout.env['PATH']}"
    done = checkout.call("run")
    assert done.returncode == 0
    assert os.path.realpath(checkout.venv / "bin" / "python") == BASE_PYTHON


def test_a_wrong_bedside_python_is_named_even_when_all_is_ready(
    ready: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ready.env, "BEDSIDE_PYTHON", "/bin/false")
    done = ready.call("run")
    assert done.returncode == 1
    assert "BEDSIDE_PYTHON is no working 64-bit Python 3.11, 3.12 or 3.13 (/bin/false)" in done.stderr


def test_a_missing_lock_file_names_the_remedy(checkout: Checkout) -> None:
    checkout.run_lock.unlink()
    done = checkout.call("run")
    assert done.returncode == 1
    assert done.stderr.endswith("checkout requirements\n")


def without_venv(folder: Path, evidence: Path) -> Path:
    """A Python as Debian ships it: ensurepip is only there once python3-venv is."""
    hide = 'set -- "$1" "$2" "$(printf %s "$3" | sed s/ensurepip/no_such/)"'
    return stand_in(folder, "python3.11", f'[ -e "{evidence}" ] || {hide}\nexec "{BASE_PYTHON}" "$@"')


def test_a_python_without_venv_gets_it_by_apt_where_that_is_allowed(checkout: Checkout, tmp_path: Path) -> None:
    evidence = tmp_path / "apt was here"
    tools = tmp_path / "bin"
    checkout.env |= {"BEDSIDE_PYTHON": str(without_venv(tools, evidence)), "PATH": f"{tools}:{checkout.env['PATH']}"}
    refused = checkout.call("run")
    assert refused.returncode == 1
    assert re.search(r"run 'sudo apt-get install python3\.\d+-venv', then the same command again", refused.stderr)

    stand_in(tools, "id", "echo 0")
    stand_in(tools, "apt-get", f'echo "$*" >>"{evidence}"')
    del checkout.env["BEDSIDE_APT"]
    assert checkout.call("run").returncode == 0
    assert re.search(r"install --no-install-recommends python3\.\d+-venv", evidence.read_text())


class Apt:
    """Stand-ins for Debian's tools before the launcher on PATH: nothing is installed, apt notes what it is asked."""

    def __init__(self, checkout: Checkout, tools: Path, script: str, user: int) -> None:
        self.asked = tools / "asked"
        self.asked.parent.mkdir()
        self.asked.touch()
        stand_in(tools, "dpkg-query", "exit 1")
        stand_in(tools, "apt-get", f'echo "$*" >>"{self.asked}"\n{script}')
        stand_in(tools, "id", f"echo {user}")
        stand_in(tools, "sudo", "exit 1")
        checkout.env["PATH"] = f"{tools}:{checkout.env['PATH']}"
        checkout.env.pop("BEDSIDE_APT")

    @property
    def requests(self) -> list[str]:
        """The sub-command and packages of each call."""
        return [
            re.sub(r"^.*?(install|update)", r"\1", line).replace(" --no-install-recommends", "")
            for line in self.asked.read_text().splitlines()
        ]


def test_missing_system_libraries_are_installed_once_and_quietly(checkout: Checkout, tmp_path: Path) -> None:
    apt = Apt(checkout, tmp_path / "bin", "echo Unpacking...", user=0)
    done = checkout.call("run")
    assert (done.returncode, apt.requests) == (0, ["install libportaudio2 espeak-ng"])
    assert "Unpacking" not in done.stdout + done.stderr
    assert checkout.call("run").stderr == ""


def test_apt_lists_are_fetched_when_the_first_try_fails(checkout: Checkout, tmp_path: Path) -> None:
    apt = Apt(
        checkout,
        tmp_path / "bin",
        '[ -e "$0.updated" ] || case "$*" in *update*) >"$0.updated";; *) exit 100;; esac',
        0,
    )
    assert checkout.call("run").returncode == 0
    wanted = "install libportaudio2 espeak-ng"
    assert apt.requests == [wanted, "update", wanted]


def test_a_failing_apt_is_reported_once_with_the_command_and_never_fails_the_call(
    checkout: Checkout, tmp_path: Path
) -> None:
    Apt(checkout, tmp_path / "bin", "echo 'E: Could not resolve host' >&2; exit 100", user=0)
    done = checkout.call("run")
    assert done.returncode == 0
    assert "E: Could not resolve host\n" in done.stderr
    assert "to have it, run: apt-get install libportaudio2 espeak-ng\n" in done.stderr
    assert checkout.call("run").stderr == ""


def test_who_may_not_use_apt_is_told_the_command_once(checkout: Checkout, tmp_path: Path) -> None:
    apt = Apt(checkout, tmp_path / "bin", "", user=1000)
    done = checkout.call("run")
    assert (done.returncode, apt.requests) == (0, [])
    assert "to have it, run: sudo apt-get install libportaudio2 espeak-ng\n" in done.stderr
    assert checkout.call("run").stderr == ""


def test_a_system_without_apt_is_told_the_names_of_the_libraries(checkout: Checkout, tmp_path: Path) -> None:
    checkout.env["PATH"] = only_tools(tmp_path / "bin", TOOLS)
    del checkout.env["BEDSIDE_APT"]
    done = checkout.call("run")
    assert done.returncode == 0
    assert "install the like of libportaudio2 espeak-ng with this system's package manager.\n" in done.stderr


def test_test_adds_its_own_packages_once_and_becomes_pytest_in_the_project(
    checkout: Checkout, tiny_package: str, tmp_path: Path
) -> None:
    write(checkout.root / "pytest.py", "import json, os, sys\nprint(json.dumps([sys.argv[1:], os.getcwd()]))")
    checkout.test_lock.write_text(tiny_package, encoding="utf-8")
    assert checkout.call("run").returncode == 0
    done = checkout.call("test", "-k", "two words", cwd=tmp_path)
    assert done.stdout == f'[["-k", "two words"], "{checkout.root}"]\n'
    assert "installing 1 packages (to test)" in done.stderr
    assert "making ready" not in done.stderr
    assert checkout.call("test").stderr == ""
    assert checkout.call("run").stderr == ""


def test_tests_stopped_while_installing_start_clean_and_do_not_trouble_the_other_commands(checkout: Checkout) -> None:
    write(checkout.root / "pytest.py", "")
    checkout.call("run")
    write(checkout.venv / "bedside.half", "")
    assert checkout.call("run").stderr == ""
    done = checkout.call("test")
    assert done.returncode == 0
    assert "making ready" in done.stderr
    assert not (checkout.venv / "bedside.half").exists()


def test_pip_shows_its_own_progress_on_a_terminal(checkout: Checkout, tiny_package: str) -> None:
    checkout.run_lock.write_text(tiny_package, encoding="utf-8")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [checkout.launcher, "run"], env=checkout.env, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while more := os.read(ours, 4096):
                shown += more
        except OSError:  # Linux's way to say that the last writer has closed the terminal
            pass
        assert process.stdout
        assert process.stdout.read().startswith(b'[["run"]')
    os.close(ours)
    assert b"Installing collected packages: iniconfig" in shown


@pytest.mark.parametrize("name", ["run.lock", "test.lock"])
def test_a_lock_names_a_hash_for_every_package_and_no_address(name: str) -> None:
    text = (PROJECT / "requirements" / name).read_text(encoding="utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > 40
    assert [package for package in packages if not re.match(r"[a-z0-9-]+==\S+ .*\\\n\s+--hash=sha256:", package)] == []
    assert "://" not in text


def pins(name: str) -> set[str]:
    text = (PROJECT / "requirements" / name).read_text(encoding="utf-8")
    return set(re.findall(r"^\S+==.*?(?= \\$)", text, re.MULTILINE))


def test_tests_run_with_the_very_packages_that_people_run_with() -> None:
    assert pins("run.lock") < pins("test.lock")
