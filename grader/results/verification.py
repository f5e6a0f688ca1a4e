"""Compares the files of a results folder with what its ledger says of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.ledger.reading import FOLDER
from grader.ledger.verification import verify_ledger
from grader.reports.result_files import ATTEMPTS_SUFFIX, REPORTS_FOLDER, archived_path, result_path
from grader.results.attempts import SUFFIXES, folders_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from grader.ledger.chain import Entry
    from grader.ledger.known_heads import KnownHeads
    from grader.ledger.public_key import PublicKey
    from grader.ledger.reading import LedgerState
    from grader.ledger.verification import LedgerReport


@dataclass(frozen=True)
class FolderReport:
    ledger: LedgerReport
    faults: list[GraderError]
    """Of the ledger, then of the files."""
    files: int
    """Files that are as the ledger says."""


def verify_results(folder: Path, key: PublicKey | None, known: KnownHeads | None = None) -> FolderReport:
    """Verifies the ledger of `folder`, and each result, report and recording in it."""
    ledger = verify_ledger(folder, key)
    faults = list(ledger.faults)
    if known is not None:
        try:
            known.require(ledger.state, folder, has_results=True)
        except GraderError as error:
            faults.append(error)
    expected, twice = expected_files(folder, ledger.state)
    faults += [GraderError("tampered.twice", number=number) for number in twice]
    present = set(_files(folder))
    good = 0
    for path, digest in sorted(expected.items()):
        name = path.relative_to(folder).as_posix()
        if path not in present:
            faults.append(GraderError("tampered.missing", file=name))
        elif digest_of(path) != digest:
            faults.append(GraderError("tampered.changed", file=name))
        else:
            good += 1
    unknown = sorted(present - expected.keys())
    faults += [GraderError("tampered.unknown", file=path.relative_to(folder).as_posix()) for path in unknown]
    return FolderReport(ledger, faults, good)


def expected_files(folder: Path, state: LedgerState) -> tuple[dict[Path, str], list[int]]:
    """The digest of each file that must be there, and the numbers of entries about a run that has one already."""
    rewritten = {int(number): files for _, entry in state.lines for number, files in entry.rewritten.items()}
    runs: dict[tuple[str, str], dict[tuple[int, int], Entry]] = {}
    twice: list[int] = []
    for entry in state.entries:
        if entry.kind in {"attempt", "regrade"}:
            own = runs.setdefault((str(entry.body["exercise"]), entry.student), {})
            of = (int(entry.body["attempt"]), int(entry.body["revision"]))
            if of in own:
                twice.append(entry.number)
            own[of] = entry
    expected: dict[Path, str] = {}
    for (exercise, student), own in runs.items():
        last = result_path(folder, exercise, student)
        newest = max(own)
        last_attempt = newest[0]
        for (attempt, revision), entry in own.items():
            place = last if (attempt, revision) == newest else archived_path(last, attempt, revision)
            for suffix, digest in (entry.body["digests"] | rewritten.get(entry.number, {})).items():
                path = place.with_suffix(suffix)
                if suffix == ".recording":
                    is_last = attempt == last_attempt
                    path = (last if is_last else archived_path(last, attempt, 0)).with_suffix(suffix)
                expected[path] = digest
    return expected, twice


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Everything in the places of results: `DIR/<exercise>/` and the attempts below it."""
    for exercise in folders_in(folder):
        if exercise.name not in {FOLDER, REPORTS_FOLDER}:
            yield from _results(exercise.iterdir())
            for attempts in folders_in(exercise):
                if attempts.suffix == ATTEMPTS_SUFFIX:
                    yield from _results(attempts.iterdir())


def _results(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.suffix in SUFFIXES and not path.name.startswith(".grader-"))
