"""Forgets people: removes what a results folder has of them, and leaves the ledger verifiable.

First the ledger notes which entries lose their contents; then the files go, and the contents last. A kill in between is
made good by whoever opens the ledger next: as long as the contents are there, they say who is to be forgotten.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.ledger.chain import to_entry
from grader.ledger.ledger import NewEntry
from grader.ledger.reading import FOLDER as LEDGER
from grader.messages import DEFAULT, LANGUAGES
from grader.reports.junit.writer import junit_for, junit_for_class
from grader.reports.result import encode_result_file, read_result
from grader.reports.result_files import ATTEMPTS_SUFFIX, REPORTS_FOLDER
from grader.reports.signature import KEY_VARIABLE, SIGNATURE, forget_files, sign, signing_key
from grader.results.attempts import SUFFIXES, existing_results, folders_in
from grader.results.journal import forget_in_journal
from grader.results.locks import lock_folder
from grader.results.storing import prepare_rewritten, prepared_files
from grader.results.verification import digest_of, expected_files
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from grader.ledger.ledger import Ledger
    from grader.messages import Language
    from grader.reports.result import ResultFile

_MADE: Final = (
    "gradebook*.xlsx", "marks*.csv", "moodle-import*.csv", "scodoc-*.xlsx", "course*.xlsx", "course*.csv", "*.html",
    "*/*.html", "*/*.receipt",
)  # fmt: skip
_STUDENT_FILES: Final = (*SUFFIXES, ".html", ".receipt")


@dataclass(frozen=True)
class Forgotten:
    removed: list[Path]
    mentions: list[Path]
    """Files of the folder that still name one of them: they were not made here."""


def forget(
    ledger: Ledger, students: Collection[str], environ: Mapping[str, str], language: Language = DEFAULT
) -> Forgotten:
    """Removes `students` from the results folder of `ledger`. Raises `GraderError` before anything is removed.

    `language` is that of the class's JUnit report, which is written again.
    """
    folder = ledger.folder
    with ledger.transaction():
        _require_signing_key(folder, environ)
        names = _names(folder, students)
        numbers = [entry.number for entry in ledger.entries if entry.student in students]
        rewritten = _rewrite_teams(ledger, students)
        if numbers or rewritten:
            body = {"people": len(students)}
            ledger.append_all([NewEntry("forgetting", body)], forgets=numbers, rewritten=rewritten)
        removed = _remove_files(ledger, students, environ, language)
        ledger.remove_forgotten()
    return Forgotten(removed, list(_mentions(folder, {*students, *names})))


def finish_forgetting(ledger: Ledger, environ: Mapping[str, str]) -> None:
    """Finishes what a kill interrupted."""
    state = ledger.state
    entries = {entry.number: entry for _, entry in state.lines}
    students = {to_entry(entries[number], state.contents[number]).student for number in state.being_forgotten}
    if state.being_forgotten:
        _require_signing_key(ledger.folder, environ)
        _remove_files(ledger, students - {""}, environ, DEFAULT)
        ledger.remove_forgotten()


def _require_signing_key(folder: Path, environ: Mapping[str, str]) -> None:
    if (folder / SIGNATURE).exists() and signing_key(environ) is None:
        raise GraderError("signature.key-to-forget", path=folder, variable=KEY_VARIABLE)


def _names(folder: Path, students: Collection[str]) -> set[str]:
    found = {result.student.name for _, result, _ in existing_results(folder) if result.student.id in students}
    return found - {""}


def _rewrite_teams(ledger: Ledger, students: Collection[str]) -> dict[str, dict[str, str]]:
    """Prepares the results of others that name `students` as their team; returns the new digests by entry."""
    by_digest = {
        entry.body["digests"].get(".json"): entry.number
        for entry in ledger.entries
        if entry.kind in {"attempt", "regrade"} and entry.student not in students
    }
    changed = {number: digests for _, e in ledger.state.lines for number, digests in e.rewritten.items()}
    by_digest |= {digests.get(".json"): int(number) for number, digests in changed.items()}
    rewritten: dict[str, dict[str, str]] = {}
    for path, result, _ in list(existing_results(ledger.folder)):
        number = by_digest.get(digest_of(path))
        if result.student.id in students or not set(result.team) & set(students) or number is None:
            continue
        own = replace(result, team=[member for member in result.team if member not in students])
        contents = {".json": encode_result_file(own), ".xml": _same_language_junit(path, result, own)}
        rewritten[str(number)] = prepare_rewritten(path.parent, contents)
    return rewritten


def _same_language_junit(path: Path, before: ResultFile, now: ResultFile) -> bytes:
    """The JUnit of `now` in the language of the file beside the result."""
    with contextlib.suppress(OSError):
        present = path.with_suffix(".xml").read_bytes()
        return next((junit_for(now, one) for one in LANGUAGES if junit_for(before, one) == present), present)
    return junit_for(now, LANGUAGES[0])


def _remove_files(
    ledger: Ledger, students: Collection[str], environ: Mapping[str, str], language: Language
) -> list[Path]:
    """Removes the files of `students`, and what was made from them. Harmless to repeat."""
    folder = ledger.folder
    stems = {file_name_for(student) for student in students}
    removed: list[Path] = []
    with contextlib.ExitStack() as stack:
        exercises = [path for path in folders_in(folder) if path.name not in {LEDGER, REPORTS_FOLDER}]
        for exercise in exercises:
            stack.enter_context(contextlib.closing(lock_folder(exercise)))
        written = _put_rewritten_in_place(ledger)
        for path in [*_own_files(folder, stems), *_made_from_results(folder)]:
            removed.append(path)
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        for exercise in exercises:
            written += _rewrite_class_report(exercise, language)
            forget_in_journal(exercise, students)
        key = signing_key(environ)
        if key is not None and (folder / SIGNATURE).exists():
            forget_files(folder, key, lambda name: bool(stems & {Path(part).stem for part in Path(name).parts}))
            sign(folder, key, written)
    return removed


def _put_rewritten_in_place(ledger: Ledger) -> list[Path]:
    """Replaces the results that named somebody who was forgotten, and returns their paths."""
    new = {digest for _, entry in ledger.state.lines for files in entry.rewritten.values() for digest in files.values()}
    expected = {digest: path for path, digest in expected_files(ledger.folder, ledger.state)[0].items()}
    for path in list(prepared_files(ledger.folder)):
        digest = digest_of(path)
        if digest in new and digest in expected:
            path.replace(expected[digest])
    return [expected[digest] for digest in new & expected.keys() if expected[digest].exists()]


def _own_files(folder: Path, stems: Collection[str]) -> Iterator[Path]:
    """Whatever is named after a student below the folder: files, attempts, pages, the folder of a job."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            is_job = path.parent == folder and any(path.glob(f"*/{path.name}.json"))
            if (path.suffix == ATTEMPTS_SUFFIX and path.stem in stems) or (path.name in stems and is_job):
                yield path
        elif path.suffix in _STUDENT_FILES and path.stem in stems and path.parent != folder:
            yield path


def _made_from_results(folder: Path) -> Iterator[Path]:
    """Gradebooks and pages that `grader report` made in its usual place: it makes them again, without the student."""
    for name in _MADE:
        yield from sorted((folder / REPORTS_FOLDER).glob(name))
    yield from folder.glob("metrics.txt")


def _rewrite_class_report(exercise: Path, language: Language) -> list[Path]:
    """Writes `DIR/<exercise>.xml`, if there is one, from the results that are left."""
    path = exercise.with_name(exercise.name + ".xml")
    results = []
    for one in sorted(exercise.glob("*.json")) if path.is_file() else ():
        with contextlib.suppress(OSError, msgspec.DecodeError):
            results.append(read_result(one))
    if not results:
        path.unlink(missing_ok=True)
        return []
    write_atomically(path, junit_for_class(results, language))
    return [path]


def _mentions(folder: Path, words: Collection[str]) -> Iterator[Path]:
    """Files that contain one of `words`, or have it in their name. Compressed files are not looked into."""
    wanted = [word.encode() for word in words]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if any(word in content for word in wanted) or any(word in path.name for word in words):
                yield path
