"""*Words*: what was heard in an episode and not understood, as text, while it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from assistant.web.visit import Refused, go

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from assistant.store.records import JournalEntry
    from assistant.web.visit import Visit

Teach: TypeAlias = "Callable[[str, str], str | None]"
"""Let words mean something; returns why not, or None once they do."""

MOST = 400
"""Events that are looked at, the newest ones: words are forgotten after some days anyway."""

MEANINGS = ("cramp", "better", "still_hurts", "worse", "stop", "help", "yes", "no")


@dataclass(frozen=True, slots=True)
class Unheard:
    """Words that nothing came of."""

    entry: JournalEntry
    text: str


def show_words(visit: Visit) -> Response:
    """The page."""
    teaches = visit.request.app.state.teach is not None
    return visit.show("words.html", found=not_understood(visit), meanings=MEANINGS, teaches=teaches)


def settle_words(visit: Visit) -> Response:
    """Put words aside, or teach what was meant, by the same check as the command `teach`."""
    seq, meant = visit.form.get("seq", ""), visit.form.get("meant", "")
    chosen = next((each for each in not_understood(visit) if str(each.entry.seq) == seq), None)
    if chosen is None:
        return go("/words", "dismissed")
    if meant and meant not in MEANINGS:
        raise Refused("There is no such meaning. Choose one from the list.")
    teach: Teach | None = visit.request.app.state.teach
    if meant and teach and (why := teach(chosen.text, meant)):
        raise Refused(why, 409)
    kind = "words_labelled" if meant else "words_dismissed"
    visit.house.editing.record(kind, chosen.entry.episode_id, of=chosen.entry.seq, meant=meant, by=visit.account.shown)
    return go("/words", "dismissed" if not meant else "taught" if teach else "labelled")


def not_understood(visit: Visit) -> list[Unheard]:
    """Words whose next meaning was none, the newest first, without those that were settled."""
    settled = {each.payload.get("of") for each in visit.house.reading.of_kind("words_labelled", "words_dismissed")}
    events = visit.house.reading.of_kind("heard", "understood", most=MOST)
    found, meaning = [], None
    for event in events:  # from the newest back: the meaning comes before its words
        if event.kind == "understood":
            meaning = event
            continue
        text = event.payload.get("text")
        of_it = meaning is not None and meaning.episode_id == event.episode_id and meaning.payload.get("intent") is None
        if of_it and text and event.seq not in settled:
            found.append(Unheard(event, str(text)))
        meaning = None
    return found
