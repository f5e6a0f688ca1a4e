"""The command `grader verify`: its options."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.reports.signature import Statement


def verify_results(folder: Annotated[Path, typer.Argument(help="A folder of results.")]) -> None:
    """Check the signature of results (key: GRADER_SIGNING_KEY).

    Print the run and the time of each signature: check that it is the run you mean. Exit code 1: not every file is
    signed.

    Example: grader verify results
    """
    from grader.errors import GraderError  # noqa: PLC0415 - only this verb
    from grader.reports.signature import KEY_VARIABLE, FileStatus, existing_folder, read_statements, signing_key, verify  # noqa: PLC0415
    from grader.text.escaping import log_line  # noqa: PLC0415

    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to check with: set {KEY_VARIABLE}")
    found = verify(existing_folder(folder), key)
    if not found:
        raise GraderError(f"{folder}: no results there")
    statements = read_statements(folder, key)
    for name, status in found.items():
        about = _run_and_time(statements.get(name)) if status is FileStatus.SIGNED else ""
        print(log_line(f"{status.value:<9} {name}{about}"))  # noqa: T201  # this is where the command speaks
    raise typer.Exit(int(any(status is not FileStatus.SIGNED for status in found.values())))


def _run_and_time(statement: Statement | None) -> str:
    if statement is None:
        return "  (run and time not recorded: signed by an earlier version)"
    return f"  ({statement.run or 'no pipeline'}, {statement.at})"
