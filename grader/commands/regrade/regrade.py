"""Regrades all recordings below a folder, and writes the changed results on request."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ExerciseError, GraderError
from grader.grading.recording import RegradedResult, UnreadableRecording, regrade_recording
from grader.reports.result import Regrade
from grader.reports.signature import KEY_VARIABLE, SIGNATURE, sign, signing_key
from grader.results.attempts import recordings_below
from grader.results.folder import open_ledger_if_any, results_folder_of
from grader.results.storing import store_regrade
from grader.scoring.suite import suite_hash
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.ledger.ledger import Ledger
    from grader.messages import Language
    from grader.scoring.suite import Suite


@dataclass
class RegradeReport:
    suite: Suite
    sha256: str
    judged: int = 0
    seconds: float = 0.0
    changed: list[RegradedResult] = field(default_factory=list)
    """Results that change, and whose recording answers everything that the suite asks."""
    incomplete: list[RegradedResult] = field(default_factory=list)
    """Results whose recording does not answer everything that the suite asks."""
    unreadable: list[UnreadableRecording] = field(default_factory=list)
    unreadable_results: list[ExerciseError] = field(default_factory=list)
    """Recordings whose result cannot be read; it must not be overwritten."""


def regrade(folder: Path, suite: Suite) -> RegradeReport:
    """Regrades every recording of the suite's exercise below `folder`."""
    report = RegradeReport(suite, suite_hash(suite.folder))
    began = time.monotonic()
    for path in recordings_below(folder):
        try:
            regraded = regrade_recording(suite, path)
        except ExerciseError as error:
            report.unreadable_results.append(error)
            continue
        if isinstance(regraded, UnreadableRecording):
            report.unreadable.append(regraded)
            continue
        if regraded is None:
            continue
        report.judged += 1
        if not regraded.is_complete:
            report.incomplete.append(regraded)
        elif regraded.has_changed:
            report.changed.append(regraded)
    report.seconds = time.monotonic() - began
    return report


def signed_folder(folder: Path, environ: Mapping[str, str]) -> tuple[Path, bytes] | None:
    """The folder whose signature covers `folder`, and the key to sign again; `None` if nothing is signed.

    Raises `GraderError` without a key: changed results must not look as if they had been tampered with.
    """
    place = folder.resolve()
    signed = next((one for one in (place, *place.parents[:2]) if (one / SIGNATURE).is_file()), None)
    key = signing_key(environ)
    if signed is None:
        return None
    if key is None:
        raise GraderError("signature.key-to-regrade", path=signed, variable=KEY_VARIABLE)
    return signed, key


def write_changes(
    regraded: RegradeReport,
    reason: str,
    language: Language,
    signed: tuple[Path, bytes] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Stores the judgements that change, with the reason and the previous mark in them; those before are kept.

    Results with an incomplete recording are left as they were.
    """
    at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    written: list[Path] = []
    archived: dict[Path, Path] = {}
    with contextlib.ExitStack() as stack:
        ledgers: dict[Path, Ledger | None] = {}
        for result in regraded.changed:
            before = result.before
            entry = Regrade(
                at=at,
                reason=escape_control_characters(reason.strip(), 500),
                mark_before=before.mark if before else None,
                suite_before=before.suite.sha256 if before else "",
                grader_before=before.grader if before else "",
            )
            now = msgspec.structs.replace(result.now, regraded=[*result.now.regraded, entry])
            folder = results_folder_of(result.result_path, now)
            if folder not in ledgers:
                ledgers[folder] = stack.enter_context(open_ledger_if_any(folder, environ))
            stored = store_regrade(now, result.result_path, language, folder=folder, ledger=ledgers[folder])
            written += [path.resolve() for path in stored.written]
            archived |= {was.resolve(): there.resolve() for was, there in stored.archived.items()}
    if signed:
        sign(*signed, written, archived=archived)
