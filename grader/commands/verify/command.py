"""The command `grader verify`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.errors import GraderError
from grader.messages import Texts
from grader.reports import signature
from grader.reports.signature import KEY_VARIABLE, FileStatus, Statement, existing_folder, read_statements, signing_key
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("folder", type=PATH)
@lang_option
def verify(*, folder: Path, lang: str) -> None:
    """Prints the status of every file, with the run and time of its signature."""
    texts = Texts("commands", language_of(lang, os.environ))
    key = signing_key(os.environ)
    if key is None:
        raise GraderError("signature.no-key", variable=KEY_VARIABLE)
    found = signature.verify(existing_folder(folder), key)
    if not found:
        raise GraderError("results.none", path=folder)
    statements = read_statements(folder, key)
    for name, status in found.items():
        about = _run_and_time(statements.get(name), texts) if status is FileStatus.SIGNED else ""
        print(log_line(f"{status.value:<9} {name}{about}"))
    if any(status is not FileStatus.SIGNED for status in found.values()):
        raise Exit(exit_codes.FAILED)


def _run_and_time(statement: Statement | None, texts: Texts) -> str:
    if statement is None:
        return f"  ({texts('verify.no-statement')})"
    return f"  ({statement.run or texts('verify.no-pipeline')}, {statement.at})"
