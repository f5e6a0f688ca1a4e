"""What is mounted in a container."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from grader.probes.mounts.mounts import MountFact, RawMount, parse_mounts
from tests.probes.malformed_answers import mangle, many_examples


def test_mounts_are_told_with_what_is_behind_them() -> None:
    raw = [
        {"Type": "bind", "Source": "/host_mnt/Users/anna/site", "Destination": "/srv/", "RW": False},
        {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "Destination": "/data"},
        {"Type": "bind", "Source": "/", "Destination": "/"},
        {},
    ]
    assert parse_mounts(msgspec.convert(raw, list[RawMount])) == (
        MountFact("bind", "/Users/anna/site", "/srv", writable=False),
        MountFact("volume", "/var/lib/docker/volumes/data/_data", "/data", writable=True, volume="data"),
        MountFact("bind", "/", "/", writable=True),
        MountFact("", "", "/", writable=True),
    )


@pytest.mark.parametrize(
    ("volume", "is_anonymous"),
    [("0123456789abcdef" * 4, True), ("0123456789ABCDEF" * 4, False), ("a" * 63, False), ("a" * 65, False), ("", False),
     ("data", False)],
)  # fmt: skip
def test_a_volume_without_a_name_has_one_of_64_digits(volume: str, is_anonymous: object) -> None:
    assert MountFact("volume", "", "/data", writable=True, volume=volume).is_anonymous is is_anonymous


@many_examples
@given(mangle([{"Type": "bind", "Name": "x", "Source": "C:\\Users", "Destination": "/x", "RW": True}]))
def test_any_mounts_are_facts_or_refused_where_they_are_decoded(raw: Any) -> None:
    try:
        mounts = msgspec.convert(raw, list[RawMount], strict=False)
    except msgspec.ValidationError:
        return
    assert all(one.is_anonymous in {True, False} for one in parse_mounts(mounts))
