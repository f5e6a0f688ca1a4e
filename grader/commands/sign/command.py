"""The command `grader sign`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.commands.sign.ledger import sign_ledger_of
from grader.errors import GraderError
from grader.messages import Texts
from grader.reports import signature
from grader.reports.signable import ClassRun, gathered_from_class, gathered_from_folder
from grader.reports.signature import KEY_VARIABLE, FileStatus, existing_folder, run_name, signing_key
from grader.roster.roster import read_roster
from grader.roster.teams import find_teams
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("folder", type=PATH)
@click.option("--roster", type=PATH)
@click.option("--exercise", default="")
@click.option("--by-job", is_flag=True)
@lang_option
def sign(*, folder: Path, roster: Path | None, exercise: str, by_job: bool, lang: str) -> None:
    """Signs the results that are in their own student's place."""
    texts = Texts("commands", language_of(lang, os.environ))
    key = signing_key(os.environ)
    is_ledger_signed = sign_ledger_of(existing_folder(folder), texts, os.environ)
    if key is None and is_ledger_signed:
        return
    if key is None:
        raise GraderError("signature.no-key", variable=KEY_VARIABLE)
    if (roster is None) != (not exercise) or (by_job and roster is None):
        raise GraderError("usage.roster-and-exercise")
    found = signature.verify(existing_folder(folder), key)
    if not found and roster is None:
        raise GraderError("results.none", path=folder)
    run = run_name(os.environ)
    unsigned = [name for name, status in found.items() if status is FileStatus.UNSIGNED]
    if roster is None:
        gathered = gathered_from_folder(folder, unsigned)
    else:
        teams = find_teams(read_roster(roster, ("id",)), "repo")
        ids = tuple(tuple(student.id for student in team.members) for team in teams)
        present = [name for name, status in found.items() if status is not FileStatus.MISSING]
        gathered = gathered_from_class(folder, present, ClassRun(exercise, ids, run, key if by_job else None))
    good = [name for name in gathered.signable if name in unsigned]
    signature.sign(folder, key, [folder / name for name in good], run)
    for name, why in gathered.unsignable.items():
        print(log_line(texts("sign.not-signed", file=name, why=why.message(texts.language))))
    print(log_line(texts("sign.signed", count=len(good), folder=folder)))
    if gathered.unsignable:
        raise Exit(exit_codes.FAILED)
