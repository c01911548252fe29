"""What the benchmark of parts leaves out, each part alone: of what was heard, or of how it is understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
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


def best_alone(heard: Heard) -> Heard:
    """The best transcript, and no sentence that is known beforehand."""
    return replace(heard, readings=heard.readings[:1], judged=heard.judged[:1], allowed=None, watched=None)


def _second_alone(heard: Heard) -> Heard:
    return replace(heard, readings=heard.judged or heard.readings, judged=())


def without_known(heard: Heard) -> Heard:
    """No sentence that is known beforehand joins: neither the grammar's nor a watched one."""
    return replace(heard, allowed=None, watched=None)


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
    Way("without the second reader", heard=partial(replace, judged=())),
    Way("the second reader's list alone", heard=_second_alone),
    Way("without the grammar's reading", heard=without_known),
    Way("best transcripts only", heard=best_alone),
    Way("level as recorded", hearing=AS_RECORDED),
    Way("without sound-alikes", pack=partial(replace, misheard=())),
    Way("without slips of spelling", pack=partial(_composed, misspelt=())),
    Way("without negation", pack=partial(_composed, modifiers=())),
    Way("without whole sentences", pack=partial(replace, sentences=())),
    Way("without strangers", pack=_without_strangers),
    Way("without the margin", pack=partial(_set, margin=0.0)),
    Way("without the cost of disagreement", pack=partial(_set, disagreement=0.0)),
)
