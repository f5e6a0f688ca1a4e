"""One run of `grader repo`: from its options to files, a last line and an exit code."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docker
from docker.errors import DockerException
from docker.tls import TLSConfig

from grader.errors import GraderError
from grader.machine.address import EngineAddress, engine_address
from grader.machine.sheet import read_sheet
from grader.reports.files import result_path, write_reports
from grader.reports.results import ResultFile, Student, Words, write_atomically
from grader.reports.signature import sign, signing_key
from grader.repository.clone import clone
from grader.repository.commit import commit_of
from grader.repository.grade import Graded, Handin, Refused, grade_repository
from grader.repository.isolated import GradingFailed, GradingRun, grade_isolated
from grader.repository.not_graded import not_graded, refused
from grader.repository.said import last_line, metrics, refusal_lines, result_lines
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.settings import language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.messages import Language

__all__ = ["Asked", "grade_and_write"]

NOT_GRADED: Final = 6
REFUSED: Final = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `grader repo`, as they were typed."""

    path: str
    exercise: Path
    results: Path
    machine: str = "local"
    student: str = ""
    ports: str = ""
    lang: str = ""
    areas: Path | None = None
    disposable: bool = False


def grade_and_write(asked: Asked, environ: Mapping[str, str]) -> int:
    """Grades, writes the results, prints them, the mark last; gives the exit code. Raises `GraderError`."""
    language = language_of(asked.lang, environ)
    key = signing_key(environ)
    who = Student(id=asked.student or Path(asked.path.rstrip("/")).name.removesuffix(".git") or "repository")
    sheet = read_sheet(asked.exercise)
    with tempfile.TemporaryDirectory(prefix="grader-clone-") as clones:
        folder = Path(asked.path)
        if not folder.is_dir():
            folder = Path(clones, "clone")
            clone(asked.path, folder)
        handin = Handin(
            folder,
            asked.exercise.resolve().name,
            engine_address(parse_machine_url(asked.machine), environ),
            disposable=asked.disposable,
            image=next((one.image for one in sheet.containers.values()), ""),
            areas=asked.areas,
        )
        ports = parse_ports(asked.ports) if asked.ports else None
        result, code = _graded(handin, GradingRun(asked.exercise, asked.machine, who, language, ports), environ)
    _write(result, asked.results, language, key, is_gitlab=environ.get("GITLAB_CI") == "true")
    _say([last_line(result, language)])
    return code


def _graded(handin: Handin, run: GradingRun, environ: Mapping[str, str]) -> tuple[ResultFile, int]:
    """The result that is written, and the exit code that goes with it."""
    with tempfile.TemporaryDirectory(prefix="grader-scratch-") as scratch:
        try:
            outcome = grade_repository(
                handin, lambda: _client(handin.engine), lambda: grade_isolated(run, Path(scratch), environ)
            )
        except GradingFailed as error:
            words = Words(fr=f"le processus de correction a échoué : {error}", en=str(error))
            commit = commit_of(handin.repository)
            return not_graded(run.exercise, run.student, "grading-failed", words, commit), NOT_GRADED
    match outcome:
        case Refused(review):
            _say(refusal_lines(review, run.language))
            return refused(run.exercise, run.student, review, commit_of(handin.repository)), REFUSED
        case Graded(result, _, taken_down):
            _say(result_lines(result, run.language))
            for problem in (*taken_down.left, *taken_down.missing):
                print(f"grader: the engine is not as before: {problem}", file=sys.stderr)  # noqa: T201  # a warning
            if result.status == "not-graded" or any(check.verdict == "error" for check in result.checks):
                return result, NOT_GRADED
            return result, int(any(check.verdict in {"failed", "blocked"} for check in result.checks))


def _client(address: EngineAddress) -> docker.APIClient:
    tls: TLSConfig | bool = False
    if address.tls:
        tls = TLSConfig(
            ca_cert=address.tls.ca, client_cert=(address.tls.cert, address.tls.key), verify=address.tls.verify
        )
    try:
        return docker.APIClient(address.url, version="auto", timeout=60, tls=tls)
    except DockerException as error:
        raise GraderError(f"no engine answers at {address.shown}: {error}") from error


def _write(result: ResultFile, folder: Path, language: Language, key: bytes | None, *, is_gitlab: bool) -> None:
    write_reports(result, folder, language)
    path = result_path(folder, result.exercise, result.student.id)
    written = [path, path.with_suffix(".xml")]
    if is_gitlab and (text := metrics(result)):
        write_atomically(folder / "metrics.txt", text.encode())
        written.append(folder / "metrics.txt")
    if key is not None:
        sign(folder, key, written)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201  # this is where the command speaks
