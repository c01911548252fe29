"""What a family set on the page, as the bedside takes it: it holds where no file and no variable says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assistant.settings import OtherSettings, PersonSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assistant.settings import InForce

OTHER = "other."
"""Before the page's keys that tell of the other one in this bed; the rest is the first person's, or the house's."""

FROM_PAGE = {
    "emergency": ("numbers", "emergency"),
    "urgent_line": ("numbers", "urgent_line"),
    "volume": ("sound", "volume"),
    "words_days": ("words", "days"),
    "consent.words": ("words", "keep"),
    **{name: ("person", name) for name in PersonSettings.model_fields},
    **{OTHER + name: ("other", name) for name in OtherSettings.model_fields},
}
"""Key of the page's profile -> section and key of the settings."""


def with_person(in_force: InForce, told: Mapping[str, Any]) -> Settings:
    """The settings in force, filled in with what the page holds of the person.

    A value that the settings would not take is passed over: a night begins all the same, with the careful version.

    Args:
        in_force: file and environment, which win.
        told: the profile in the log.
    """
    settings = in_force.settings
    for section, key, value in _new(in_force, told):
        changed = settings.model_dump()
        changed[section][key] = value
        try:
            settings = Settings.model_validate(changed)
        except ValidationError:
            continue
    return settings


def _new(in_force: InForce, told: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, (section, key) in FROM_PAGE.items():
        value = told.get(name)
        if value not in (None, "") and (section, key) not in in_force.origin:
            yield section, key, value
