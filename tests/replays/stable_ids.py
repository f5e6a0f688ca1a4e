"""The stable replacement for each id and each random word in a recording."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tests.replays.ids import make_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_NONCE: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-\d{1,10}-[0-9a-f]{16}(?![0-9a-f])")
_HEX: Final = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{24})(?![0-9a-f])")
"""Ids of containers, images, networks, and of the todos."""
_SWARM: Final = re.compile(r"(?<![\w-])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{25}(?![\w-])")
_LONG: Final = 64
_SHORT: Final = 12
_RANDOM_DIGITS: Final = 16
"""Digits at the end of a nonce, after the computer and the process."""


def find_replacements(document: list[dict[str, Any]]) -> dict[str, str]:
    """Old to new, in the order in which they are to be replaced."""
    names = _Replacements()
    for one in document:
        for id_, label in _named_ids(one["say"].get("body", {}).get("json")):
            bare = id_.removeprefix("sha256:")
            if _HEX.fullmatch(bare) or _SWARM.fullmatch(bare):
                names.add(bare, label)
    for one in document:
        if one["ask"]["type"] == "nonce":
            names.add_nonce(one["say"]["body"]["text"], one["ask"].get("purpose", ""))
        # An id without a name is named after the question in which it first occurs.
        place = make_id(_SWARM.sub("", _HEX.sub("", _NONCE.sub("", json.dumps(one["ask"])))), 6)
        text = json.dumps(one)
        for found in (*_HEX.findall(text), *_SWARM.findall(text)):
            names.add(found, place)
    # The longest first: some are the beginning of others.
    return dict(sorted(names.new.items(), key=lambda pair: -len(pair[0])))


class _Replacements:
    def __init__(self) -> None:
        self.new: dict[str, str] = {}
        self._taken: dict[str, int] = {}

    def add(self, old: str, label: str) -> None:
        if old in self.new:
            return
        label = self._unique(label)
        self.new[old] = make_id(label, len(old))
        if len(old) == _LONG:  # its beginning is a name as well: a container's hostname, for example
            self.new[old[:_SHORT]] = make_id(label, _SHORT)

    def add_nonce(self, old: str, purpose: str) -> None:
        new = f"00000000-1-{make_id(self._unique(f'nonce {purpose}'), _RANDOM_DIGITS)}"
        self.new[old] = new
        # A page contains it reversed, so that its name alone is no proof.
        self.new[old[::-1]] = new[::-1]

    def _unique(self, label: str) -> str:
        number = self._taken[label] = self._taken.get(label, 0) + 1
        return label if number == 1 else f"{label} {number}"


def _named_ids(value: Any) -> Iterator[tuple[str, str]]:
    """Each id that is beside a name."""
    if isinstance(value, list):
        for one in value:
            yield from _named_ids(one)
    elif isinstance(value, dict):
        id_ = value.get("Id") or value.get("ID")
        spec = value.get("Spec")
        called = value.get("Name") or (value.get("Names") or value.get("RepoTags") or [""])[0]
        called = called or (spec.get("Name") if isinstance(spec, dict) else "")
        if isinstance(id_, str) and isinstance(called, str) and called:
            yield id_, called.lstrip("/")
        for one in value.values():
            yield from _named_ids(one)
