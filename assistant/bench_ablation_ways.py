"""What the benchmark of parts leaves out, each part alone: of what was heard, or of how it is understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.bench_ablation_hearing import AS_RECORDED, NO_LEANING, OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from audio import Heard
    from intents.pack import Pack


def _heard_as_it_is(heard: Heard) -> Heard:
    return heard


def _whole_pack(pack: Pack) -> Pack:
    return pack


@dataclass(frozen=True, slots=True)
class Way:
    """Ours with one part left out."""

    name: str
    hearing: str = OURS
    """Which of the recordings' readings are taken: those of `assistant.bench_ablation_hearing`."""
    heard: Callable[[Heard], Heard] = _heard_as_it_is
    """What is left of an utterance."""
    pack: Callable[[Pack], Pack] = _whole_pack
    """What is left of the pack."""

    @property
    def is_typed(self) -> bool:
        """Whether it makes a difference to typed words."""
        return self.name == OURS or self.pack is not _whole_pack


def _best_alone(heard: Heard) -> Heard:
    return replace(heard, readings=heard.readings[:1], judged=heard.judged[:1], allowed=None)


def _without_second(heard: Heard) -> Heard:
    return replace(heard, judged=())


def _second_alone(heard: Heard) -> Heard:
    return replace(heard, readings=heard.judged or heard.readings, judged=())


def _without_grammar(heard: Heard) -> Heard:
    return replace(heard, allowed=None)


def _without_sound_alikes(pack: Pack) -> Pack:
    return replace(pack, misheard=())


def _without_spelling(pack: Pack) -> Pack:
    return _composed(pack, misspelt=())


def _without_negation(pack: Pack) -> Pack:
    return _composed(pack, modifiers=())


def _without_sentences(pack: Pack) -> Pack:
    return replace(pack, sentences=())


def _without_margin(pack: Pack) -> Pack:
    return _set(pack, margin=0.0)


def _without_disagreement(pack: Pack) -> Pack:
    return _set(pack, disagreement=0.0)


def _without_strangers(pack: Pack) -> Pack:
    """Words that an intent does not explain take nothing away."""
    intents = pack.composition.intents
    return _composed(pack, intents={name: rule.model_copy(update={"stranger": 0.0}) for name, rule in intents.items()})


def _set(pack: Pack, **settings: Any) -> Pack:
    return _composed(pack, settings=pack.composition.settings.model_copy(update=settings))


def _composed(pack: Pack, **parts: Any) -> Pack:
    return replace(pack, composition=pack.composition.model_copy(update=parts))


WAYS = (
    Way(OURS),
    Way("without leaning on bedside talk", hearing=NO_LEANING),
    Way("without the second reader", heard=_without_second),
    Way("the second reader's list alone", heard=_second_alone),
    Way("without the grammar's reading", heard=_without_grammar),
    Way("best transcripts only", heard=_best_alone),
    Way("level as recorded", hearing=AS_RECORDED),
    Way("without sound-alikes", pack=_without_sound_alikes),
    Way("without slips of spelling", pack=_without_spelling),
    Way("without negation", pack=_without_negation),
    Way("without whole sentences", pack=_without_sentences),
    Way("without strangers", pack=_without_strangers),
    Way("without the margin", pack=_without_margin),
    Way("without the cost of disagreement", pack=_without_disagreement),
)
