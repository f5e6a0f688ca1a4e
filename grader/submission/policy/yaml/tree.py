"""A YAML file as a tree of text with line numbers: no types guessed, no objects made, no surprise in size.

Two readers of one YAML file need not agree: PyYAML speaks 1.1, Compose's reader something between 1.1 and 1.2. So
scalars stay text (`22:22` is no number here, `yes` no truth), and whatever readers are known to read differently
(tags, several documents, directives, repeated keys) does not get through `read_yaml`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NULL_TEXTS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class YamlScalar:
    text: str
    line: int
    plain: bool = True
    """Written without quotes; only then can it stand for null."""

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULL_TEXTS


@dataclass(frozen=True, slots=True)
class YamlSequence:
    items: tuple[YamlNode, ...]
    line: int


@dataclass(frozen=True, slots=True)
class YamlMapping:
    entries: tuple[tuple[YamlScalar, YamlNode], ...]
    """In the order of the file, merged keys (`<<`) last."""
    line: int

    def get(self, key: str) -> YamlNode | None:
        return next((node for name, node in self.entries if name.text == key), None)

    def __iter__(self) -> Iterator[tuple[str, YamlNode]]:
        return ((name.text, node) for name, node in self.entries)


YamlNode = YamlScalar | YamlSequence | YamlMapping


def from_json(text: str) -> YamlNode:
    """The tree of a JSON document, such as `docker compose config --format json` prints; every line is 0.

    Raises `ValueError` if it is not JSON.
    """
    return _node_of(json.loads(text))


def _node_of(value: object) -> YamlNode:
    match value:
        case dict():
            return YamlMapping(tuple((YamlScalar(str(key), 0), _node_of(below)) for key, below in value.items()), 0)
        case list():
            return YamlSequence(tuple(_node_of(item) for item in value), 0)
        case None:
            return YamlScalar("null", 0)
        case bool():
            return YamlScalar(str(value).lower(), 0)
        case _:
            return YamlScalar(str(value), 0, plain=not isinstance(value, str))
