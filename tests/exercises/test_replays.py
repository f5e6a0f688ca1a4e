"""Every recorded solution judged by today's suites, without an engine: see "Recordings" in CONTRIBUTING.md."""

from __future__ import annotations

import pytest

from tests.replays.files import RECORDINGS, read_kept, recorded_names
from tests.replays.judged import command, judged, wrong_in
from tests.replays.missing import missing_of, not_recorded_yet
from tests.replays.names import possible_names, wanted_by

LARGEST = 5_000_000


@pytest.mark.parametrize("name", recorded_names())
def test_it_comes_out_as_expected(name: str) -> None:
    kept = read_kept(name)
    wrong = wrong_in(kept, judged(kept))
    assert not wrong, "\n".join(wrong)


def test_every_solution_is_recorded_as_it_is_today() -> None:
    missing = missing_of(wanted_by([]))
    names = {*missing.solutions, *(possible_names(test)[0] for test in missing.tests)}
    later = not_recorded_yet()
    lines = [f"{name} has no recording of what it is today: {command(name)}" for name in sorted(names - later)]
    lines += [
        f"{name} is recorded: take its line out of tests/recordings/not-yet.txt" for name in sorted(later - names)
    ]
    assert not lines, "\n".join(lines)


def test_no_recording_is_left_of_what_is_no_more() -> None:
    wanted = wanted_by([])
    known = {*wanted.solutions, *(name for test in wanted.tests for name in possible_names(test))}
    left = [name for name in recorded_names() if name not in known]
    assert not left, "\n".join(f"{name} is no solution any more: git rm tests/recordings/{name}.jsonl" for name in left)


def test_they_stay_small() -> None:
    size = sum(path.stat().st_size for path in RECORDINGS.rglob("*") if path.is_file())
    assert size < LARGEST
