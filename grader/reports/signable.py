"""Decides which gathered results may be signed: those in the right place and, in a class, from the right job.

In a class pipeline the jobs' artifacts end up in one folder, `DIR/<student>/<exercise>/<student>.json` and `.xml`, and
beside them the job's own signature. The results of a team are all in the folder of its first student. A job that has
lost its engine to a student may ship whatever it likes under any name; but it holds the key of that one student, or
team, and that one run, so that nothing else of it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.messages import LANGUAGES
from grader.reports.junit.writer import junit_for
from grader.reports.result import read_result
from grader.reports.result_files import archived_path, last_path, result_path
from grader.reports.signature import FileStatus, job_key, verify
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from grader.reports.result import ResultFile

_LARGEST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ClassRun:
    """The class pipeline that the results come from."""

    exercise: str
    teams: tuple[tuple[str, ...], ...]
    """The ids of each team, of a student alone, too; its job is that of the first."""
    pipeline: str
    key: bytes | None
    """What the jobs' keys were made from; `None` if the jobs had none: then only paths can be checked."""


@dataclass(slots=True)
class GatheredResults:
    signable: list[str] = field(default_factory=list)
    """Paths below the folder, with `/`."""
    unsignable: dict[str, GraderError] = field(default_factory=dict)
    """Paths that must not be signed, and why."""


def job_folder(student: str) -> str:
    """The folder of one student's artifacts, below the folder of results."""
    return file_name_for(student)


def gathered_from_class(folder: Path, present: Collection[str], class_run: ClassRun) -> GatheredResults:
    """Judges the files `present` in `folder` by who is in the class; files of nobody's job are wrong."""
    found = GatheredResults()
    for owner, student in ((team[0], student) for team in class_run.teams for student in team):
        own = folder / job_folder(owner)
        path = result_path(own, class_run.exercise, student)
        names = [one.relative_to(folder).as_posix() for one in (path, path.with_suffix(".xml"))]
        if missing := [name for name in names if name not in present]:
            found.unsignable |= dict.fromkeys(missing, GraderError("unsigned.missing"))
        elif why := _job_mismatch(own, path, owner, student, class_run):
            found.unsignable |= dict.fromkeys(names, why)
        else:
            found.signable += names
    judged = {*found.signable, *found.unsignable}
    found.unsignable |= dict.fromkeys(sorted(set(present) - judged), GraderError("unsigned.nobody"))
    return found


def gathered_from_folder(folder: Path, present: Iterable[str]) -> GatheredResults:
    """Judges the files `present` in `folder` by what they contain: a result must be in its own student's place."""
    found = GatheredResults()
    owners: dict[tuple[str, str], Path] = {}
    names = sorted(present)
    for name in (one for one in names if one.endswith(".json")):
        path = folder / name
        beside = name.removesuffix(".json") + ".xml"
        pair = [name, beside] if beside in names else [name]
        result = _read(path)
        why: GraderError | None
        if isinstance(result, GraderError):
            why = result
        elif not _is_in_place(path, result):
            why = _misplaced(result)
        elif (owner := owners.setdefault((result.exercise, result.student.id), last_path(path))) != last_path(path):
            why = GraderError("unsigned.twice", path=owner.relative_to(folder).as_posix())
        else:
            why = _report_mismatch(result, path.with_suffix(".xml")) if len(pair) == 2 else None
        found.unsignable |= dict.fromkeys(pair, why) if why else {}
    found.signable = [name for name in names if name not in found.unsignable]
    return found


def _job_mismatch(job_results: Path, path: Path, owner: str, student: str, class_run: ClassRun) -> GraderError | None:
    """`None` if `path` and the report beside it are what the job of the `student`, which is the `owner`'s, made."""
    if class_run.key is not None:
        key = job_key(class_run.key, class_run.pipeline, class_run.exercise, owner).encode()
        try:
            statuses = verify(job_results, key)
        except GraderError:
            statuses = {}
        wanted = {one.relative_to(job_results).as_posix() for one in (path, path.with_suffix(".xml"))}
        if any(statuses.get(name) is not FileStatus.SIGNED for name in wanted):
            return GraderError("unsigned.other-job")
    result = _read(path)
    if isinstance(result, GraderError):
        return result
    if (result.exercise, result.student.id) != (class_run.exercise, student):
        return _misplaced(result)
    return _report_mismatch(result, path.with_suffix(".xml"))


def _is_in_place(path: Path, result: ResultFile) -> bool:
    """Whether it is its student's last result, or kept among the attempts under its own number."""
    last = last_path(path)
    is_last = last == result_path(last.parent.parent, result.exercise, result.student.id)
    return is_last and path in {last, archived_path(last, result.attempt, len(result.regraded))}


def _misplaced(result: ResultFile) -> GraderError:
    return GraderError("unsigned.misplaced", exercise=result.exercise, student=result.student.id)


def _report_mismatch(result: ResultFile, junit: Path) -> GraderError | None:
    """The JUnit is made from the result, and says nothing else."""
    if junit.stat().st_size > _LARGEST_BYTES or junit.read_bytes() not in {junit_for(result, one) for one in LANGUAGES}:
        return GraderError("unsigned.other-report")
    return None


def _read(path: Path) -> ResultFile | GraderError:
    """The result, or why it is none."""
    if path.stat().st_size > _LARGEST_BYTES:
        return GraderError("unsigned.too-large", limit=_LARGEST_BYTES >> 20)
    try:
        return read_result(path)
    except (OSError, msgspec.DecodeError):
        return GraderError("unsigned.not-a-result")
