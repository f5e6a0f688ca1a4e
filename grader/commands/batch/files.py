"""Grades the files that a class has handed in, from Moodle's zip file."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from grader.grading.handed_in import graded_handed_in, read_handed_in
from grader.handin.moodle_zip import read_moodle_zip
from grader.programs.temporary_folder import temporary_folder
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from grader.commands.batch.batch import Batch, BatchOutcome, Progress
    from grader.grading.request import GradingRequest
    from grader.roster.student import RosterStudent


def grade_files(
    moodle_zip: Path,
    shared: GradingRequest,
    students: Sequence[RosterStudent],
    batch_of: Callable[[Iterable[GradingRequest]], Batch],
    watcher: Progress,
    *,
    code: str,
    at_once: int,
) -> BatchOutcome:
    """Judges the recordings in the files, and says on standard error what is odd about them."""
    with temporary_folder("grader-handin-") as recordings:
        work = read_handed_in(read_moodle_zip(moodle_zip), shared, students, recordings, code)
        batch = batch_of(work.requests)
        for remark in work.remarks:
            print(log_line(f"grader: {remark.message(batch.language)}"), file=sys.stderr)
        return batch.run(watcher, partial(graded_handed_in, work=work, at_once=at_once))
