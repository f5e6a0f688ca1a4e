"""Killed at any moment and resumed: the same results as if nothing had happened, and no torn file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands.batch.kills import kill_and_resume

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.live
def test_nothing_is_lost_and_nothing_is_torn(roster: Callable[[int], Path]) -> None:
    """Ten kills here; `python -m tests.commands.batch.kills ROSTER 200` makes as many as you like."""
    tally = kill_and_resume(roster(40), 10)
    assert tally.kills == 10
    assert (tally.torn, tally.differing) == (0, 0)
