"""The command `grader regrade`: its options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader import exit_codes
from grader.commands.regrade.output import summary_lines, written_line
from grader.commands.regrade.regrade import regrade as run
from grader.commands.regrade.regrade import signed_folder, write_changes
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.scoring.suite import read_suite
from grader.settings import language_of


def regrade(
    folder: Annotated[Path, typer.Argument(help="A folder of results made with --record.")],
    exercise: Annotated[Path, typer.Option(help="The exercise to judge with, such as exercises/tp2.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Overwrite the results that change; needs --reason.")] = False,
    reason: Annotated[str, typer.Option(help="Why marks change; stored in the results written.")] = "",
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
) -> None:
    """Judge recordings with today's suite; no machine is needed.

    List the verdicts that change. Exit code 5: there is no recording; 6: one could not be judged.

    Example: grader regrade results --exercise exercises/tp2 --write --reason "check 3 refused 0.0.0.0"
    """
    language = language_of(lang, os.environ)
    if write and not reason.strip():
        raise GraderError('--write changes marks: say why with --reason "…", it is kept in the results')
    if not folder.is_dir():
        raise GraderError(f"{folder} is no folder; wanted one of results made with --record")
    signed = signed_folder(folder, os.environ) if write else None
    report = run(folder, read_suite(find_exercise(exercise)))
    for line in summary_lines(report, folder, language):
        print(line)
    if write:
        write_changes(report, reason, language, signed)
    print(written_line(report, language, written=write), end="")
    if report.unreadable_results:
        raise GraderError("\n".join(map(str, report.unreadable_results)))
    if not report.judged and not report.unreadable:
        raise typer.Exit(exit_codes.NOTHING_TO_GRADE)
    if report.unreadable or report.incomplete:
        raise typer.Exit(exit_codes.NOT_GRADED)
