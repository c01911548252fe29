"""What listens: which models are here, which engines are wanted, and the recogniser made of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.hints import did_you_mean
from assistant.interruption import SILENCING
from assistant.models import FOLDER, Place, models_here, try_once
from assistant.places import cache_folder
from audio.engine_choice import AUTO, ENGINES, Sayings, Wish, make_recogniser

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.settings import EngineSettings
    from audio import Recogniser, SpeechDetector
    from intents.understanding import Understanding

ONE_BREATH = 3
"""Words of a sentence that is looked for in every short utterance, at most: of one breath, over our voice."""


class Engines:
    """The engines of this machine.

    Args:
        data: the data folder.
        settings: reads the settings when they are needed.
        engine: the engine that the user asked for, or None for the settings'.
        model: the folder of Vosk's model that the user asked for, or None.
    """

    notice: str | None = None
    """Why an engine whose model lies here does not listen, one line; known once a recogniser was made."""

    def __init__(
        self, data: Path, settings: Callable[[], EngineSettings], *, engine: str | None = None, model: str | None = None
    ) -> None:
        self.engine = engine
        self.model = model
        self._data = data
        self._settings = settings

    @property
    def folder(self) -> Path:
        """Where fetched models lie."""
        return cache_folder() / FOLDER

    def models(self) -> list[Place]:
        """Vosk's models on this machine, the one that is used first."""
        return models_here(self.model, self._data, cache_folder())

    @cached_property
    def wish(self) -> Wish:
        """Which engines are to listen; decided once, so that a model that comes during a night changes nothing in it.

        Raises:
            UsageError: there is no such engine.
        """
        settings = self._settings()
        engine = self.engine or settings.name
        if engine not in ENGINES:
            raise UsageError(f"There is no engine {engine}. {did_you_mean(engine, ENGINES)}")
        place = next(iter(self.models()), None)
        return Wish(
            engine,
            place.folder if place else None,
            is_asked=place is not None and place.is_asked,
            marks=self.folder,
            threads=settings.threads,
        )

    def try_model_once(self, fetch: Callable[[], object]) -> str | None:
        """Fetch the model where it would be used, and was never tried before; return a notice, or None."""
        wish = self.wish
        return try_once(fetch, cache_folder(), needed=wish.engine == AUTO and wish.vosk_model is None)

    def present(self) -> list[str]:
        """What can be measured: the engine that was asked for, or each one that is here, and all of them together."""
        from audio.engines import engines  # noqa: PLC0415

        wish = self.wish
        if wish.engine != AUTO:
            return [wish.engine]
        here = [state.name for state in engines(thorough=False, vosk_model=wish.vosk_model) if state.present]
        return [*here, AUTO] if len(here) > 1 else here

    def sayings(self, understanding: Understanding) -> Sayings:
        """What people say, for engines that hear along it."""
        from intents.grammar import PackGrammar  # noqa: PLC0415
        from intents.sampling import SentenceGrammar, sayings, wordings  # noqa: PLC0415
        from intents.talk import Talk  # noqa: PLC0415

        pack = understanding.pack
        said = sayings(pack)
        # Where it does not decide, a search along it costs a sixth of a second and changes nothing: docs/recognition.md
        decides = pack.composition.settings.grammar == "decides"
        grammar = PackGrammar(pack) if decides else None
        leaning = None if decides else Talk(said)
        second = pack.composition.settings.second_reader
        silencing = [said_so for said_so, intent in said.items() if intent in SILENCING and _short(said_so)]
        watched = SentenceGrammar(silencing) if silencing else None
        return Sayings(said, wordings(pack), pack.decoys, grammar, leaning, second_reader=second, watched=watched)

    def recogniser(
        self,
        understanding: Understanding,
        detector: SpeechDetector | None = None,
        *,
        engine: str | None = None,
        early: bool = True,
    ) -> Recogniser:
        """Make what hears one stream.

        Args:
            understanding: the engines hear along what is understood.
            detector: tells speech from noise, for all engines of this stream; None: a new one.
            engine: one of ENGINES instead of what was asked for.
            early: read before an utterance is over, so that nobody waits for it.

        Raises:
            UsageError, RecogniserError: there is no such engine, or it cannot hear.
        """
        wish = replace(self.wish, engine=engine or self.wish.engine, early=early)
        recogniser, self.notice = make_recogniser(wish, self.sayings(understanding), detector)
        return recogniser


def _short(sentence: str) -> bool:
    return len(sentence.split()) <= ONE_BREATH
