"""`grader-result/1`, from which every other report is made: its types, reading and writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.messages import Words

if TYPE_CHECKING:
    from pathlib import Path

_ROUNDED: Final = 0.0051
"""A mark has two decimals."""

Verdict = Literal["passed", "failed", "blocked", "error", "skipped"]


class Student(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    """A key of `grader/messages/*/diagnoses.toml`."""
    values: dict[str, str] = {}


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """The name of the check's function, unique in its exercise."""
    file: str
    """Path of the suite's file, relative to the folder of `exercises/`, with `/`."""
    verdict: Verdict
    points: int
    max_points: int
    title: Words
    diagnosis: Diagnosis | None = None
    also: list[Diagnosis] = []
    """What else failed the check, such as the same mistake in other containers."""
    message: Words | None = None
    """What was expected, what was seen, and what is wrong; `None` if there is nothing to report, or at hint level 1."""
    hint: Words | None = None
    blocked_by: str | None = None
    """The `id` of the check that this one waits for."""
    evidence: list[str] = []
    skills: list[str] = []
    """Tags of the skills that it shows, such as `AC23.02`."""
    duration_s: float = 0.0

    @property
    def is_hint_only(self) -> bool:
        """True at hint level 1: reports for students leave out the code and the evidence, which say what is wrong."""
        return self.verdict == "failed" and not self.message


