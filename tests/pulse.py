"""A real sound path without hardware: a PulseAudio of the test's own, with a microphone and a loudspeaker of air.

The microphone is a sink into which recordings are played and whose monitor is the default source; the loudspeaker is
another sink, whose monitor is recorded. Everything lives in a folder of its own and ends with the context.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from audio.events import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED = ("pulseaudio", "pactl", "pacat")
PATIENCE_S = 20.0
MONITOR = "loudspeaker_monitor"
"""The name under which PortAudio finds the loudspeaker's own sound, as a microphone."""

DEVICES = f"""
</usr/share/alsa/alsa.conf>
pcm.!default {{
  type pulse
}}
ctl.!default {{
  type pulse
}}
pcm.pulse {{
  type pulse
}}
pcm.{MONITOR} {{
  type pulse
  device "speaker.monitor"
}}
"""


def missing() -> list[str]:
    """The programs that are not installed; Debian: pulseaudio, pulseaudio-utils (and libasound2-plugins)."""
    return [program for program in NEEDED if shutil.which(program) is None]


class Recorded:
    """What the loudspeaker gave while it was recorded."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._came = threading.Event()

    @property
    def samples(self) -> np.ndarray:
        """So far: float32, shape (n,), at SAMPLE_RATE."""
        whole = len(self._bytes) // 4 * 4
        return np.frombuffer(bytes(self._bytes[:whole]), dtype="<f4")

    def wait(self) -> None:
        """Until the first sound has come: then nothing of what follows is missed."""
        assert self._came.wait(PATIENCE_S), "the loudspeaker's monitor gives nothing"

    def read(self, pipe: object) -> None:
        """Take in what a recorder writes, to its end."""
        while piece := pipe.read1(4096):  # type: ignore[attr-defined]
            self._bytes += piece
            self._came.set()


class Pulse:
    """The sound server and what runs against it; made by `pulse_audio`."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._running = running
        self._folder = folder
        self._breath: dict[str, ExitStack] = {}
        for name in ("run", "home"):
            (folder / name).mkdir(mode=0o700)
        (folder / "asound.conf").write_text(DEVICES, encoding="utf-8")
        self.env = {
            "PULSE_SERVER": f"unix:{folder}/native",
            "XDG_RUNTIME_DIR": f"{folder}/run",
            "PULSE_COOKIE": f"{folder}/cookie",
            "ALSA_CONFIG_PATH": f"{folder}/asound.conf",
        }
        """What a child process needs in its environment to find this sound server, and no other."""
        self.start()

    def start(self) -> None:
        """Start the server with its two sinks; after `stop` it is another one under the same address."""
        urgent = ["--high-priority=yes"] if os.geteuid() == 0 else []
        socket = f"module-native-protocol-unix socket={self._folder}/native auth-anonymous=1"
        server = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *urgent]
        sinks = [f"module-null-sink sink_name={name}" for name in ("mic", "speaker")]
        loads = [word for module in (socket, *sinks) for word in ("-L", module)]
        self._server = ExitStack()
        self._running.push(lambda *_: self.stop())
        self._server.enter_context(self._program(*server, *loads, env={"HOME": f"{self._folder}/home"}))
        ends = time.monotonic() + PATIENCE_S
        while self._call("pactl", "info").returncode:
            assert time.monotonic() < ends, "PulseAudio does not start"
            time.sleep(0.05)
        self._choose_defaults()
        self._keep_awake("speaker")

    def stop(self) -> None:
        """End the server, as if it had crashed; may be called twice."""
        while self._breath:
            self._breath.popitem()[1].close()
        self._server.close()

    def say_into_microphone(self, sound: Path) -> None:
        """Play a sound file into the microphone, and return when it has been played."""
        with self.speaking(sound) as player:
            assert player.wait(120) == 0

    @contextmanager
    def speaking(self, sound: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Play a sound file into the microphone meanwhile; it is cut off at the end."""
        with self._program("paplay", "-d", "mic", "--latency-msec=200", str(sound)) as player:
            yield player

    def record_loudspeaker(self, seconds: float) -> np.ndarray:
        """What the loudspeaker gives during the next seconds: float32, shape (n,), at SAMPLE_RATE."""
        with self.recording_loudspeaker() as recorded:
            time.sleep(seconds)
        return recorded.samples

    @contextmanager
    def recording_loudspeaker(self) -> Iterator[Recorded]:
        """Record what the loudspeaker gives meanwhile."""
        recorded = Recorded()
        form = ["--format=float32le", f"--rate={SAMPLE_RATE}", "--channels=1", "--latency-msec=20"]
        with self._program("pacat", "-r", "-d", "speaker.monitor", *form, pipe=True) as recorder:
            reader = threading.Thread(target=recorded.read, args=[recorder.stdout])
            reader.start()
            try:
                recorded.wait()
                yield recorded
                time.sleep(0.1)  # what is on its way
            finally:
                recorder.terminate()
                reader.join()

    def unload_microphone(self) -> None:
        """Unplug the microphone."""
        if (breath := self._breath.pop("mic", None)) is not None:
            breath.close()
        for line in self._did("pactl", "list", "short", "modules").splitlines():
            number, _, module = line.partition("\t")
            if "sink_name=mic" in module:
                self._did("pactl", "unload-module", number)

    def load_microphone(self) -> None:
        """Plug it in again: as another device, as far as the server is concerned."""
        self._did("pactl", "load-module", "module-null-sink", "sink_name=mic")
        self._choose_defaults()

    @contextmanager
    def carried_to_microphone(self) -> Iterator[None]:
        """Let the microphone hear the loudspeaker meanwhile, as through the air of a room."""
        air = ["module-loopback", "source=speaker.monitor", "sink=mic", "latency_msec=20"]
        number = self._did("pactl", "load-module", *air).strip()
        try:
            yield
        finally:
            self._call("pactl", "unload-module", number)

    def mend(self) -> None:
        """Put right what a test has left broken."""
        if self._call("pactl", "info").returncode:
            self.stop()
            self.start()
        elif "sink_name=mic" not in self._did("pactl", "list", "short", "modules"):
            self.load_microphone()

    @contextmanager
    def here(self) -> Iterator[None]:
        """Let this process use the sound server; PortAudio must be started anew for that."""
        portaudio = importlib.import_module("audio.portaudio")
        before = {name: os.environ.get(name) for name in self.env}
        os.environ.update(self.env)
        try:
            portaudio.start_again(portaudio.load_portaudio())
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                os.environ.update({name: value} if value is not None else {})
            portaudio.start_again(portaudio.load_portaudio())

    def _choose_defaults(self) -> None:
        # The first null sink becomes both otherwise.
        self._did("pactl", "set-default-source", "mic.monitor")
        self._did("pactl", "set-default-sink", "speaker")
        self._keep_awake("mic")

    def _keep_awake(self, sink: str) -> None:
        """Play silence: the monitor of a sink that nobody plays to gives its first sound up to 2 s late."""
        if (before := self._breath.pop(sink, None)) is not None:
            before.close()
        silence = self._breath[sink] = ExitStack()
        silence.enter_context(self._program("pacat", "-d", sink, "--latency-msec=10", stdin=Path("/dev/zero")))

    def _did(self, *command: str) -> str:
        """The answer of a program that must succeed."""
        run = self._call(*command)
        assert run.returncode == 0, run.stderr.decode()
        return run.stdout.decode()

    def _call(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE_S, env=os.environ | self.env)

    @contextmanager
    def _program(
        self, *command: str, env: dict[str, str] | None = None, stdin: Path = Path("/dev/null"), pipe: bool = False
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A program that ends with the context."""
        with (
            stdin.open("rb") as source,
            (self._folder / f"{command[0]}.log").open("ab") as log,
            subprocess.Popen(
                command,
                stdin=source,
                stdout=subprocess.PIPE if pipe else log,
                stderr=log,
                env=os.environ | self.env | (env or {}),
            ) as running,
        ):
            try:
                yield running
            finally:
                running.terminate()
                try:
                    running.wait(5)
                except subprocess.TimeoutExpired:
                    running.kill()


@contextmanager
def pulse_audio() -> Iterator[Pulse]:
    """Start it, and end everything that was started."""
    # Not pytest's folder: the address of a socket has 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="bedside-pulse-", dir="/tmp") as folder, ExitStack() as running:
        yield Pulse(Path(folder), running)
