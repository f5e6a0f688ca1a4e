"""One run of `grader repo`: from its options to files, a last line and an exit code."""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docker
import requests
from docker.errors import DockerException
from docker.tls import TLSConfig

from grader.errors import GraderError, MachineUnreachable
from grader.machine.address import EngineAddress, engine_address
from grader.machine.sheet import check_ports, read_sheet
from grader.machine.text import log_line, visible
from grader.reports.files import result_path, write_reports
from grader.reports.results import ResultFile, Student, Words, write_atomically
from grader.reports.signature import JOB_KEY_VARIABLE, run_of, sign, signing_key
from grader.repository.clone import clone
from grader.repository.commit import commit_of
from grader.repository.engine_proxy import dial
from grader.repository.grade import Graded, Handin, Refused, grade_repository
from grader.repository.isolated import GradingFailed, GradingRun, grade_isolated
from grader.repository.not_graded import not_graded, refused
from grader.repository.reading import ReadingFailed
from grader.repository.reasons import reason_of
from grader.repository.remove_tree import temporary_folder
from grader.repository.results_folder import open_results
from grader.repository.said import last_line, metrics, refusal_lines, result_lines
from grader.repository.sandbox import NoSandboxError
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.settings import as_text, language_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.machine.sheet import Sheet
    from grader.messages import Language
    from grader.roster.ports import PortRange

