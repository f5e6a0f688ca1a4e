"""The commands `grader repo`, `grader sign` and `grader verify`: their options and exit codes."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from grader.reports.signature import Statement

__all__ = ["repo", "sign_results", "verify_results"]


def repo(  # noqa: PLR0917  # typer makes options of them
    path: Annotated[str, typer.Argument(help="A repository: a folder, or a URL that git can clone.")],
    exercise: Annotated[Path, typer.Option(help="The exercise, such as exercises/tp6.")],
    results: Annotated[Path, typer.Option(help="Folder for <exercise>/<student>.json and .xml.")],
    machine: Annotated[str, typer.Option(help="The throw-away engine to bring it up on.")] = "local",
    student: Annotated[str, typer.Option(help="The student's id. Default: the repository's name.")] = "",
    ports: Annotated[str, typer.Option(help="The student's reserved port range, such as 41200-41209.")] = "",
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
    areas: Annotated[
        Path | None, typer.Option(help="Folder for workspaces; the engine must see it under the same path.")
    ] = None,
    *,
    disposable: Annotated[
        bool, typer.Option(help="The engine and its machine are thrown away: up.sh may run, and it need not be empty.")
    ] = False,
) -> None:
    """Grade a pushed repository on a throw-away engine.

    Exit code 6: it could not be graded; 7: the policy refused it.

    Example: grader repo ../submission --exercise exercises/tp6 --results out --machine unix:///run/throw-away.sock
    """
    from msgspec.structs import replace  # noqa: PLC0415 - only this verb needs an engine

    from grader.machine.exercise_folder import find_exercise  # noqa: PLC0415
    from grader.repository.grade import repository_name  # noqa: PLC0415
    from grader.repository.run import grade_and_write  # noqa: PLC0415
    from grader.request import request_of  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415
    from grader.settings import language_of  # noqa: PLC0415

    language = language_of(lang, os.environ)
    options = {
        "machine": machine,
        "student": student or repository_name(path) or "repository",
        "ports": ports,
        "disposable": disposable,
    }
    request = request_of(options, os.environ, find_exercise(exercise))
    request = replace(request, repository=path, workspaces=areas)
    raise typer.Exit(grade_and_write(request, read_suite(request.exercise), results, language, os.environ))


def verify_results(folder: Annotated[Path, typer.Argument(help="A folder of results.")]) -> None:
    """Check the signature of results (key: GRADER_SIGNING_KEY).

    Print the run and the time of each signature: check that it is the run you mean. Exit code 1: not every file is
    signed.

    Example: grader verify results
    """
    from grader.errors import GraderError  # noqa: PLC0415 - only this verb
    from grader.machine.text import log_line  # noqa: PLC0415
    from grader.reports.signature import KEY_VARIABLE, FileStatus, signed_in, signing_key, verify  # noqa: PLC0415

    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to check with: set {KEY_VARIABLE}")
    found = verify(_results_in(folder), key)
    if not found:
        raise GraderError(f"{folder}: no results there")
    statements = signed_in(folder, key)
    for name, status in found.items():
        about = _about(statements.get(name)) if status is FileStatus.SIGNED else ""
        print(log_line(f"{status.value:<9} {name}{about}"))  # noqa: T201  # this is where the command speaks
    raise typer.Exit(int(any(status is not FileStatus.SIGNED for status in found.values())))


def _about(statement: Statement | None) -> str:
    if statement is None:
        return "  (run and time not recorded: signed by an earlier version)"
    return f"  ({statement.run or 'no pipeline'}, {statement.at})"


def sign_results(
    folder: Annotated[Path, typer.Argument(help="A folder of results.")],
    *,
    roster: Annotated[Path | None, typer.Option(help="Sign only results of this class; needs --exercise.")] = None,
    exercise: Annotated[str, typer.Option(help="The exercise that the class did, such as tp6.")] = "",
    by_job: Annotated[
        bool, typer.Option("--by-job", help="Sign only results signed with the key of their student's job.")
    ] = False,
) -> None:
    """Sign a folder of results (key: GRADER_SIGNING_KEY).

    A result of another student or exercise than its path says, or not made by that student's own job, is named and
    stays unsigned. Exit code 1: some results stay unsigned.

    Example: grader sign results --roster class.csv --exercise tp6
    """
    from grader.errors import GraderError  # noqa: PLC0415 - only this verb
    from grader.machine.text import log_line  # noqa: PLC0415
    from grader.reports.signature import KEY_VARIABLE, FileStatus, run_of, sign, signing_key, verify  # noqa: PLC0415
    from grader.repository.gathered import ClassRun, gathered_of_class, gathered_of_folder  # noqa: PLC0415
    from grader.roster.read import read_roster  # noqa: PLC0415

    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to sign with: set {KEY_VARIABLE}")
    if (roster is None) != (not exercise) or (by_job and roster is None):
        raise GraderError("--roster, --exercise: one needs the other, and --by-job needs both")
    found = verify(_results_in(folder), key)
    if not found and roster is None:
        raise GraderError(f"{folder}: no results there")
    run = run_of(os.environ)
    unsigned = [name for name, status in found.items() if status is FileStatus.UNSIGNED]
    if roster is None:
        gathered = gathered_of_folder(folder, unsigned)
    else:
        students = tuple(student.id for student in read_roster(roster, ("id",)))
        present = [name for name, status in found.items() if status is not FileStatus.MISSING]
        gathered = gathered_of_class(folder, present, ClassRun(exercise, students, run, key if by_job else None))
    good = [name for name in gathered.good if name in unsigned]
    sign(folder, key, [folder / name for name in good], run)
    for name, why in gathered.wrong.items():
        print(log_line(f"not signed: {name}: {why}"))  # noqa: T201  # this is where the command speaks
    print(log_line(f"{len(good)} signed in {folder}"))  # noqa: T201
    raise typer.Exit(int(bool(gathered.wrong)))


def _results_in(folder: Path) -> Path:
    from grader.errors import GraderError  # noqa: PLC0415 - only two verbs

    if not folder.is_dir():
        raise GraderError(f"{folder}: no folder of results")
    return folder
