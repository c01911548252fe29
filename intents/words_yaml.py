"""YAML for people who write about words: `yes`, `no`, `on` and `off` are words, and a key given twice is a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable

# libyaml's loader reads a pack in a tenth of the time; a wheel for a rare machine may lack it.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _WordsLoader(_Safe):  # type: ignore[misc] # its type depends on the wheel
    """Safe YAML without YAML 1.1's booleans in plain words."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 theirs
        """Refuse a key given twice, since YAML itself would silently drop the first."""
        keys = [str(key.value) for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {min(twice)!r} is given twice", node.start_mark
            )
        made: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return made


_WordsLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Safe.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    """The data in `text`; the words true and false become booleans by their reader, if it wants them.

    Raises:
        yaml.YAMLError: it is not YAML, or holds a key twice.
    """
    return yaml.load(text, Loader=_WordsLoader)  # noqa: S506 a SafeLoader