__all__ = ["Asked", "Done", "grade_and_write", "grade_one", "without_mark", "write"]

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
    name: str = ""
    """The student's name, where a roster gives it."""

    @property
    def who(self) -> Student:
        return Student(id=as_text(self.student or self.repository or "repository"), name=self.name)

    @property
    def repository(self) -> str:
        """The repository's name: that of its folder, or the last part of its address."""
        path = Path(self.path)
        return (
            path.resolve().name if path.is_dir() else re.split(r"[/:]", self.path.rstrip("/"))[-1].removesuffix(".git")
        )


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one repository, not written yet."""

    result: ResultFile
    code: int
    lines: tuple[str, ...]
    """For the screen, the mark last."""
    engine_problems: tuple[str, ...] = ()
    """How the engine differs from what it was; it should grade nobody else."""


def grade_and_write(asked: Asked, environ: Mapping[str, str]) -> int:
    """Grades, writes the results, prints them, the mark last; gives the exit code. Raises `GraderError`."""
    results = open_results(asked.results, Path(asked.path) if Path(asked.path).is_dir() else None)
    try:
        done = grade_one(asked, environ)
    except MachineUnreachable as error:
        done = without_mark(asked, environ, *reason_of(error))
    results.require_unchanged(done.result.exercise)
    write(done.result, asked, environ)
    for problem in done.engine_problems:
        print(log_line(f"grader: the engine is not as before: {problem}"), file=sys.stderr)  # noqa: T201  # a warning
    for line in done.lines:
        print(line)  # noqa: T201  # this is where the command speaks
    return done.code


def grade_one(asked: Asked, environ: Mapping[str, str]) -> Done:
    """Grades one repository. Raises `MachineUnreachable` for its engine, `GraderError` for what is asked for.

    Any other exception is caused by what is in the repository, or by a bug that it meets: no mark, and no zero.
    """
    language = language_of(asked.lang, environ)
    signing_key(environ)  # a key that cannot be used is said before anything runs
    sheet = read_sheet(asked.exercise)
    ports = parse_ports(asked.ports) if asked.ports else None
    check_ports(sheet, asked.exercise.name, ports)
    try:
        return _clone_and_grade(asked, environ, sheet, language, ports)
    except GraderError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a repository brings about is its own result
        return without_mark(asked, environ, *reason_of(error))


def _clone_and_grade(
    asked: Asked, environ: Mapping[str, str], sheet: Sheet, language: Language, ports: PortRange | None
) -> Done:
    with temporary_folder("grader-clone-") as clones:
        folder = Path(asked.path)
        if not folder.is_dir():
            folder = clones / "clone"
            clone(asked.path, folder)
        handin = Handin(
            folder,
            asked.exercise.resolve().name,
            engine_address(parse_machine_url(asked.machine), environ),
            disposable=asked.disposable,
            image=next((one.image for one in sheet.containers.values()), ""),
            course_images=(
                *sheet.images,
                *(name for one in sheet.containers.values() for name in one.equivalent_images),
            ),
            name=asked.repository,
            areas=asked.areas,
        )
        # The process that grades has no DOCKER_HOST and no Docker context: it is told the engine's own address, or it
        # would look at another engine than the one that the work was brought up on.
        run = GradingRun(asked.exercise, handin.engine.url, asked.who, language, ports)
        return _graded(handin, run, {**environ, **_certificates(handin.engine)})


def _certificates(engine: EngineAddress) -> dict[str, str]:
    """Where a Docker context keeps its certificates, as the environment says it: under the very same names."""
    if not (engine.context and engine.tls):
        return {}
    return {"DOCKER_CERT_PATH": str(Path(engine.tls.ca).parent), "DOCKER_TLS_VERIFY": "1" if engine.tls.verify else ""}


def without_mark(asked: Asked, environ: Mapping[str, str], code: str, reason: Words) -> Done:
    """A student who could not be graded, and why."""
    result = not_graded(asked.exercise, asked.who, code, reason)
    return Done(result, NOT_GRADED, (last_line(result, language_of(asked.lang, environ)),))


def write(result: ResultFile, asked: Asked, environ: Mapping[str, str]) -> None:
    """Puts the result in its place, and signs it where there is a key. Not for two at once in one folder."""
    folder = asked.results
    write_reports(result, folder, language_of(asked.lang, environ))
    path = result_path(folder, result.exercise, result.student.id)
    written = [path, path.with_suffix(".xml")]
    if environ.get("GITLAB_CI") == "true" and (text := metrics(result)):
        write_atomically(folder / "metrics.txt", text.encode())
        written.append(folder / "metrics.txt")
    if (key := signing_key(environ) or signing_key(environ, JOB_KEY_VARIABLE)) is not None:
        sign(folder, key, written, run_of(environ))


def _graded(handin: Handin, run: GradingRun, environ: Mapping[str, str]) -> Done:
    with tempfile.TemporaryDirectory(prefix="grader-scratch-") as scratch:
        try:
            outcome = grade_repository(
                handin,
                lambda: _client(handin.engine),
                lambda submission: grade_isolated(run, Path(scratch), environ, submission),
            )
        except (GradingFailed, NoSandboxError, ReadingFailed) as error:
            result = not_graded(run.exercise, run.student, *reason_of(error), commit_of(handin.repository))
            return Done(result, NOT_GRADED, (last_line(result, run.language),))
        except (DockerException, requests.RequestException) as error:
            where, detail = handin.engine.shown, visible(str(error), 200)
            raise MachineUnreachable("engine-lost", where=where, detail=detail) from error
    match outcome:
        case Refused(review):
            result = refused(run.exercise, run.student, review, commit_of(handin.repository))
            lines = (*refusal_lines(review, run.language), last_line(result, run.language))
            return Done(result, REFUSED, lines)
        case Graded(result, _, taken_down):
            lines = (*result_lines(result, run.language), last_line(result, run.language))
            return Done(result, _code(result), lines, (*taken_down.left, *taken_down.missing))


def _code(result: ResultFile) -> int:
    verdicts = {check.verdict for check in result.checks}
    if result.status == "not-graded" or "error" in verdicts:
        return NOT_GRADED
    return int(bool(verdicts & {"failed", "blocked"}))


def _client(address: EngineAddress) -> docker.APIClient:
    try:  # first by hand: the package leaves a socket open where nobody answers
        dial(address).close()
    except OSError as error:
        raise MachineUnreachable("engine-unreachable", where=address.shown, detail=visible(str(error), 200)) from error
    tls: TLSConfig | bool = False
    if address.tls:
        tls = TLSConfig(
            ca_cert=address.tls.ca, client_cert=(address.tls.cert, address.tls.key), verify=address.tls.verify
        )
    return docker.APIClient(address.url, version="auto", timeout=60, tls=tls)
