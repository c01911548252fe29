"""Whose nights are shown: the first person's, or those of another one in this bed, whom the log names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.person import OTHER
from assistant.web.visit import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Whose:
    """One person who is chosen."""

    named: str
    """As the log names them; empty: the first person."""
    person_id: str
    profile: Mapping[str, Any]
    """The part of the page's profile that is theirs."""
    others: tuple[str, ...]
    """All whom the log names beside the first person."""

    @property
    def shown(self) -> str:
        """Their name, as well as it is known."""
        return str(self.profile.get("name") or self.named.capitalize() or "Name not given")


def whose(visit: Visit) -> Whose:
    """Whom `?who=` chooses.

    Raises:
        Refused: the log names nobody so.
    """
    others = others_in(visit)
    named, ids = visit.asked("who"), {name: person_id for person_id, name in others.items()}
    if named and named not in ids:
        raise Refused("The log names nobody so. Choose somebody from the list.", 404)
    profile = profile_of(visit, other=bool(named))
    return Whose(named, ids.get(named, visit.house.person_id), profile, tuple(ids))


def others_in(visit: Visit) -> dict[str, str]:
    """The others in this bed whom the log names: id -> name."""
    people = visit.house.reading.people()
    return {person_id: name for person_id, name in people.items() if person_id != visit.house.person_id}


def profile_of(visit: Visit, *, other: bool) -> dict[str, Any]:
    """The profile as it was typed, of the first person or of the other one in this bed."""
    told = visit.house.profile.read()
    if other:
        return {key.removeprefix(OTHER): value for key, value in told.items() if key.startswith(OTHER)}
    return {key: value for key, value in told.items() if not key.startswith(OTHER)}
