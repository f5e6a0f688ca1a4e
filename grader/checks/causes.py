"""Which diagnosis explains which: one mistake is one failure, also if two checks see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_FROM_THE_IMAGE: Final = frozenset({"container-other-image", "image-missing", "image-only-tagged"})
_CAUSES: Final[Mapping[str, frozenset[str]]] = {
    "code-copied-in": _NOT_FROM_THE_IMAGE,
    "code-mounted": _NOT_FROM_THE_IMAGE,
    "down-leaves": frozenset({"published-inside"}),
    "file-unchanged": frozenset({"file-in-image"}),
    "host-network-inside": frozenset({"network-mode"}),
    "listens-on-another-port": frozenset({"image-other-port"}),
    "port-wrong-inside": frozenset({"image-other-port"}),
    "runs-as-root": _NOT_FROM_THE_IMAGE,
    "user-is-root": _NOT_FROM_THE_IMAGE,
}
"""Each diagnosis with those that explain it, if they are of the same container or of its image."""
_NEVER_STARTED: Final = "container-created"
_WORD: Final = re.compile(r"[\w.-]+")


def explains(cause: str, cause_values: Mapping[str, str], effect: str, effect_values: Mapping[str, str]) -> bool:
    """True if what `cause` tells is also why `effect` failed.

    That is so if its `name` is among the values of the effect, or if both are of a project that was never started.
    """
    if cause == effect == _NEVER_STARTED:
        return cause_values.get("project", "") == effect_values.get("project") != ""
    named = {word for value in effect_values.values() for word in _WORD.findall(value)}
    return cause in _CAUSES.get(effect, ()) and cause_values.get("name", "") in named
