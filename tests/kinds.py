"""The kinds of test: what each needs, how long one may take, and which may run side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    import pytest

KINDS: Final = ("without an engine", "replays", "of the live slice", "on real engines", "that take minutes")
_LIMITS_S: Final = dict(zip(KINDS, (300, 300, 900, 900, 3000), strict=True))
"""A test's limit in seconds, its fixtures included: the first live one may have to make the images, or a machine."""


def kind_of(nodeid: str, keywords: Collection[str]) -> str:
    """One of `KINDS`, by the test's markers and its place."""
    if "long" in keywords:
        return KINDS[4]
    if "smoke" in keywords:
        return KINDS[2]
    if "live" in keywords:
        return KINDS[3]
    return KINDS[1] if "replay" in nodeid.partition("::")[0] or nodeid.startswith("recordings/") else KINDS[0]


def limit_s(item: pytest.Item) -> int:
    return _LIMITS_S[kind_of(item.nodeid, _markers(item))]


def has_its_own_machine(item: pytest.Item) -> bool:
    """Whether a live test does not use the lab's engine, of which there is only one, and which each test empties.

    Each process of pytest has a machine behind SSH of its own, so these tests may run side by side.
    """
    fixtures: Collection[str] = getattr(item, "fixturenames", ())
    return "live" in _markers(item) and "lab_machine" in fixtures and "shared_engine" not in fixtures


def _markers(item: pytest.Item) -> set[str]:
    return {marker.name for marker in item.iter_markers()}
