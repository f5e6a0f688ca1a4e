"""Grades one submission, as a program of its own: `python -I -m grader.repository.grading_process REQUEST RESULT`."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.grade import grade
from grader.machine.address import engine_address
from grader.machine.reach import reach
from grader.reports.results import write_result
from grader.repository.submission import GradingTask
from grader.repository.submission_compose import SubmissionCompose
from grader.repository.submission_files import SubmissionFiles
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.scoring.suite import read_suite
from grader.settings import Settings

if TYPE_CHECKING:
    from grader.machine.link import Link

__all__: list[str] = []


def main() -> None:
    request, result = map(Path, sys.argv[1:])
    task = msgspec.json.decode(request.read_bytes(), type=GradingTask)
    settings = Settings(
        machine=parse_machine_url(task.machine),
        student=task.student.id,
        student_name=task.student.name,
        ports=parse_ports(task.ports) if task.ports else None,
        disposable=True,
    )
    with ExitStack() as opened:

        def connect() -> Link:
            if task.submission is None:
                return reach(settings.machine, deadline_s=task.seconds)
            files = opened.enter_context(SubmissionFiles(task.submission))
            compose = SubmissionCompose(task.submission, engine_address(settings.machine, os.environ))
            return reach(settings.machine, deadline_s=task.seconds, files=files, compose=compose)

        graded = grade(read_suite(Path(task.exercise)), settings, connect=connect)
    write_result(graded.result, result)


if __name__ == "__main__":
    main()
