"""The composition root: the only module that knows the adapters."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from assistant.bedside import Bedside
from assistant.clock import RealClock, SimulatedClock
from assistant.dialog.script import load_script
from assistant.ears import Ears
from assistant.episode_log import EpisodeLog, stamp_of
from assistant.errors import BedsideError
from assistant.mouth import TextSpeaker
from assistant.night import Night
from assistant.night_events import NightEvent, Teller
from assistant.places import cache_folder, data_folder
from assistant.scribe import Scribe
from assistant.settings import InForce, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.clock import Clock
    from assistant.mouth import Speaker
    from assistant.scene import Scene
    from assistant.settings import Settings
    from assistant.store.store import Store
    from audio import Recogniser
    from audio.prompt_cache import PromptCache
    from audio.wav import SoundFile
    from intents.understanding import Understanding


class App:
    """What a command needs, made when it is first asked for.

    Args:
        data: the data folder that the user asked for, or None.
        engine: the engine that the user asked for, or None for the settings'.
        model: the folder of Vosk's model that the user asked for, or None.
    """

    def __init__(self, data: str | None = None, *, engine: str | None = None, model: str | None = None) -> None:
        self.data: Path = data_folder(data)
        self.ears = Ears(self.data, lambda: self.settings.engine, engine=engine, model=model)
        self._in_force: InForce | None = None

    @property
    def in_force(self) -> InForce:
        """The settings and where they come from."""
        if self._in_force is None:
            self._in_force = load_settings(self.data)
        return self._in_force

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.in_force.settings

    @contextmanager
    def store(self, clock: Clock | None = None) -> Iterator[Store]:
        """Open the log, and close it in the end; changes are stamped by `clock`, by default the real one."""
        from assistant.store.store import Store  # noqa: PLC0415 - the database library costs a third of a second

        with Store.open(self.data, now=partial(stamp_of, clock or RealClock())) as store:
            yield store

    def understanding(self, pack: Path | None = None) -> Understanding:
        """The meaning of a pack's words; None: the bedside's own."""
        from intents.understanding import Understanding  # noqa: PLC0415 - only commands that understand load the pack

        return Understanding.load(pack)

    def get_model(self, progress: Callable[[int, int], None], file: Path | None = None) -> Path:
        """Fetch the English model into the cache, or take it from an archive; return where it lies now."""
        from audio.model_archive import ENGLISH, install  # noqa: PLC0415
        from audio.model_download import fetch  # noqa: PLC0415

        folder = self.ears.folder
        return fetch(ENGLISH, folder, progress) if file is None else install(ENGLISH, file, folder)

    def recogniser(self, understanding: Understanding, engine: str | None = None) -> Recogniser:
        """The engines that were asked for, or `engine`, for one stream; they hear along what is understood."""
        return self.ears.recogniser(understanding, engine)

    def voice(self) -> PromptCache:
        """The voice of the settings; what it has rendered once is kept."""
        from audio.prompt_cache import PromptCache  # noqa: PLC0415
        from audio.voice_pyttsx3 import Pyttsx3Voice  # noqa: PLC0415

        spoken = self.settings.voice
        voice = Pyttsx3Voice(voice=spoken.name, rate_wpm=spoken.words_per_minute)
        return PromptCache(voice, cache_folder() / "prompts")

    def microphone(self, path: Path) -> SoundFile:
        """A sound file as a microphone."""
        from audio.wav import SoundFile  # noqa: PLC0415

        return SoundFile(path)

    def write_wav(self, path: Path, samples: NDArray[np.float32], rate: int) -> None:
        """Write mono samples to a WAV."""
        from audio.wav_writer import write_wav  # noqa: PLC0415

        write_wav(path, samples, rate)

    def read_wav(self, path: Path) -> tuple[NDArray[np.float32], int]:
        """A whole WAV: its samples and their rate."""
        import soundfile  # noqa: PLC0415

        samples, rate = soundfile.read(path, dtype="float32")
        return samples, rate

    def why_silent(self) -> str | None:
        """Why nothing can be played here, or None."""
        from audio.player import why_silent  # noqa: PLC0415

        return why_silent()

    def play_aloud(self, samples: NDArray[np.float32], rate: int) -> None:
        """Play mono samples, and return when they were heard."""
        from audio.player import play  # noqa: PLC0415

        play(samples, rate)

    def play(
        self,
        scene: Scene,
        tell: Callable[[NightEvent], None],
        *,
        realtime: bool,
        speaker: Speaker | None = None,
        origin: str = "script",
    ) -> None:
        """Play a night to its end.

        Args:
            scene: what happens.
            tell: is told every event.
            realtime: takes as long as it takes; otherwise waits are skipped.
            speaker: says the lines; by default nothing sounds.
            origin: marks its episodes in the log, so that nobody counts them as the person's own.
        """
        clock: Clock = RealClock() if realtime else SimulatedClock(scene.begins)
        # All that may be wrong is looked at before the log is opened, so that a refused night leaves nothing behind.
        settings, script = self.settings, load_script()
        sounds = {item.wav: self.microphone(item.wav) for item in scene.items if item.wav is not None}
        understanding = self.understanding()
        with self.store(clock) as store, closing(Scribe(store)) as scribe:
            # By the real time: a script that is dated in the future must not make real words old.
            forgotten_before = RealClock().wall() - timedelta(days=settings.words.days)
            scribe.write(lambda kept: kept.forget_words(forgotten_before))
            teller = Teller(clock)
            log = EpisodeLog(scribe, clock, teller, keep_words=settings.words.keep, origin=origin)
            teller.listen(tell)
            teller.listen(log.keep)
            bedside = Bedside(
                clock=clock,
                script=script,
                understanding=understanding,
                speaker=speaker or TextSpeaker(),
                teller=teller,
                log=log,
                numbers=settings.numbers.model_dump(),
            )
            night = Night(
                bedside, clock, open_sound=sounds.__getitem__, recogniser=partial(self.recogniser, understanding)
            )
            with _closed_when_cut_short(bedside, lambda: teller.forget(tell)):
                night.play(scene)


@contextmanager
def _closed_when_cut_short(bedside: Bedside, tell_nobody: Callable[[], None]) -> Iterator[None]:
    """Close the open episode when Ctrl-C ends the night, or when whoever reads its events has gone."""
    try:
        yield
    except BaseException:
        tell_nobody()
        bedside.interrupt()
        bedside.settle()
        raise


def known_errors() -> tuple[type[Exception], ...]:
    """What ends a command with one line instead of a traceback."""
    from assistant.store.errors import StoreError  # noqa: PLC0415
    from audio import AudioError  # noqa: PLC0415
    from intents.errors import PackError  # noqa: PLC0415

    return BedsideError, StoreError, AudioError, PackError
