"""The command `grader verify`: its options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader import exit_codes
from grader.errors import GraderError
from grader.reports import signature
from grader.reports.signature import KEY_VARIABLE, FileStatus, Statement, existing_folder, read_statements, signing_key
from grader.text.escaping import log_line


def verify(folder: Annotated[Path, typer.Argument(help="A folder of results.")]) -> None:
    """Check the signature of results (key: GRADER_SIGNING_KEY).

    Print the run and the time of each signature: check that it is the run you mean. Exit code 1: not every file is
    signed.

    Example: grader verify results
    """
    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to check with: set {KEY_VARIABLE}")
    found = signature.verify(existing_folder(folder), key)
    if not found:
        raise GraderError(f"{folder}: no results there")
    statements = read_statements(folder, key)
    for name, status in found.items():
        about = _run_and_time(statements.get(name)) if status is FileStatus.SIGNED else ""
        print(log_line(f"{status.value:<9} {name}{about}"))  # this is the command's output
    if any(status is not FileStatus.SIGNED for status in found.values()):
        raise typer.Exit(exit_codes.FAILED)


def _run_and_time(statement: Statement | None) -> str:
    if statement is None:
        return "  (run and time not recorded: signed by an earlier version)"
    return f"  ({statement.run or 'no pipeline'}, {statement.at})"
