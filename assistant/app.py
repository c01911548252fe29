"""The composition root: the only module that knows the adapters."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from assistant.clock import RealClock
from assistant.dialog.script import load_script
from assistant.listening import Engines
from assistant.own_words import pack_of
from assistant.person import with_person
from assistant.places import cache_folder, data_folder
from assistant.settings import InForce, load_settings
from assistant.stamps import stamp_of
from assistant.voices import LIVE_DEADLINE_S, Home, lines_of_the_moment, natural_of, plain_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.at_bedside import Senses
    from assistant.clock import Clock
    from assistant.home_network import HomeNetwork
    from assistant.sending.channels import Channels
    from assistant.settings import Settings
    from assistant.store.house import House
    from assistant.store.store import Store
    from assistant.voices import NaturalVoice
    from audio import Recogniser, SpeechDetector
    from audio.ears import Canceller, Ears
    from audio.prompt_cache import PromptCache
    from audio.voice_best import BestVoice
    from audio.wav import SoundFile
    from intents.understanding import Understanding


class App:
    """What a command needs, made when it is first asked for.

    Args:
        data: the data folder that the user asked for, or None.
        in_force: settings that were read already; None: they are read when first asked for.
        engine: the engine that the user asked for, or None for the settings'.
        model: the folder of Vosk's model that the user asked for, or None.
    """

    def __init__(
        self,
        data: str | None = None,
        in_force: InForce | None = None,
        *,
        engine: str | None = None,
        model: str | None = None,
    ) -> None:
        self.data: Path = data_folder(data)
        self.engines = Engines(self.data, lambda: self.settings.engine, engine=engine, model=model)
        self._in_force = in_force

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

    def meet(self, store: Store) -> None:
        """Let what the family set on the page hold, where neither file nor environment says otherwise."""
        self._in_force = InForce(with_person(self.in_force, store.profile()), self.in_force.origin)

    @contextmanager
    def store(self, clock: Clock | None = None) -> Iterator[Store]:
        """Open the log, and close it in the end; changes are stamped by `clock`, by default the real one."""
        from assistant.store.store import Store  # noqa: PLC0415 - the database library costs a third of a second

        with Store.open(self.data, now=partial(stamp_of, clock or RealClock())) as store:
            yield store

    @contextmanager
    def house(self, origins: Sequence[str] = ()) -> Iterator[House]:
        """Open the log as the page sees it, and close it in the end.

        Args:
            origins: which episodes are shown; by default those that somebody had.
        """
        from assistant.store.house import House  # noqa: PLC0415 - as in `store`
        from assistant.store.records import OWN  # noqa: PLC0415

        with House(self.data, partial(stamp_of, RealClock()), origins or OWN) as house:
            yield house

    def channels(self) -> Channels:
        """What carries alerts out of the house; loaded by the page alone."""
        from assistant.sending.channels_apprise import AppriseChannels  # noqa: PLC0415 - a third of a second

        return AppriseChannels()

    def home_network(self, host: str, port: int) -> AbstractContextManager[HomeNetwork]:
        """The page's name and certificate on the home network; see `assistant.home_network.home_network`."""
        from assistant.home_network import home_network  # noqa: PLC0415 - two libraries that only this needs

        return home_network(self.data / "https", host, port, RealClock().wall())

    def understanding(self, pack: Path | None = None) -> Understanding:
        """The meaning of a pack's words; None: the bedside's own, and what the family taught."""
        from intents.understanding import Understanding  # noqa: PLC0415 - only commands that understand load the pack

        return Understanding(pack_of(self.data)) if pack is None else Understanding.load(pack)

    def get_model(
        self, progress: Callable[[int, int], None] = lambda _done, _whole: None, file: Path | None = None
    ) -> Path:
        """Fetch the English model into the cache, or take it from an archive; return where it lies now."""
        from audio.model_archive import ENGLISH, install  # noqa: PLC0415
        from audio.model_download import fetch  # noqa: PLC0415

        folder = self.engines.folder
        return fetch(ENGLISH, folder, progress) if file is None else install(ENGLISH, file, folder)

    def recogniser(
        self,
        understanding: Understanding,
        detector: SpeechDetector | None = None,
        *,
        engine: str | None = None,
        early: bool = True,
    ) -> Recogniser:
        """The engines that were asked for, or `engine`, for one stream; see `Engines.recogniser`."""
        return self.engines.recogniser(understanding, detector, engine=engine, early=early)

    def ears(
        self,
        understanding: Understanding,
        played: Callable[[float, float], NDArray[np.float32]],
        canceller: Callable[[], Canceller] | None = None,
    ) -> Ears:
        """A recogniser for one stream beside our own loudspeaker, deaf to what that `played`; see `audio.ears.Ears`."""
        from audio.activity_silero import SileroActivity  # noqa: PLC0415 - a model
        from audio.ears import Ears, EchoGate  # noqa: PLC0415
        from audio.echo import EchoCanceller  # noqa: PLC0415

        gate = EchoGate(SileroActivity())
        return Ears(self.recogniser(understanding, gate), gate, canceller or EchoCanceller, played)

    def voice(self) -> PromptCache | BestVoice:
        """The voice of the settings; what it has rendered once is kept.

        A natural voice speaks only where it is installed and quick, or has rendered lines ahead: a voice that may say
        no line at all would only change the name of the plain one.
        """
        asked = self.settings.voice.name
        plain, natural = self.plain_voice(plain_of(asked)), natural_of(asked)
        if natural is None:
            return plain
        best = self.natural_voice(natural, plain)
        return best if best.ready else plain

    def say(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Any text in the voice of the settings, however long that takes: mono samples, and their rate in hertz."""
        from audio.voice_best import BestVoice  # noqa: PLC0415

        voice = self.voice()
        return voice.render_at_leisure(text) if isinstance(voice, BestVoice) else voice.render(text)

    def plain_voice(self, name: str) -> PromptCache:
        """One of espeak-ng's voices, which are always there."""
        from audio.prompt_cache import PromptCache  # noqa: PLC0415
        from audio.voice_pyttsx3 import Pyttsx3Voice  # noqa: PLC0415

        voice = Pyttsx3Voice(voice=name, rate_wpm=self.settings.voice.words_per_minute)
        return PromptCache(voice, cache_folder() / "prompts")

    def natural_voice(self, natural: NaturalVoice, plain: PromptCache) -> BestVoice:
        """A natural voice, installed or not, with a plain one behind it."""
        from audio.prompt_cache import PromptCache  # noqa: PLC0415
        from audio.voice_best import BestVoice  # noqa: PLC0415
        from audio.voice_piper import PiperVoice  # noqa: PLC0415

        home = Home(natural, cache_folder())
        piper = partial(
            PiperVoice,
            home.command,
            name=f"{natural.name} {natural.versions}",
            rate_wpm=self.settings.voice.words_per_minute,
        )
        live = piper(deadline_s=LIVE_DEADLINE_S, tries=1) if home.installed and home.quick else None
        ahead = piper()
        kept = PromptCache(ahead, cache_folder() / "prompts")
        moment = live is not None and bool(lines_of_the_moment(load_script(), self.settings.numbers.model_dump()))
        return BestVoice(kept, ahead, plain, live=live, load_early=moment)

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

        sound = self.settings.sound
        play(samples, rate, device=sound.loudspeaker or None, volume=sound.volume)

    @contextmanager
    def senses(self, clock: Clock) -> Iterator[Senses]:
        """The microphone and the loudspeaker of the settings, opened when they are there; both stamp by `clock`."""
        from assistant.at_bedside import Senses  # noqa: PLC0415 - only a live night needs what it loads
        from audio.microphone import DeviceMicrophone  # noqa: PLC0415
        from audio.player import Player  # noqa: PLC0415
        from audio.sound_system import SoundSystem  # noqa: PLC0415

        sound, system = self.settings.sound, SoundSystem()
        player = Player(system, sound.loudspeaker or None, now=clock.now, volume=sound.volume)
        microphone = DeviceMicrophone(system, sound.microphone or None, now=clock.now)
        with closing(player), closing(microphone):
            yield Senses(microphone, player)
