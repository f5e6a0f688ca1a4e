"""Regrades all recordings below a folder, and writes the changed results on request."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ExerciseError, GraderError
from grader.grading.recording import RegradedResult, UnreadableRecording, regrade_recording
from grader.reports.result import Regrade
from grader.reports.result_files import write_reports_at
from grader.reports.signature import KEY_VARIABLE, SIGNATURE, sign, signing_key
from grader.scoring.suite import suite_hash
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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
    for path in sorted(folder.glob("**/*.recording")):
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
    regraded: RegradeReport, reason: str, language: Language, signed: tuple[Path, bytes] | None = None
) -> None:
    """Overwrites the results that change, with the reason and the previous mark in them.

    Results with an incomplete recording are left as they were.
    """
    at = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    written: list[Path] = []
    for result in regraded.changed:
        before = result.before
        entry = Regrade(
            at=at,
            reason=escape_control_characters(reason.strip(), 500),
            mark_before=before.mark if before else None,
            suite_before=before.suite.sha256 if before else "",
            grader_before=before.grader if before else "",
        )
        path = result.path.with_suffix(".json")
        write_reports_at(msgspec.structs.replace(result.now, regraded=[*result.now.regraded, entry]), path, language)
        written += [path.resolve(), path.with_suffix(".xml").resolve()]
    if signed:
        sign(*signed, written)