class TestedMachine(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    engine: str | None = None
    """Product and version, such as `Docker 26.1.5`."""
    api: str | None = None
    id: str | None = None
    """The engine's own id, which shows whether two students share a machine."""


class SuiteInfo(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str
    course: str = ""
    """The added course that the exercise is from; empty if it is from none."""
    version: str = ""
    """The course's version."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One remark without points, in the tool's own words."""

    tool: str
    """Such as `hadolint`."""
    code: str
    """Such as `DL3006`; empty if the tool gives none."""
    file: str
    """Below the repository, with `/`."""
    line: int | None
    text: str


class Regrade(msgspec.Struct, frozen=True, kw_only=True):
    """A result that was regraded from its recording, with another suite or grader."""

    at: str
    """UTC, ISO 8601."""
    reason: str
    """The reason given with `--reason`."""
    mark_before: float | None
    """`None` if there was none."""
    suite_before: str
    """SHA-256; empty if there was no result before."""
    grader_before: str


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What a teacher decided about one student's mark for an exercise, beside the automatic verdicts."""

    number: int
    """Of its entry in the ledger: `grader mark --remove` takes it."""
    kind: Literal["points", "bonus", "penalty", "absent", "excused"]
    """`points` sets those of one check; `bonus` and `penalty` change the mark; the last two leave no mark."""
    check: str = ""
    """The `id` of the check, for `points`."""
    points: float = 0.0
    """Points of the check, or what is added to the mark or taken off."""
    because: str
    by: str
    """Who decided."""
    at: str
    """UTC, ISO 8601."""
    applies: bool = True
    """False if the suite no longer has the check, or if it is worth less: then nothing is changed."""


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """When work was handed in, if that is not when it was graded."""

    at: str
    """UTC, ISO 8601."""
    by: Literal["server", "commit", "student"]
    """Whose clock says so: only a server's proves it."""
    receipt: str = ""
    """SHA-256 of the file that was handed in; the student has it, too."""


class LatePenalty(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken off the mark because the work was late. Reports compute it anew from the course table."""

    deadline: str
    """ISO 8601, in the course's time zone, as `handed_in`."""
    handed_in: str
    by: Literal["run", "server", "commit", "student"]
    """As in `HandedIn`; `run` if the moment is that of the grading."""
    units: int
    """Started days or hours."""
    per: Literal["day", "hour"]
    penalty: float
    mark_before: float
    is_counted: bool
    """False if the work came after the exercise was closed: the mark is 0."""


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    exercise: str
    student: Student
    status: Literal["graded", "not-graded"]
    points: int | None
    """Points earned; `None` if the student could not be graded."""
    max_points: int
    mark: float | None
    """`points` scaled to `out_of`; `None` if the student could not be graded: no mark, not a zero."""
    out_of: int = 20
    provisional: bool = False
    """True if checks were skipped, deselected or in error: their points are in `not_tried_points`."""
    not_tried_points: int = 0
    reason: Words | None = None
    """Why the student was not graded."""
    reason_code: str | None = None
    checks: list[CheckResult]
    machine: TestedMachine
    suite: SuiteInfo
    grader: str
    started_at: str
    """UTC, ISO 8601."""
    duration_s: float
    ports: str = ""
    """The student's own range, such as `41200-41209`; empty for the course's ports."""
    attempt: int = 1
    """The number of the run among the runs of this student, from 1. A regrade keeps it."""
    passive: bool | None = None
    """Whether it was graded with `--passive`; `None` in results of earlier versions."""
    disposable: bool | None = None
    """Whether it was graded with `--disposable`; `None` in results of earlier versions."""
    team: list[str] = []
    """The ids of the other students who handed in the same work: it was graded once."""
    regraded: list[Regrade] = []
    """Each regrade, the oldest first."""
    handed_in: HandedIn | None = None
    late: LatePenalty | None = None
    """`None` in files: deadlines may move after the grading."""
    capped_from: float | None = None
    """The mark before the course's cap lowered it; `None` in files."""
    commit: str | None = None
    """Of the pushed repository that was graded."""
    submission: str = ""
    """The file of that repository that was brought up, such as `tp6/compose.yaml`."""
    advice: list[Advice] = []
    corrections: list[Correction] = []
    """The teacher's corrections, where a report shows them. A result file has none: it has the automatic verdicts."""
    format: Literal["grader-result/1"] = "grader-result/1"


class InconsistentResult(GraderError, msgspec.ValidationError):
    """A result whose mark does not follow from its points: it was edited."""


def read_result(path: Path) -> ResultFile:
    """The validated content of a result file. Raises `msgspec.DecodeError` if it is not one."""
    return decode_result(path.read_bytes())


def decode_result(content: bytes) -> ResultFile:
    """As `read_result`, from the bytes of the file."""
    try:
        result = msgspec.json.decode(content, type=ResultFile)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    _require_consistency(result)
    return result


def _require_consistency(result: ResultFile) -> None:
    """Raises `InconsistentResult` unless the mark follows from the points, and these from the checks."""
    wrong = next((check for check in result.checks if not _is_consistent(check)), None)
    if wrong is not None:
        values = {"verdict": wrong.verdict, "points": wrong.points, "most": wrong.max_points}
        raise InconsistentResult("result.check", check=wrong.id, **values)
    if result.status == "not-graded":
        if result.mark is not None or result.points is not None:
            raise InconsistentResult("result.not-graded", mark=result.mark, points=result.points)
        return
    sums = {
        "points": sum(check.points for check in result.checks),
        "max-points": sum(check.max_points for check in result.checks),
        "not-tried": sum(check.max_points for check in result.checks if check.verdict in {"skipped", "error"}),
    }
    noted = {"points": result.points, "max-points": result.max_points, "not-tried": result.not_tried_points}
    for name, total in sums.items():
        if noted[name] != total:
            raise InconsistentResult(f"result.sum-{name}", points=noted[name], sum=total)
    mark = sums["points"] * result.out_of / (result.max_points or 1)
    if result.mark is None or abs(result.mark - mark) > _ROUNDED or result.provisional != (sums["not-tried"] > 0):
        raise InconsistentResult("result.mark", mark=result.mark, points=result.points, most=result.max_points)


def _is_consistent(check: CheckResult) -> bool:
    return check.max_points > 0 and check.points == (check.max_points if check.verdict == "passed" else 0)


def write_result(result: ResultFile, path: Path) -> None:
    """Writes `result` to `path` atomically."""
    write_atomically(path, encode_result_file(result))


def encode_result_file(result: ResultFile) -> bytes:
    """The content of the file of `result`."""
    return msgspec.json.format(encode_result(result), indent=2) + b"\n"


def encode_result(result: ResultFile) -> bytes:
    """The JSON of `result`. Half a surrogate pair (a file's name that is not UTF-8) is written as an escape."""
    try:
        return msgspec.json.encode(result)
    except UnicodeEncodeError:  # not valid in JSON, but a student must not be able to prevent a result
        return msgspec.json.encode(_encodable(msgspec.to_builtins(result)))


def _encodable(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case list():
            return [_encodable(one) for one in value]
        case dict():
            return {_encodable(name): _encodable(one) for name, one in value.items()}
        case _:
            return value
