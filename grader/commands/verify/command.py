"""The command `grader verify`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.commands.verify.ledger import verify_ledger_of, verify_student_receipt
from grader.errors import GraderError
from grader.ledger.reading import has_ledger
from grader.messages import Texts
from grader.reports import signature
from grader.reports.signature import KEY_VARIABLE, FileStatus, Statement, existing_folder, read_statements, signing_key
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("folder", type=PATH)
@click.option("--public-key", type=PATH)
@click.option("--receipt", type=PATH)
@lang_option
def verify(*, folder: Path, public_key: Path | None, receipt: Path | None, lang: str) -> None:
    """Verifies a results folder, or a student's receipt."""
    texts = Texts("commands", language_of(lang, os.environ))
    if folder.is_file():
        if not verify_student_receipt(folder, public_key, texts, os.environ):
            raise Exit(exit_codes.FAILED)
        return
    key = signing_key(os.environ)
    results = [verify_ledger_of(existing_folder(folder), public_key, receipt, texts, os.environ)]
    if key is not None:
        results.append(_verify_signature(folder, key, texts))
    elif not has_ledger(folder):
        raise GraderError("signature.no-key", variable=KEY_VARIABLE)
    if not all(results):
        raise Exit(exit_codes.FAILED)


def _verify_signature(folder: Path, key: bytes, texts: Texts) -> bool:
    """Prints the status of every file, with the run and time of its signature; False if one is not signed."""
    found = signature.verify(folder, key)
    if not found:
        raise GraderError("results.none", path=folder)
    if has_ledger(folder) and not (folder / signature.SIGNATURE).exists():
        return True  # signed by its ledger only
    statements = read_statements(folder, key)
    for name, status in found.items():
        about = _run_and_time(statements.get(name), texts) if status is FileStatus.SIGNED else ""
        print(log_line(f"{status.value:<9} {name}{about}"))
    return all(status is FileStatus.SIGNED for status in found.values())


def _run_and_time(statement: Statement | None, texts: Texts) -> str:
    if statement is None:
        return f"  ({texts('verify.no-statement')})"
    return f"  ({statement.run or texts('verify.no-pipeline')}, {statement.at})"
