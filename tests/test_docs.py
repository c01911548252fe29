"""The pages say what is so: commands, settings, files, dependencies and sayings are compared with the program."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import __version__
from assistant.cli import COMMANDS, parser
from assistant.dialog.script import load_script
from assistant.scene import load_scene
from assistant.settings import KEYS, PREFIX, Settings, load_settings
from intents import Understanding

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parent.parent
PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")])
README = (PROJECT / "README.md").read_text(encoding="utf-8")
LAUNCHER = (PROJECT / "bedside").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = r"(?:assistant|audio|intents|tests|docs|requirements|systemd)"

SAYINGS = {
    "My calf is cramping.": "cramp",
    "My left calf has gone like a rock.": "cramp",
    "Stop.": "stop",
    "Leave me be.": "stop",
    "Help.": "help",
    "Get somebody.": "help",
    "Better.": "better",
    "It's gone.": "better",
    "The same.": "still_hurts",
    "It still hurts.": "still_hurts",
    "Worse.": "worse",
    "Yes.": "yes",
    "No.": "no",
    "Say that again.": "repeat",
}


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    """The bundled pack."""
    return Understanding.load()


def by_name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level."""
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """The tables' rows, without headings and rules."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [
        row for i, row in enumerate(cells) if row[0].strip("-") and not (i + 1 < len(cells) and is_rule(cells[i + 1]))
    ]


def is_rule(row: list[str]) -> bool:
    return all(not cell.strip("-") for cell in row) and any(row)


def block(text: str, language: str) -> str:
    return text.split(f"```{language}\n", 1)[1].split("```", 1)[0]


def calls(page: Path) -> Iterator[str]:
    """Every call of the launcher that a page shows, in code blocks and in running text."""
    text = page.read_text(encoding="utf-8")
    yield from re.findall(r"`(\./bedside[^`\n]*)`", text)
    for code in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL):
        yield from re.findall(r"^\./bedside.*$", code, flags=re.MULTILINE)


CALLS = sorted({(by_name(page), call) for page in PAGES for call in calls(page)})


def test_every_command_has_its_row_with_an_example_in_the_readme():
    shown = {row[0].strip("`"): row[2].strip("`") for row in rows(section(README, "All commands"))}
    assert list(shown) == [command.name for command in COMMANDS]
    for name, example in shown.items():
        assert example.split()[:2] == ["./bedside", name]


@pytest.mark.parametrize(("page", "call"), CALLS)
def test_every_call_that_a_page_shows_is_one_that_the_command_line_takes(page: str, call: str):
    arguments = shlex.split(call, comments=True)[1:]
    if arguments[:1] == ["test"]:
        return  # what follows goes to pytest
    assert taken(arguments), f"{page} shows {call}"


def taken(arguments: list[str]) -> bool:
    """Whether the command line takes them; `--version` and `--help` end with status 0."""
    try:
        parser().parse_args(arguments)
    except SystemExit as ended:
        return ended.code == 0
    return True


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_link_within_the_project_leads_to_a_file_and_a_heading(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        name, _, heading = target.partition("#")
        where = (page.parent / name).resolve() if name else page
        assert where.exists(), f"{by_name(page)} links to {target}, which is not there"
        assert where.is_relative_to(PROJECT), f"{by_name(page)} links out of the project: {target}"
        if heading:
            assert heading in headings(where), f"{by_name(page)} links to {target}: no such heading"


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_every_file_that_a_page_names_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    named = re.findall(rf"`({OURS}/[\w./-]+)`", text) + re.findall(
        rf" ({OURS}/[\w./-]+\.py)$", text, flags=re.MULTILINE
    )
    for name in named:
        if "NAME" not in name:
            assert (PROJECT / name).exists(), f"{by_name(page)} names {name}, which is not there"


def test_every_module_has_its_line_in_the_architecture():
    listed = {row[0].strip("`") for row in rows((PROJECT / "docs/architecture.md").read_text(encoding="utf-8"))}
    modules = {by_name(path) for top in ("audio", "intents", "assistant") for path in (PROJECT / top).rglob("*.py")}
    missing = [name for name in modules - listed if "/__" not in name and "/migrations/" not in name]
    assert missing == []


def test_every_variable_that_the_readme_names_exists():
    for name in set(re.findall(rf"\b{PREFIX}\w+", README)):
        section_of, _, key = name.removeprefix(PREFIX).lower().partition("__")
        assert key in KEYS[section_of] if key else name in LAUNCHER, f"there is no {name}"


def test_the_settings_of_the_readme_are_all_settings_with_their_defaults(tmp_path: Path):
    shown = block(README, "toml")
    (tmp_path / "bedside.toml").write_text(shown, encoding="utf-8")
    assert load_settings(tmp_path, {}).settings == Settings()
    assert {name: set(keys) for name, keys in tomllib.loads(shown).items()} == KEYS


def test_the_night_of_the_readme_can_be_played(tmp_path: Path, understanding: Understanding):
    script = tmp_path / "night.yaml"
    script.write_text(block(README, "yaml"), encoding="utf-8")
    said = [item.say for item in load_scene(script).items if item.say is not None]
    assert [understanding.understand([(words, 0.0)]).intent for words in said] == [
        "cramp",
        "still_hurts",
        "no",
        "better",
    ]


@pytest.mark.parametrize(("saying", "intent"), SAYINGS.items())
def test_what_the_readme_says_that_one_can_say_is_understood(saying: str, intent: str, understanding: Understanding):
    assert understanding.understand([(saying, 0.0)]).intent == intent


def test_the_readme_shows_no_saying_that_is_not_tried_here():
    cells = [row[0] for row in rows(section(README, "What you can say"))]
    assert [saying for cell in cells for saying in re.findall(r'"([^"]+)"', cell)] == list(SAYINGS)


def test_every_line_that_the_readme_quotes_is_a_reviewed_line():
    lines = " ".join(line.say for line in load_script().lines.values())
    cells = [row[1] for row in rows(section(README, "What you can say"))]
    quoted = [quote for cell in cells for quote in re.findall(r"\*([^*]+)\*", cell)]
    assert len(quoted) > 2
    for quote in quoted:
        for sentence in re.findall(r"[^.]+\.", quote):
            assert sentence.strip() in lines, f"nobody says {sentence}"


def test_the_picture_of_the_night_shows_lines_that_are_said_today_and_fetches_nothing():
    picture = (PROJECT / "docs/night.svg").read_text(encoding="utf-8")
    assert set(re.findall(r"\w+://[\w./]+", picture)) == {"http://www.w3.org/2000/svg"}
    texts = [re.sub(r"&#160;", " ", text).strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture)]
    plain = [text.replace("&#x27;", "'") for text in texts]
    said = [plain[at + 1] for at, text in enumerate(plain) if text == "assistant"]
    lines = {line.say for line in load_script().lines.values()}
    assert len(said) > 10
    assert [text for text in said if text not in lines] == []


@pytest.mark.parametrize(
    ("title", "declared"),
    [
        ("At run time", PYPROJECT["dependencies"]),
        ("For the tests", PYPROJECT["optional-dependencies"]["test"]),
    ],
)
def test_every_dependency_has_its_line_and_no_other_has(title: str, declared: list[str]):
    page = (PROJECT / "docs/dependencies.md").read_text(encoding="utf-8")
    named = [row[0].strip("`") for row in rows(section(page, title))]
    assert sorted(named) == sorted(re.split(r"[^\w.-]", requirement)[0].lower() for requirement in declared)


def test_every_system_package_of_the_launcher_has_its_line_and_no_other_has():
    page = (PROJECT / "docs/dependencies.md").read_text(encoding="utf-8")
    named = [row[0].strip("`") for row in rows(section(page, "From the system"))]
    assert named == " ".join(re.findall(r'^(?:SYSTEM|TEST)_PACKAGES="([^"]*)"', LAUNCHER, flags=re.MULTILINE)).split()


def test_the_newest_version_in_the_changelog_is_this_one():
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[([^\]]+)\]", changelog, flags=re.MULTILINE)[0] == __version__ == PYPROJECT["version"]


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_page_claims_a_share_of_success_outside_the_measurements(page: Path):
    if page.name in ("benchmarks.md", "recognition.md"):
        assert "|" in page.read_text(encoding="utf-8")
        return
    assert re.findall(r"\d\s?%|per ?cent|percent", page.read_text(encoding="utf-8")) == []


def test_every_test_that_the_hazards_name_exists():
    named = set(re.findall(r"`(test_\w+)`", (PROJECT / "docs/hazards.md").read_text(encoding="utf-8")))
    written = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").glob("test_*.py"))
    assert [name for name in named if f"def {name}(" not in written] == []
    assert len(named) > 15
