"""Names that are nearly the expected ones."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def match_names(wanted: Iterable[str], names: Iterable[str], cutoff: float) -> dict[str, str]:
    """Each of `wanted` to the most similar of `names`, the best pairs first: no name stands for two of them.

    `cutoff`: the least similarity, from 0 to 1. Case and punctuation do not count.
    """
    there = sorted(set(names))
    pairs = [(_similarity(one, name), one, name) for one in wanted for name in there]
    found: dict[str, str] = {}
    for similarity, one, name in sorted(pairs, key=lambda pair: pair[0], reverse=True):
        if similarity >= cutoff and one not in found and name not in found.values():
            found[one] = name
    return found


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _fold(one), _fold(other)).ratio()


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
