"""Which solutions of an exercise `make test-live` brings up: as few as show every check and every diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from pathlib import Path

    from grader.commands.rehearse.solution import Solution


def select_solutions(exercise: Path, already_shown: set[str]) -> list[str]:
    """Names of the solutions to bring up: the reference, and those that show what is not in `shown` yet.

    What they show is added to `shown`: a diagnosis that one exercise has shown need not be shown by the next, but each
    check of each exercise is failed once.
    """
    solutions = read_solutions(read_suite(exercise))
    chosen = [one.name for one in solutions if one.is_reference]
    left = [one for one in solutions if not one.is_reference]
    while left:
        best = max(left, key=lambda one: len(_shown_by(exercise, one) - already_shown))
        new = _shown_by(exercise, best) - already_shown
        if not new:
            break
        already_shown |= new
        chosen.append(best.name)
        left.remove(best)
    return chosen


def _shown_by(exercise: Path, solution: Solution) -> set[str]:
    """Checks that it fails, and diagnoses that it gets."""
    failed = solution.expected.failed
    return {f"{exercise.name} {check}" for check in failed} | set(failed.values())
