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

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "from_json"]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    line: int
    plain: bool = True
    """Written without quotes; only then can it stand for null."""

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    """In the order of the file, merged keys (`<<`) last."""
    line: int

    def get(self, key: str) -> Node | None:
        return next((node for name, node in self.entries if name.text == key), None)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return ((name.text, node) for name, node in self.entries)


Node = Scalar | Sequence | Mapping


def from_json(text: str) -> Node:
    """The tree of a JSON document, such as `docker compose config --format json` prints; every line is 0.

    Raises `ValueError` where it is not JSON.
    """
    return _from_value(json.loads(text))


def _from_value(value: object) -> Node:
    match value:
        case dict():
            return Mapping(tuple((Scalar(str(key), 0), _from_value(below)) for key, below in value.items()), 0)
        case list():
            return Sequence(tuple(_from_value(item) for item in value), 0)
        case None:
            return Scalar("null", 0)
        case bool():
            return Scalar(str(value).lower(), 0)
        case _:
            return Scalar(str(value), 0, plain=not isinstance(value, str))
