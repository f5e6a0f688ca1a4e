"""The kinds of test: what each needs, how long one may take, and which may run side by side."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    import pytest

__all__ = ["KINDS", "group_of", "kind_of", "limit_s"]

KINDS: Final = ("without an engine", "replays", "of the live slice", "on real engines", "that take minutes")
_LIMITS_S: Final = dict(zip(KINDS, (300, 300, 900, 900, 3000), strict=True))
"""A test's limit in seconds, its fixtures included: the first live one may have to make the images, or a machine."""
_MACHINES: Final = 3
"""Groups of tests on a machine behind SSH: they wait most of their time, and each group has a machine of its own."""


def kind_of(nodeid: str, keywords: Collection[str]) -> str:
    """One of `KINDS`, by the test's markers and its place."""
    if "long" in keywords:
        return KINDS[4]
    if "smoke" in keywords:
        return KINDS[2]
    if "live" in keywords:
        return KINDS[3]
    return KINDS[1] if "replay" in nodeid.partition("::")[0] or nodeid.startswith("tests/recordings/") else KINDS[0]


def limit_s(item: pytest.Item) -> int:
    return _LIMITS_S[kind_of(item.nodeid, _markers(item))]


def group_of(item: pytest.Item) -> str | None:
    """Tests of one group run one after the other; `None` for a test that may run beside all others.

    There is one engine for all, which each test empties. A machine behind SSH is one for each process of pytest.
    """
    if "live" not in _markers(item):
        return None
    fixtures: Collection[str] = getattr(item, "fixturenames", ())
    if "lab_machine" in fixtures and "shared_engine" not in fixtures:
        return f"machine-{zlib.crc32(item.nodeid.encode()) % _MACHINES}"
    return "engine"


def _markers(item: pytest.Item) -> set[str]:
    return {marker.name for marker in item.iter_markers()}
