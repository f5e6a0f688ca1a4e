"""Every recorded solution judged by today's suites, without an engine: see "Recordings" in CONTRIBUTING.md."""

from __future__ import annotations

import pytest

from tests.replays.missing import find_missing
from tests.replays.names import possible_names, select_recordings
from tests.replays.replay import judge_recording, record_command, replay_differences
from tests.replays.stored_recording import RECORDINGS, read_stored, recorded_names

LARGEST_ON_AVERAGE = 12_100
"""Bytes per recording, shared files included: some 7 MB for 600."""


@pytest.mark.parametrize("name", recorded_names())
def test_it_comes_out_as_expected(name: str) -> None:
    kept = read_stored(name)
    wrong = replay_differences(kept, judge_recording(kept))
    assert not wrong, "\n".join(wrong)


def test_every_solution_is_recorded_as_it_is_today() -> None:
    missing = find_missing(select_recordings([]))
    names = {*missing.solutions, *(possible_names(test)[0] for test in missing.tests)}
    assert not names, "\n".join(
        f"{name} has no recording of what it is today: {record_command(name)}" for name in sorted(names)
    )


def test_every_recording_is_of_a_solution() -> None:
    wanted = select_recordings([])
    known = {*wanted.solutions, *(name for test in wanted.tests for name in possible_names(test))}
    left = [name for name in recorded_names() if name not in known]
    assert not left, "\n".join(f"{name} is no solution any more: git rm tests/recordings/{name}.jsonl" for name in left)


def test_they_stay_small() -> None:
    size = sum(path.stat().st_size for path in RECORDINGS.rglob("*") if path.is_file())
    assert size < LARGEST_ON_AVERAGE * len(recorded_names())
