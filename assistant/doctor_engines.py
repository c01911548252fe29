"""The checks of `doctor` on what hears: each engine, which of them listen, and the words that a model lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import BedsideError
from assistant.finding import Finding, faulty
from audio.engine_choice import AUTO, NO_MODEL, VOSK, Wish
from audio.engines import engines
from audio.errors import AudioError, RecogniserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.app import App
    from audio.engines import EngineState
    from audio.vosk_model import VoskModel

SHOWN = 12
"""Words named at most: a model of another language lacks them all."""
OTHER_MODEL = "use a model of the pack's language that knows them, with --model DIR"
UNFIT = "The Vosk model that was named cannot be used, as said above; name another with --model DIR"
NO_UNKNOWN = "unrelated talk is told by the decoy words alone: use a model that has it, or --engine moonshine"


class Listening:
    """What hears on this machine.

    Args:
        app: knows which engines are wanted.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._fault = ""
        self._unfit = False
        self._model: VoskModel | None = None
        try:
            self._wish = app.engines.wish
        except BedsideError as error:  # the other checks go by the defaults
            self._wish, self._fault = Wish(), str(error)
        self._states: list[EngineState] = []

    def states(self) -> list[EngineState]:
        """What the engines' files say."""
        self._states = engines(vosk_model=self._wish.vosk_model, marks=self._wish.marks)
        return self._states

    def load(self, name: str) -> object:
        """Load an engine's model by the engine's name."""
        if name == VOSK:
            return self._vosk()
        from audio.moonshine_model import MoonshineModel  # noqa: PLC0415 - a model

        return MoonshineModel()

    def _vosk(self) -> VoskModel:
        """Vosk's model, which is loaded once: that takes seconds on a Pi."""
        from audio.vosk_model import VoskModel  # noqa: PLC0415 - a model

        if self._wish.vosk_model is None:
            raise RecogniserError(NO_MODEL)
        self._model = self._model or VoskModel(self._wish.vosk_model, marks=self._wish.marks)
        return self._model

    def check(self) -> Iterator[Finding]:
        """What Vosk's model lacks, and which engines listen."""
        if any(state.present and state.name == VOSK for state in self._states):
            yield self.check_words()
        yield self.check_choice()

    def check_choice(self) -> Finding:
        """Which engines listen."""
        name = "engine in use"
        if self._fault:
            return faulty(name, self._fault, essential=True)
        here = [state.name for state in self._states if state.present and not (state.name == VOSK and self._unfit)]
        wanted = [each for each in here if self._wish.engine in (AUTO, each)]
        # A model that somebody named is used or refused aloud, as everywhere.
        if wanted and not (self._wish.is_asked and VOSK not in here):
            return Finding(name, ok=True, essential=True, detail=f"{'+'.join(wanted)}, by {self._wish.engine}")
        return faulty(name, NO_MODEL if self._wish.vosk_model is None else UNFIT, essential=True)

    def check_words(self) -> Finding:
        """Whether Vosk's model knows every word of the pack, and a word for all others."""
        from audio.vosk_grammar import vosk_grammar  # noqa: PLC0415 - only with a model

        name = "words of vosk"
        try:
            said = self._app.engines.sayings(self._app.understanding())
            grammar = vosk_grammar(said.sentences, said.parts, said.decoys, self._vosk().knows)
        except (AudioError, BedsideError) as error:
            self._unfit = True
            return faulty(name, str(error), essential=False)
        lacks = grammar.missing_words
        if lacks:
            named = ", ".join(lacks[:SHOWN]) + (f" and {len(lacks) - SHOWN} more" if len(lacks) > SHOWN else "")
            return Finding(name, ok=False, essential=False, detail=f"the model lacks {named}", remedy=OTHER_MODEL)
        if not grammar.knows_unknown:
            detail = "the model has no word for what it does not know"
            return Finding(name, ok=False, essential=False, detail=detail, remedy=NO_UNKNOWN)
        return Finding(name, ok=True, essential=False, detail="the model knows every word of the pack")
