"""Killed at any moment, no entry is lost, none is there twice, and the ledger verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.results.kills import kill_and_look

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("count", [10, pytest.param(200, marks=pytest.mark.long)])
def test_no_entry_is_lost_and_none_is_doubled(tmp_path: Path, count: int) -> None:
    tally = kill_and_look(tmp_path, count)
    assert tally.faults == []
    assert tally.kills == count
    assert sum(tally.in_the_middle.values()) > count / 4, "most came when there was nothing to kill"
