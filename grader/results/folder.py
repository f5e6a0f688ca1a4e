"""The ledger of a results folder: results that were there before it are noted when it is made."""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.ledger.known_heads import KnownHeads
from grader.ledger.ledger import Ledger, NewEntry
from grader.ledger.reading import has_ledger
from grader.ledger.signing_key import read_signing_key
from grader.reports.result_files import last_path, result_path
from grader.results.attempts import SUFFIXES, existing_results
from grader.results.storing import PREPARED, entry_body, finish_interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.reports.result import ResultFile


@contextlib.contextmanager
def open_ledger(folder: Path, environ: Mapping[str, str]) -> Iterator[Ledger]:
    """The ledger of the results folder, made if there is none; what a kill interrupted is finished first.

    The environment says where the school's key is, and where this computer remembers what it has seen.
    """
    ledger, known = Ledger(folder, read_signing_key(environ)), KnownHeads.of_user(environ)
    with ledger.transaction():
        existing = [] if ledger.state.lines else list(_entries_of_existing(folder))
        known.require(ledger.state, folder, has_results=bool(ledger.state.lines or existing))
        if not ledger.state.lines:
            ledger.append_all(existing)
        if ledger.state.being_forgotten:
            from grader.results.forgetting import finish_forgetting  # noqa: PLC0415 - slow to import, and rare

            finish_forgetting(ledger, environ)
        finish_interrupted(ledger)
    try:
        yield ledger
    finally:
        known.note(ledger.state, folder)


@contextlib.contextmanager
def open_ledger_if_any(folder: Path, environ: Mapping[str, str]) -> Iterator[Ledger | None]:
    """As `open_ledger`, but `None` if the folder has no ledger: a student's own results need none."""
    if not has_ledger(folder):
        yield None
        return
    with open_ledger(folder, environ) as ledger:
        yield ledger


def finish_if_possible(folder: Path, environ: Mapping[str, str]) -> None:
    """Finishes what a kill interrupted, unless the folder or its ledger is not to be written to."""
    if any(folder.glob(f"*/{PREPARED}*")) and os.access(folder, os.W_OK):
        with contextlib.suppress(GraderError, OSError), open_ledger(folder, environ):
            pass


def results_folder_of(path: Path, result: ResultFile) -> Path:
    """The results folder in which `path` is the place of `result`; any other file's own folder."""
    last = last_path(path)
    folder = last.parent.parent
    return folder if last == result_path(folder, result.exercise, result.student.id) else last.parent


def _entries_of_existing(folder: Path) -> Iterator[NewEntry]:
    found = sorted(existing_results(folder), key=lambda one: (one[1].started_at, one[1].attempt, len(one[1].regraded)))
    for path, result, content in found:
        digests = {".json": hashlib.sha256(content).hexdigest()}
        for suffix in SUFFIXES[1:]:
            beside = path.with_suffix(suffix)
            if beside.is_file() and not beside.is_symlink():
                digests[suffix] = hashlib.sha256(beside.read_bytes()).hexdigest()
        body = {**entry_body(result, path, folder, digests), "adopted": True}
        yield NewEntry("regrade" if result.regraded else "attempt", body, result.student.id)
