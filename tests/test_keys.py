"""Keys instead of words: what each means, from a terminal and from a button's device."""

from __future__ import annotations

import contextlib
import errno
import os
import pty
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import bedside_here
from live_fakes import Room, wait_until

from assistant.dialog.script import load_script
from assistant.errors import ScriptError
from assistant.hands import Hands
from assistant.inbox import Faulted, Inbox, Pressed, Works
from assistant.key_devices import EV_KEY, EVENT, KeyDevices
from assistant.keys import Keys, TerminalKeys, load_keys, one_by_one
from intents import Understanding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.store.store import Store

ENTER, SPACE, VOLUME_UP = 28, 57, 115


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The side of a person's fingers, and that of the program."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def hands(*sources: object) -> Hands:
    return Hands(load_keys(), lambda _: list(sources))  # type: ignore[arg-type]


def press(code: int, value: int = 1) -> bytes:
    return EVENT.pack(0, 0, EV_KEY, code, value)


def test_a_night_without_a_word(room: Room, terminal: tuple[int, int]):
    fingers, program = terminal
    with one_by_one(program), room.night(hands=hands(TerminalKeys(program))):
        os.write(fingers, b"l")
        room.wait_for("episode_opened", side="left")
        room.wait_for("said", line="calf.first")
        os.write(fingers, b"b")
        room.wait_for("episode_closed", ended_by="better")
        os.write(fingers, b"h")
        room.wait_for("alert", red_flag="help")
    [episode] = room.store.episodes()
    assert (episode.engine, episode.heard) == ("keys", None)


def test_stop_by_key_silences_the_line_in_mid_word(room: Room, terminal: tuple[int, int]):
    fingers, program = terminal
    with one_by_one(program), room.night(hands=hands(TerminalKeys(program))):
        room.microphone.speak("cramp")
        room.wait_for("said", line="calf.first")
        os.write(fingers, b" ")
        room.wait_for("episode_closed", ended_by="stop")
    assert room.events.lines()[-1] != "check.how"


def test_a_key_that_is_held_down_answers_once(room: Room, terminal: tuple[int, int]):
    fingers, program = terminal
    with one_by_one(program), room.night(hands=hands(TerminalKeys(program))):
        os.write(fingers, b"cccccccc")
        room.wait_for("understood", intent="cramp")
        os.write(fingers, b"s")
        room.wait_for("understood", intent="stop")
    assert [e["intent"] for e in room.events.of("understood")] == ["cramp", "stop"]


def test_keys_without_a_meaning_and_arrows_do_nothing(terminal: tuple[int, int]):
    fingers, program = terminal
    with one_by_one(program):
        os.write(fingers, b"\x1b[A")
        assert list(TerminalKeys(program).read(program)) == []
        os.write(fingers, "Zé ".encode())
        assert list(TerminalKeys(program).read(program)) == ["z", "é", "space"]


def test_the_terminal_is_as_it_was_in_the_end(terminal: tuple[int, int]):
    _, program = terminal
    before = termios.tcgetattr(program)
    with contextlib.suppress(ZeroDivisionError), one_by_one(program):
        assert not termios.tcgetattr(program)[3] & (termios.ICANON | termios.ECHO)
        assert termios.tcgetattr(program)[3] & termios.ISIG
        _ = 1 / 0
    assert termios.tcgetattr(program) == before


def test_a_terminal_that_closes_is_no_source_any_more():
    reader, writer = os.pipe()
    os.close(writer)
    keys = TerminalKeys(reader)
    assert list(keys.read(reader)) == []
    assert list(keys.files()) == []
    os.close(reader)


def test_a_button_starts_and_stops(room: Room, tmp_path: Path):
    device = tmp_path / "button"
    os.mkfifo(device)
    reports = Inbox()
    button = KeyDevices(device, reports)
    with room.night(hands=hands(button)):
        wait_until(lambda: bool(button._open))
        fingers = os.open(device, os.O_WRONLY)
        os.write(fingers, press(ENTER) + press(ENTER, 2) + press(ENTER, 0))
        room.wait_for("said", line="calf.first")
        os.write(fingers, press(SPACE))
        room.wait_for("episode_closed", ended_by="stop")
        os.close(fingers)
    button.close()
    assert reports.take(0) is None


def test_a_button_that_is_not_there_yet_is_told_and_found_when_it_comes(tmp_path: Path):
    device, reports = tmp_path / "button", Inbox()
    button = KeyDevices(device, reports)
    assert list(button.files()) == []
    assert reports.take(0) == Faulted("keys", f"{device}: there is no button.", f"Plug one in, {REMEDY}")
    os.mkfifo(device)
    wait_until(lambda: bool(button.files()))
    assert reports.take(0) == Works("keys", "The button is there.")
    [file] = button.files()
    assert list(button.read(file)) == []  # nobody holds the other end: pulled out
    button.close()


REMEDY = "or name its device with --keys DEVICE."


def test_a_button_that_may_not_be_read_is_told_with_the_remedy(tmp_path: Path):
    button = KeyDevices(tmp_path / "button", Inbox())
    refused = PermissionError(errno.EACCES, "no")
    assert button._why(refused)[1] == "Add this user to the group input, and log in again."


def test_a_file_without_keys_is_no_button_unless_it_is_named(tmp_path: Path):
    assert list(KeyDevices(None, Inbox()).files()) == [] or Path("/dev/input").exists()
    (tmp_path / "file").write_bytes(press(VOLUME_UP) + b"torn")
    named = KeyDevices(tmp_path / "file", Inbox())
    [file] = named.files()
    assert list(named.read(file)) == ["volumeup"]
    named.close()


def test_every_key_means_an_intent_that_words_can_mean_too():
    meanings, known = load_keys(), Understanding.load().intents
    assert {"cramp", "stop", "help", "yes", "no", "better", "worse", "still_hurts"} <= {
        meaning.intent for meaning in meanings.values()
    }
    assert {meaning.intent for meaning in meanings.values()} <= set(known)
    sites = {meaning.slots["site"] for meaning in meanings.values() if meaning.intent == "cramp"}
    assert sites <= set(load_script().stretches)


def test_a_mistake_in_the_keys_names_the_file(tmp_path: Path):
    (tmp_path / "dialog").mkdir()
    (tmp_path / "dialog" / "keys.yaml").write_text("keys: {c: {does: nothing}}")
    with pytest.raises(ScriptError, match=r"keys\.yaml.*intent.*Correct"):
        load_keys(tmp_path)


def test_the_help_shows_every_key():
    told = bedside_here("run", "--help").stdout
    for name, meaning in load_keys().items():
        assert any(name in line and meaning.does in line for line in told.splitlines())


def test_pressing_is_dropped_where_the_loop_hangs_and_nobody_waits():
    inbox = Inbox(most=1)
    reader, writer = os.pipe()
    os.write(writer, b"sh")
    keys = Keys(load_keys(), [TerminalKeys(reader)], inbox)
    keys._press(TerminalKeys(reader).read(reader))
    assert inbox.take(0) == Pressed("stop")
    os.close(reader)
    os.close(writer)
    assert inbox.take(0) is None
