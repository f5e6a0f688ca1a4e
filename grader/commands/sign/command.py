"""The command `grader sign`: its options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader import exit_codes
from grader.errors import GraderError
from grader.reports import signature
from grader.reports.signable import ClassRun, gathered_from_class, gathered_from_folder
from grader.reports.signature import KEY_VARIABLE, FileStatus, existing_folder, run_name, signing_key
from grader.roster.roster import read_roster
from grader.text.escaping import log_line


def sign(
    folder: Annotated[Path, typer.Argument(help="A folder of results.")],
    *,
    roster: Annotated[Path | None, typer.Option(help="Sign only results of this class; needs --exercise.")] = None,
    exercise: Annotated[str, typer.Option(help="The exercise that the class did, such as tp6.")] = "",
    by_job: Annotated[
        bool, typer.Option("--by-job", help="Sign only results signed with the key of their student's job.")
    ] = False,
) -> None:
    """Sign a folder of results (key: GRADER_SIGNING_KEY).

    A result whose path names another student or exercise, or that was not made by that student's own job, is named and
    stays unsigned. Exit code 1: some results stay unsigned.

    Example: grader sign results --roster class.csv --exercise tp6
    """
    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to sign with: set {KEY_VARIABLE}")
    if (roster is None) != (not exercise) or (by_job and roster is None):
        raise GraderError("--roster, --exercise: one needs the other, and --by-job needs both")
    found = signature.verify(existing_folder(folder), key)
    if not found and roster is None:
        raise GraderError(f"{folder}: no results there")
    run = run_name(os.environ)
    unsigned = [name for name, status in found.items() if status is FileStatus.UNSIGNED]
    if roster is None:
        gathered = gathered_from_folder(folder, unsigned)
    else:
        students = tuple(student.id for student in read_roster(roster, ("id",)))
        present = [name for name, status in found.items() if status is not FileStatus.MISSING]
        gathered = gathered_from_class(folder, present, ClassRun(exercise, students, run, key if by_job else None))
    good = [name for name in gathered.signable if name in unsigned]
    signature.sign(folder, key, [folder / name for name in good], run)
    for name, why in gathered.unsignable.items():
        print(log_line(f"not signed: {name}: {why}"))  # this is the command's output
    print(log_line(f"{len(good)} signed in {folder}"))
    if gathered.unsignable:
        raise typer.Exit(exit_codes.FAILED)
