"""What libraries write past Python to the error output is turned away, for that moment and whoever asks for it."""

from __future__ import annotations

import os
import threading

import pytest

from audio.chatter import without_chatter


def test_nothing_is_written_meanwhile_and_everything_afterwards(capfd: pytest.CaptureFixture[str]):
    with without_chatter():
        os.write(2, b"ALSA lib pcm.c: Unknown PCM\n")
    os.write(2, b"a fault\n")
    assert capfd.readouterr().err == "a fault\n"


def test_an_error_within_puts_it_back(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(KeyError), without_chatter():
        raise KeyError
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_threads_and_nesting_do_not_lose_it(capfd: pytest.CaptureFixture[str]):
    def often() -> None:
        for _ in range(200):
            with without_chatter(), without_chatter():
                os.write(2, b"noise")

    threads = [threading.Thread(target=often) for _ in range(4)]
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
