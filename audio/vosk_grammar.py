"""What a Vosk recogniser is told that people say: sentences of the pack, decoys, and which words its model lacks. Pure.

A grammar of wanted words alone takes every sound for one of them, with full confidence. Frequent words as decoys and
the model's word for the unknown give unrelated talk somewhere else to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audio.errors import RecogniserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

UNKNOWN = "[unk]"
"""The model's word for sounds that are none of the grammar's words."""


@dataclass(frozen=True, slots=True)
class VoskGrammar:
    """Sentences that a model can hear, and what it cannot."""

    sentences: tuple[str, ...]
    """What may be said, decoys and the unknown word included; every word is in the model's vocabulary."""
    decoys: frozenset[str]
    """Words that nobody says to us alone, the unknown word included; some of them are parts of sentences."""
    missing_words: tuple[str, ...]
    """Words of the pack that the model does not know, sorted: sentences with them are left out."""
    knows_unknown: bool
    """Whether the model has a word for the unknown; without it the decoys stand alone against unrelated talk."""

    def is_ours(self, text: str) -> bool:
        """Tell whether a reading holds a word that is no decoy."""
        return any(word not in self.decoys for word in text.split())


def vosk_grammar(
    sentences: Mapping[str, str], parts: Iterable[str], decoys: Iterable[str], knows: Callable[[str], bool]
) -> VoskGrammar:
    """Keep what the model knows, each intent with the same weight.

    Kaldi drops an unknown word and keeps the rest of its sentence, so that "my fibula hurts" would become "my hurts":
    such a sentence is left out whole, and its words are named instead.

    Vosk counts pairs of words over all that it is given. An intent with few short sentences ("stop") would be drowned
    by one with hundreds of long ones, so its sentences are repeated.

    Args:
        sentences: what people say -> its intent, in the model's spelling.
        parts: pieces of such sentences, lay words of all kinds; taken where they bring a word that is still missing.
        decoys: frequent words of the language; those that are a whole sentence of ours ("no") are no decoys.
        knows: the look-up in the model's vocabulary.

    Raises:
        RecogniserError: the model knows no sentence at all; Vosk would crash on an empty grammar.
    """
    by_intent: dict[str, dict[str, None]] = {}
    for text, intent in sentences.items():
        by_intent.setdefault(intent, {})[_spelt(text)] = None
    whole = {text for texts in by_intent.values() for text in texts}
    pieces = _new_words({word for text in whole for word in text.split()}, map(_spelt, parts))
    missing = {word for text in (*whole, *pieces) for word in text.split() if not knows(word)}
    kept = {
        intent: [text for text in texts if not missing.intersection(text.split())]
        for intent, texts in by_intent.items()
    }
    most = max(map(len, kept.values()), default=0)
    said = [text for texts in kept.values() if texts for text in texts * round(most / len(texts))]
    if not said:
        raise RecogniserError(
            "Vosk's model knows none of the sentences, so it is of another language; use one of the pack's language"
        )
    others = [word for word in dict.fromkeys(map(_spelt, decoys)) if word not in whole]
    has_unknown = knows(UNKNOWN)
    told = (
        *said,
        *(piece for piece in pieces if not missing.intersection(piece.split())),
        *filter(knows, others),
        *([UNKNOWN] if has_unknown else ()),
    )
    return VoskGrammar(told, frozenset((*others, UNKNOWN)), tuple(sorted(missing)), knows_unknown=has_unknown)


def _new_words(known: set[str], parts: Iterable[str]) -> list[str]:
    """The parts, shortest first, that hold a word which neither `known` nor an earlier part has."""
    found: list[str] = []
    seen = set(known)
    for part in sorted(parts, key=lambda text: (text.count(" "), text)):
        if not seen.issuperset(part.split()):
            seen.update(part.split())
            found.append(part)
    return found


def _spelt(text: str) -> str:
    """Lower case, with single spaces."""
    return " ".join(text.lower().split())
