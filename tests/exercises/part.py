"""Which solutions of an exercise `make test-live` brings up: as few as show every check and every diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.rehearsal.solution import read_solutions
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from pathlib import Path

    from grader.rehearsal.solution import Solution

__all__ = ["part_of"]


def part_of(exercise: Path, shown: set[str]) -> list[str]:
    """Names of the solutions to bring up: the reference, and those that show what is not in `shown` yet.

    What they show is added to `shown`: a diagnosis that one exercise has shown need not be shown by the next, but each
    check of each exercise is failed once.
    """
    solutions = read_solutions(read_suite(exercise))
    chosen = [one.name for one in solutions if one.is_reference]
    left = [one for one in solutions if not one.is_reference]
    while left:
        best = max(left, key=lambda one: len(_shows(exercise, one) - shown))
        new = _shows(exercise, best) - shown
        if not new:
            break
        shown |= new
        chosen.append(best.name)
        left.remove(best)
    return chosen


def _shows(exercise: Path, solution: Solution) -> set[str]:
    """Checks that it fails, and diagnoses that it is given."""
    failed = solution.expected.failed
    return {f"{exercise.name} {check}" for check in failed} | set(failed.values())
