"""What the search is joined to: a model that spells a sound token by token, a grammar, a leaning, a second reader.

Protocols only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


class Grammar(Protocol):
    """What may be said, one piece of text at a time."""

    start: Any
    """The state before the first word."""

    def __hash__(self) -> int: ...

    def step(self, state: Any, text: str) -> Any | None:
        """Return the state after more text, or None if nobody may say so.

        Pieces are parts of words, whole words, or several; the first has no leading space, words are parted by one.
        """
        ...

    def is_final(self, state: Any) -> bool:
        """Tell whether a sentence may end here."""
        ...


class Leaning(Protocol):
    """What people are likely to say here, as nats that a text gains by it; anything may be said all the same."""

    start: Any
    """The state before the first word."""
    most: float
    """Nats that one piece of text can gain at most."""

    def step(self, state: Any, text: str) -> Any:
        """Return the state after more text; pieces as a grammar gets them."""
        ...

    def worth(self, state: Any, *, ended: bool) -> float:
        """Return what the text so far gains; the last word counts in part while it may go on, as a whole if `ended`."""
        ...


class SecondReader(Protocol):
    """Another reader of the same sound, asked text by text."""

    def begun(self, text: str) -> float:
        """Return the natural log of its probability that what was said begins with `text`."""
        ...

    def whole(self, text: str) -> float:
        """Return the natural log of its probability that `text` is all that was said."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """What the model knows after some tokens of each beam."""

    log_probs: NDArray[np.float32]
    """Shape (beams, vocabulary): natural log probability of each next token."""
    past: Any = None
    """The model's own memory of the beams."""


class TokenModel(Protocol):
    """An encoded sound whose text can be spelt token by token."""

    end: int
    """The token that ends a text."""
    texts: Sequence[str | None]
    """What each token adds to the normalised text, with its leading space; None for what no sentence has."""
    longest: int
    """So many tokens at most: scaled to the sound's length."""

    def begin(self) -> Step:
        """Return the first step, of one beam."""
        ...

    def advance(self, step: Step, parents: Sequence[int], tokens: Sequence[int]) -> Step:
        """Return the step in which beam i continues beam parents[i] of `step` by tokens[i]."""
        ...
