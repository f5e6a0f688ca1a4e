"""Which gathered results may be signed: each is what its place says and, in a class, what its own job made.

In a class pipeline the jobs' artifacts end up in one folder, `DIR/<student>/<exercise>/<student>.json` and `.xml`, and
beside them the job's own signature. A job that has lost its engine to a student may ship whatever it likes under any
name; but it holds the key of that one student and that one run, so that nothing else of it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.messages import LANGUAGES
from grader.reports.files import result_path
from grader.reports.junit import junit_for
from grader.reports.results import read_result
from grader.reports.signature import FileStatus, job_key, verify
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from grader.reports.results import ResultFile

__all__ = ["ClassRun", "Gathered", "gathered_of_class", "gathered_of_folder", "job_folder"]

_LARGEST: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ClassRun:
    """What a class pipeline was made for."""

    exercise: str
    students: tuple[str, ...]
    """Their ids."""
    run: str
    key: bytes | None
    """What the jobs' keys were made from; `None` where the jobs had none, and only places can be checked."""


@dataclass(slots=True)
class Gathered:
    good: list[str] = field(default_factory=list)
    """Paths below the folder, with `/`."""
    wrong: dict[str, str] = field(default_factory=dict)
    """Paths that must not be signed, and why."""


def job_folder(student: str) -> str:
    """The folder of one student's artifacts, below the folder of results."""
    return file_name_for(student)


def gathered_of_class(folder: Path, present: Collection[str], about: ClassRun) -> Gathered:
    """Judges the files `present` in `folder` by who is in the class; what belongs to nobody's job is wrong."""
    found = Gathered()
    for student in about.students:
        own = folder / job_folder(student)
        path = result_path(own, about.exercise, student)
        names = [one.relative_to(folder).as_posix() for one in (path, path.with_suffix(".xml"))]
        if missing := [name for name in names if name not in present]:
            found.wrong |= dict.fromkeys(missing, "missing: this student's job left no result")
        elif why := _why_not_of_job(own, path, student, about):
            found.wrong |= dict.fromkeys(names, why)
        else:
            found.good += names
    judged = {*found.good, *found.wrong}
    found.wrong |= dict.fromkeys(sorted(set(present) - judged), "no job of this class writes such a file")
    return found


def gathered_of_folder(folder: Path, present: Iterable[str]) -> Gathered:
    """Judges the files `present` in `folder` by what they hold: a result stands in its own student's place."""
    found = Gathered()
    owners: dict[tuple[str, str], str] = {}
    names = sorted(present)
    for name in (one for one in names if one.endswith(".json")):
        path = folder / name
        beside = name.removesuffix(".json") + ".xml"
        pair = [name, beside] if beside in names else [name]
        result = _read(path)
        if isinstance(result, str):
            why = result
        elif path != result_path(path.parent.parent, result.exercise, result.student.id):
            why = f"it holds the result of another student or exercise ({result.exercise}, {result.student.id})"
        elif (owner := owners.setdefault((result.exercise, result.student.id), name)) != name:
            why = f"this student's result is also in {owner}"
        else:
            why = _why_not_its_report(result, path.with_suffix(".xml")) if len(pair) == 2 else ""
        found.wrong |= dict.fromkeys(pair, why) if why else {}
    found.good = [name for name in names if name not in found.wrong]
    return found


def _why_not_of_job(own: Path, path: Path, student: str, about: ClassRun) -> str:
    """Empty where `path` and the report beside it are what this student's job made."""
    if about.key is not None:
        key = job_key(about.key, about.run, about.exercise, student).encode()
        try:
            statuses = verify(own, key)
        except GraderError:
            statuses = {}
        wanted = {one.relative_to(own).as_posix() for one in (path, path.with_suffix(".xml"))}
        if any(statuses.get(name) is not FileStatus.SIGNED for name in wanted):
            return "not signed by this student's own job in this run"
    result = _read(path)
    if isinstance(result, str):
        return result
    if (result.exercise, result.student.id) != (about.exercise, student):
        return f"it holds the result of another student or exercise ({result.exercise}, {result.student.id})"
    return _why_not_its_report(result, path.with_suffix(".xml"))


def _why_not_its_report(result: ResultFile, junit: Path) -> str:
    """The JUnit is made from the result, and says nothing else."""
    if junit.stat().st_size > _LARGEST or junit.read_bytes() not in {junit_for(result, one) for one in LANGUAGES}:
        return "the JUnit report is not the one of the result beside it"
    return ""


def _read(path: Path) -> ResultFile | str:
    """The result, or why it is none."""
    if path.stat().st_size > _LARGEST:
        return f"larger than {_LARGEST >> 20} MiB"
    try:
        return read_result(path)
    except (OSError, msgspec.DecodeError):
        return "not a result"
