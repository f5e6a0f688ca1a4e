"""The command `grader regrade`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.commands.regrade.output import summary_lines, written_line
from grader.commands.regrade.regrade import regrade as run
from grader.commands.regrade.regrade import signed_folder, write_changes
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("folder", type=PATH)
@click.option("--exercise", type=PATH, required=True)
@click.option("--write", is_flag=True)
@click.option("--reason", default="")
@lang_option
def regrade(*, folder: Path, exercise: Path, write: bool, reason: str, lang: str) -> None:
    """Judges recordings with today's suite."""
    language = language_of(lang, os.environ)
    if write and not reason.strip():
        raise GraderError("usage.write-without-reason")
    if not folder.is_dir():
        raise GraderError("results.not-recorded", path=folder)
    signed = signed_folder(folder, os.environ) if write else None
    report = run(folder, read_suite(find_exercise(exercise)))
    for line in summary_lines(report, folder, language):
        print(line)
    if write:
        write_changes(report, reason, language, signed)
    print(written_line(report, language, written=write), end="")
    if report.unreadable_results:
        raise GraderError("results.several", results=tuple(report.unreadable_results))
    if not report.judged and not report.unreadable:
        raise Exit(exit_codes.NOTHING_TO_GRADE)
    if report.unreadable or report.incomplete:
        raise Exit(exit_codes.NOT_GRADED)
