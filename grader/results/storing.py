"""Stores a result: the files are prepared, the ledger notes them, then they are put in place.

A kill before the entry leaves nothing, a kill after it is made good by `finish_interrupted`: so every run that is in
the ledger has its files, and every file is in the ledger once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from grader.reports.result import ResultFile, encode_result_file, read_result
from grader.reports.result_files import ATTEMPTS_SUFFIX, archived_path, last_path, result_path
from grader.results.attempts import archived_results, folders_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.ledger.chain import Entry, Kind
    from grader.ledger.ledger import Ledger
    from grader.messages import Language

PREPARED: Final = ".grader-new-"
"""Begins the names of files that are prepared."""


@dataclass(frozen=True)
class StoredResult:
    result: ResultFile
    """With its number."""
    written: list[Path]
    archived: dict[Path, Path] = field(default_factory=dict)
    """Files of the attempt before: from where to where they went."""


def store_result(
    result: ResultFile,
    folder: Path,
    language: Language,
    *,
    recording: bytes | None = None,
    ledger: Ledger | None = None,
) -> StoredResult:
    """Stores a new attempt in the results folder; the one before is kept."""
    path = result_path(folder, result.exercise, result.student.id)
    with ledger.transaction() if ledger else contextlib.nullcontext():
        numbered = replace(result, attempt=_next_number(path))
        contents = _contents(numbered, language)
        if recording is not None:
            contents[".recording"] = recording
        return _Place(folder, path, ledger).store("attempt", numbered, contents)


def store_regrade(
    result: ResultFile, path: Path, language: Language, *, folder: Path, ledger: Ledger | None = None
) -> StoredResult:
    """Stores another judgement of the attempt whose result is at `path`; the one before is kept."""
    with ledger.transaction() if ledger else contextlib.nullcontext():
        last = last_path(path)
        before = _read(last)
        is_last = path == last or (before is not None and before.attempt == result.attempt)
        target = last if is_last else archived_path(last, result.attempt, len(result.regraded))
        contents = _contents(result, language)
        return _Place(folder, target, ledger).store("regrade", result, contents)


def _contents(result: ResultFile, language: Language) -> dict[str, bytes]:
    """What is written for a result, by suffix."""
    from grader.reports.junit.writer import junit_for  # noqa: PLC0415 - slow to import, not needed to start a batch

    return {".json": encode_result_file(result), ".xml": junit_for(result, language)}


@dataclass(frozen=True)
class _Place:
    """Where a result goes."""

    folder: Path
    """The results folder."""
    target: Path
    """The path of the JSON."""
    ledger: Ledger | None

    def store(self, kind: Kind, result: ResultFile, contents: Mapping[str, bytes]) -> StoredResult:
        """Prepares the `contents` by suffix, notes them, and puts them in place."""
        target = self.target
        prepared = self._prepare(kind, result, contents)
        archived = archive_last(target, with_recording=kind == "attempt") if target == last_path(target) else {}
        _put_in_place(prepared, target)
        return StoredResult(result, [target.with_suffix(suffix) for suffix in prepared], archived)

    def _prepare(self, kind: Kind, result: ResultFile, contents: Mapping[str, bytes]) -> dict[str, Path]:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        prepared: dict[str, Path] = {}
        try:
            for suffix, content in contents.items():
                prepared[suffix] = _write_prepared(self.target.parent, content)
            if self.ledger:
                digests = {suffix: hashlib.sha256(content).hexdigest() for suffix, content in contents.items()}
                self.ledger.append(kind, entry_body(result, self.target, self.folder, digests), result.student.id)
        except BaseException as error:
            # Interrupted by a signal, the entry may have been written: then the next program puts them in place.
            if isinstance(error, Exception) or self.ledger is None:
                for path in prepared.values():
                    path.unlink(missing_ok=True)
            raise
        return prepared


def _put_in_place(prepared: Mapping[str, Path], target: Path) -> None:
    """The recording before the result, so that a result always has its recording."""
    for suffix in sorted(prepared, key=(".recording", ".json", ".xml").index):
        prepared[suffix].replace(target.with_suffix(suffix))


def entry_body(result: ResultFile, path: Path, folder: Path, digests: dict[str, str]) -> dict[str, Any]:
    """What the ledger says of a result."""
    return {
        "exercise": result.exercise,
        "attempt": result.attempt,
        "revision": len(result.regraded),
        "file": path.relative_to(folder).as_posix(),
        "digests": digests,
        "status": result.status,
        "points": result.points,
        "max_points": result.max_points,
        "mark": result.mark,
        "started_at": result.started_at,
    }


def archive_last(path: Path, *, with_recording: bool) -> dict[Path, Path]:
    """Keeps the result at `path`, with its other files, before another takes its place. Harmless to repeat."""
    result = _read(path)
    if result is None:
        return _archive_unreadable(path)
    archived: dict[Path, Path] = {}
    to = archived_path(path, result.attempt, len(result.regraded))
    if to.exists():
        return {}
    to.parent.mkdir(exist_ok=True)
    # The result last: if it is there, everything is.
    for suffix in (*((".recording",) if with_recording else ()), ".xml", ".json"):
        here, there = path.with_suffix(suffix), to.with_suffix(suffix)
        if suffix == ".recording":
            there = archived_path(path, result.attempt, 0).with_suffix(suffix)
        if here.is_file() and not there.exists():
            link_or_copy(here, there)
            archived[here] = there
    return archived


def _archive_unreadable(path: Path) -> dict[Path, Path]:
    """A file that is no result is not overwritten either; it is kept under its own name."""
    if not path.is_file():
        return {}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    to = archived_path(path, 0, 0).with_name(f"not-a-result-{digest}")
    to.parent.mkdir(exist_ok=True)
    if not to.exists():
        link_or_copy(path, to)
    return {}


def link_or_copy(here: Path, there: Path) -> None:
    """A second name of the same file: nothing is copied, and a kill leaves no half file. Some disks have no links."""
    try:
        os.link(here, there)
    except OSError:
        handle, temporary = tempfile.mkstemp(dir=there.parent, prefix=".grader-")
        os.close(handle)
        shutil.copyfile(here, temporary)
        Path(temporary).replace(there)


def finish_interrupted(ledger: Ledger) -> None:
    """Puts in place what a killed program had prepared and noted in the ledger; removes what it had only prepared."""
    with ledger.transaction():
        left = list(prepared_files(ledger.folder))
        if not left:
            return
        noted = {
            digest: (entry, suffix)
            for entry in ledger.entries
            if entry.kind in {"attempt", "regrade"}
            for suffix, digest in entry.body["digests"].items()
        }
        found: dict[int, tuple[Entry, dict[str, Path]]] = {}
        for path in left:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if digest not in noted:
                path.unlink(missing_ok=True)
                continue
            entry, suffix = noted[digest]
            found.setdefault(entry.number, (entry, {}))[1][suffix] = path
        for _, (entry, prepared) in sorted(found.items()):
            _finish(entry, prepared, ledger.folder)


def _finish(entry: Entry, prepared: dict[str, Path], folder: Path) -> None:
    target = folder / entry.body["file"]
    result = _read(target)
    if ".json" in prepared and target == last_path(target) and result is not None:
        archive_last(target, with_recording=entry.kind == "attempt")
    _put_in_place(prepared, target)


def prepare_rewritten(folder: Path, contents: Mapping[str, bytes]) -> dict[str, str]:
    """Prepares other contents for files of `folder`, and returns their digests by suffix."""
    for content in contents.values():
        _write_prepared(folder, content)
    return {suffix: hashlib.sha256(content).hexdigest() for suffix, content in contents.items()}


def prepared_files(folder: Path) -> Iterator[Path]:
    """What a killed program left: in the folders of the exercises, and in those of attempts."""
    for exercise in folders_in(folder):
        yield from exercise.glob(f"{PREPARED}*")
        for attempts in folders_in(exercise):
            if attempts.suffix == ATTEMPTS_SUFFIX:
                yield from attempts.glob(f"{PREPARED}*")


def _write_prepared(folder: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=PREPARED)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        path.chmod(0o644)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _next_number(path: Path) -> int:
    last = _read(path)
    numbers = [attempt for attempt, _ in archived_results(path)]
    return max([*numbers, last.attempt if last else 0]) + 1


def _read(path: Path) -> ResultFile | None:
    try:
        return read_result(path)
    except (OSError, msgspec.DecodeError):
        return None
