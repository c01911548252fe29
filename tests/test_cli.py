"""The command line: help, wrong calls, streams that end, and the formats that other programs read."""

from __future__ import annotations

import csv
import io
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import LIMIT_S, PROJECT, bedside, bedside_here, command, environment, objects, refusal

from assistant import __version__
from assistant.cli import COMMANDS, Command
from assistant.store.store import Store

README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two nights in its log, to be read only."""
    folder = tmp_path_factory.mktemp("logged")
    data = folder / "data"
    for day in ("2026-01-14", "2026-02-01"):
        script = folder / f"{day}.yaml"
        script.write_text(
            f"- {{clock: '{day}T23:30:00'}}\n- {{at: 1, say: my left calf is cramping}}\n- {{at: 6, say: stop}}\n"
        )
        assert bedside_here("night", script, "--data", data).returncode == 0
    return data


# Help


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: each.name)
def test_every_command_explains_itself_with_an_example(each: Command):
    answer = bedside_here(each.name, "--help")
    assert answer.returncode == 0
    assert f"Example: {each.example}" in " ".join(answer.stdout.split())
    assert "--data DIR" in answer.stdout


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: each.name)
def test_every_command_is_shown_in_the_readme(each: Command):
    assert f"`./bedside {each.name}" in README or f"\n./bedside {each.name}" in README


def test_the_help_names_every_command_and_where_to_begin():
    answer = bedside("--help")
    assert answer.returncode == 0
    listed = [line.split()[0] for line in answer.stdout.splitlines() if re.match(r" {4}\S", line)]
    assert listed == [each.name for each in COMMANDS]
    assert answer.stdout.splitlines()[-1] == "Begin with: ./bedside demo"


def test_the_version_is_told():
    assert bedside("--version").stdout == f"bedside {__version__}\n"


@pytest.mark.parametrize("call", ["--version", "night --help", "nihgt"])
def test_what_needs_no_command_loads_none(call: str):
    asked = f"import sys\nfrom assistant.cli import main\ntry: main({call.split()})\nexcept SystemExit: pass\n"
    told = "print(sorted({'assistant.app', 'pydantic', 'numpy', 'sqlalchemy', 'rich'} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", asked + told], capture_output=True, text=True, check=True, env=environment()
    )
    assert answer.stdout.splitlines()[-1] == "[]"


# Wrong calls


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("", "the following arguments are required: COMMAND. See: ./bedside --help"),
        ("nihgt x.yaml", "there is no command nihgt. Did you mean night? See: ./bedside --help"),
        ("night", "the following arguments are required: SCRIPT. See: ./bedside night --help"),
        ("night x.yaml --jsno", "unrecognized arguments: --jsno. See: ./bedside --help"),
        ("hear x.wav --engine whisper", "There is no engine whisper. There are auto, moonshine, vosk."),
        ("bench her", "There is no benchmark her. Did you mean hear?"),
        ("bench --every two", "argument --every: invalid int value: 'two'. See: ./bedside bench --help"),
        ("episodes --json --csv", "argument --csv: not allowed with argument --json. See: ./bedside episodes --help"),
        ("episodes --since yesterday", "yesterday is no date. Write it like 2026-01-31."),
        ("test", "the tests are started by the launcher. Run: ./bedside test"),
    ],
)
def test_a_wrong_call_gets_one_line_and_status_2(call: str, said: str, tmp_path: Path):
    wanted = [*call.split(), *(("--data", str(tmp_path / "data")) if call else ())]
    assert refusal(bedside_here(*wanted), 2) == f"bedside: {said}"
    assert not (tmp_path / "data").exists()


def test_a_wrong_call_is_one_line_in_a_process_of_its_own_too():
    assert "there is no command" in refusal(bedside("sleep"), 2)


# Streams that end


def test_whoever_reads_only_the_first_line_hears_no_complaint(tmp_path: Path, data: Path):
    script = tmp_path / "night.yaml"
    script.write_text("- {at: 0, say: my calf is cramping}\n")
    for call in ("--help", "night --help", "config", f"night {script} --json"):
        options = [] if "--help" in call else ["--data", data]
        with subprocess.Popen(
            command(*call.split(), *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b"", call
    with Store.open(data) as store:
        assert [episode for episode in store.episodes() if episode.ended_by is None] == []


def test_ctrl_c_ends_with_one_line_and_closes_the_episode(tmp_path: Path, data: Path):
    script = tmp_path / "night.yaml"
    script.write_text("- {at: 0, say: my calf is cramping}\n")
    with subprocess.Popen(
        command("night", script, "--json", "--realtime", "--data", data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert any('"said"' in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        _, faults = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, faults) == (1, "bedside: stopped. Start it again with the same command.\n")
    with Store.open(data) as store:
        assert [episode.ended_by for episode in store.episodes()] == ["interrupted"]


def wait_until_it_loads(process: subprocess.Popen[str], library: str) -> None:
    """Return when a command is past the start of Python itself, which ends at a signal without a word of ours."""
    limit = time.monotonic() + LIMIT_S
    while library not in Path(f"/proc/{process.pid}/maps").read_text():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_ctrl_c_while_a_command_starts_is_no_traceback(data: Path):
    with subprocess.Popen(
        command("understand", "-", "--data", data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        wait_until_it_loads(process, "rapidfuzz")
        process.send_signal(signal.SIGINT)
        _, faults = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, faults) == (1, "bedside: stopped. Start it again with the same command.\n")


def test_output_that_finds_no_room_is_one_line():
    answer = bedside("understand", "stop", before=("sh", "-c", 'exec "$@" >/dev/full', "sh"))
    assert refusal(answer, 1) == "bedside: writing or reading failed: no space left on device. Check it and try again."


def test_output_that_is_closed_is_no_traceback():
    answer = bedside("understand", "stop", before=("sh", "-c", 'exec "$@" >&-', "sh"))
    assert "Traceback" not in answer.stderr


def test_letters_that_the_terminal_does_not_know_are_printed_all_the_same():
    answer = bedside("understand", "stop", env=environment(PYTHONIOENCODING="ascii", LC_ALL="C"))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "“stop” → stop (100%)\n", "")


# Formats that other programs read


LINES = [
    b"my calf is cramping",
    b"",
    b"  ",
    b"\xff\xfe stop",
    b"stop\r",
    b"a\x0bb\x0cc\x85",
    b"x\0y",
    b"{}",
]


def test_understand_answers_each_line_of_its_input_with_one_line():
    long = b"my calf is cramping and " * 20_000
    answer = bedside("understand", "-", "--json", stdin=b"\n".join([*LINES, long]))
    assert (answer.returncode, answer.stderr) == (0, "")
    answers = objects(answer.stdout)
    assert len(answers) == len(LINES) + 1
    assert [each["intent"] for each in answers[:5]] == ["cramp", None, None, "stop", "stop"]
    assert answers[3]["text"] == "\ufffd\ufffd stop"
    assert answers[4]["text"] == "stop"
    assert len(answers[-1]["text"]) == len(long)
    assert set(answers[0]) >= {"text", "intent", "slots", "score", "runner_up"}


def test_understand_takes_texts_as_arguments_and_for_people():
    answer = bedside_here("understand", "my left calf is cramping", "the news at ten")
    first, second = answer.stdout.splitlines()
    assert first.startswith("“my left calf is cramping” → cramp, site calf, side left (")
    assert second.startswith("“the news at ten” → silence (")


def test_understand_judges_an_answer_only_where_something_is_open():
    [inside] = objects(bedside_here("understand", "yes", "--json").stdout)
    [idle] = objects(bedside_here("understand", "yes", "--json", "--idle").stdout)
    assert (inside["intent"], idle["intent"]) == ("yes", None)


def test_episodes_are_one_object_a_line(logged: Path):
    first, second = objects(bedside_here("episodes", "--json", "--data", logged).stdout)
    assert (first["night_of"], second["night_of"]) == ("2026-01-14", "2026-02-01")
    assert first["episode_id"] < second["episode_id"]
    assert (first["site"], first["side"], first["ended_by"]) == ("calf", "left", "stop")
    assert first["origin"] == "script"


def test_episodes_are_a_table_for_a_spreadsheet(logged: Path):
    rows = list(csv.DictReader(io.StringIO(bedside_here("episodes", "--csv", "--data", logged).stdout)))
    whole = objects(bedside_here("episodes", "--json", "--data", logged).stdout)
    assert [row["episode_id"] for row in rows] == [each["episode_id"] for each in whole]
    assert list(rows[0]) == list(whole[0])
    assert {row["origin"] for row in rows} == {"script"}


def test_episodes_since_a_night_leaves_earlier_ones_out(logged: Path):
    told = objects(bedside_here("episodes", "--json", "--since", "2026-02-01", "--data", logged).stdout)
    assert [each["night_of"] for each in told] == ["2026-02-01"]
    assert bedside_here("episodes", "--json", "--since", "2026-02-02", "--data", logged).stdout == ""


def test_episodes_are_a_table_for_people(logged: Path, tmp_path: Path):
    heading, first, second = bedside_here("episodes", "--data", logged).stdout.splitlines()
    assert heading.startswith("night of")
    assert first.startswith("2026-01-14  23:30:0")
    assert "calf (script)" in second
    assert bedside_here("episodes", "--data", tmp_path / "other").stdout == "No episode in the log.\n"


def test_config_tells_the_origin_of_each_value(data: Path):
    data.mkdir()
    (data / "bedside.toml").write_text("[words]\ndays = 3\n[engine]\nthreads = 1\n")
    env = environment(BEDSIDE_ENGINE__THREADS="4")
    lines = bedside("config", "--data", data, env=env).stdout.splitlines()
    assert "threads = 4  # BEDSIDE_ENGINE__THREADS" in lines
    assert f"days = 3  # {data / 'bedside.toml'}" in lines
    assert "words_per_minute = 150  # default" in lines
    assert lines[-1] == f"# data: {data}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[engine]\nthreds = 2", "[engine]: there is no key threds. Did you mean threads?"),
        ("[enigne]\nthreads = 2", "there is no section enigne. Did you mean engine?"),
        ("[voice]\nxyz = 2", "[voice]: there is no key xyz. There are name, words_per_minute."),
    ],
)
def test_a_wrong_key_gets_the_nearest_right_one(text: str, said: str, data: Path):
    data.mkdir()
    (data / "bedside.toml").write_text(text)
    assert refusal(bedside_here("config", "--data", data), 2) == f"bedside: {data / 'bedside.toml'}: {said}"


def test_a_wrong_variable_is_named(data: Path):
    line = refusal(bedside("config", "--data", data, env=environment(BEDSIDE_ENGINE__TREADS="2")), 2)
    assert line == "bedside: BEDSIDE_ENGINE__TREADS: [engine]: there is no key treads. Did you mean threads?"
