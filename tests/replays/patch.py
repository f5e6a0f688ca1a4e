"""A JSON value as its difference from another, by JSON pointers: recordings then show what is special about them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_REMOVED: Final = object()
_END: Final = object()
"""JSON Pointer's `-`: the place after the last of a list. Here it stands for any number of further elements."""


def make_patch(base: Any, value: Any) -> dict[str, Any]:
    """What `apply_patch` needs to turn `base` into `value`: `but` has the new values, `without` the missing keys."""
    but: dict[str, Any] = {}
    without: list[str] = []
    for pointer, new in _walk(base, value, ""):
        if new is _REMOVED:
            without.append(pointer)
        else:
            but[pointer] = new
    return {**({"but": dict(sorted(but.items()))} if but else {}), **({"without": sorted(without)} if without else {})}


def apply_patch(base: Any, change: dict[str, Any]) -> Any:
    value = copy.deepcopy(base)
    for pointer in change.get("without", []):
        parent, last = _parent(value, pointer)
        del parent[last]
    for pointer, new in change.get("but", {}).items():
        if not pointer:
            return new
        parent, last = _parent(value, pointer)
        if last is _END:
            parent.extend(new)
        else:
            parent[last] = new
    return value


def _walk(base: Any, value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(base, dict) and isinstance(value, dict):
        for key in base.keys() | value.keys():
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key not in value:
                yield below, _REMOVED
            elif key not in base:
                yield below, value[key]
            else:
                yield from _walk(base[key], value[key], below)
    elif isinstance(base, list) and isinstance(value, list) and len(base) == len(value):
        for place, (one, other) in enumerate(zip(base, value, strict=True)):
            yield from _walk(one, other, f"{pointer}/{place}")
    elif isinstance(base, list) and isinstance(value, list) and base and value[: len(base)] == base:
        yield f"{pointer}/-", value[len(base) :]
    # Python takes 1 for True.
    elif base != value or type(base) is not type(value):
        yield pointer, value


def _parent(value: Any, pointer: str) -> tuple[Any, Any]:
    *parts, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for part in parts:
        value = value[int(part)] if isinstance(value, list) else value[part]
    if not isinstance(value, list):
        return value, last
    return value, _END if last == "-" else int(last)
