"""The command `grader batch`: its options. Grades a class's machines or its repositories."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from grader.errors import GraderError, RosterError, TypedError
from grader.machine.exercise_folder import find_exercise
from grader.machine.sheet import check_ports, read_sheet
from grader.machine.text import log_line
from grader.settings import language_of

if TYPE_CHECKING:
    from grader.machine.sheet import Sheet
    from grader.repository.run import Done
    from grader.roster.columns import Column
    from grader.roster.student import RosterStudent

__all__ = ["batch"]

NOT_GRADED = 6


def batch(
    exercise: Annotated[Path, typer.Argument(help="The exercise, such as exercises/tp2.")],
    roster: Annotated[Path, typer.Option(help="The class: a CSV file with id, name, machine, ports, …")],
    results: Annotated[Path, typer.Option(help="Folder for the results.")],
    *,
    jobs: Annotated[int, typer.Option(min=0, help="Machines graded at the same time; 0: 8 per core.")] = 0,
    deadline: Annotated[float, typer.Option(min=1, help="Time limit per machine, in seconds.")] = 180,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted batch.")] = False,
    retry_not_graded: Annotated[
        bool, typer.Option("--retry-not-graded", help="As --resume, and grade again those without a mark.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Only the first N students; 0: all.")] = 0,
    group: Annotated[str, typer.Option(help="Only this group of the roster.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Also write recordings, for grader regrade.")] = False,
    passive: Annotated[bool, typer.Option("--passive", help="Only look; change nothing.")] = False,
    disposable: Annotated[bool, typer.Option("--disposable", help="Also run the checks that break things.")] = False,
    hints: Annotated[int, typer.Option(min=1, max=3, help="1: where to look, 2: what is wrong, 3: what to read.")] = 2,
    ssh_config: Annotated[Path | None, typer.Option(help="SSH configuration file to use instead of your own.")] = None,
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
    engines: Annotated[
        list[str] | None,
        typer.Option(help="Grade the roster's repositories on this throw-away engine; may be repeated."),
    ] = None,
    scheduler: Annotated[str, typer.Option(help="Dask scheduler to grade with, such as tcp://host:8786.")] = "",
    progress: Annotated[str, typer.Option(help="auto, lines or json.")] = "auto",
) -> None:
    """Grade a class over SSH, or its repositories with --engines.

    Each result is written as soon as its student is graded. Exit code 6: someone could not be graded.

    Example: grader batch exercises/tp2 --roster class.csv --results results/tp2
    """
    if passive and disposable:
        raise TypedError("typed-passive-and-disposable")
    if ssh_config and not ssh_config.is_file():
        raise GraderError(f"--ssh-config: {ssh_config}: no such file")
    exercise = find_exercise(exercise)
    if engines:
        ignored = {
            "--retry-not-graded": retry_not_graded, "--record": record, "--passive": passive, "--scheduler": scheduler
        }  # fmt: skip
        if meant := [name for name, given in ignored.items() if given]:
            raise GraderError(f"{' and '.join(meant)}: for a class's machines only, not with --engines")
        students = _students(roster, ("id", "repo"), group, limit, read_sheet(exercise))
        raise typer.Exit(
            _grade_repositories(exercise, students, results, engines, lang, disposable=disposable, resume=resume)
        )
    from grader.campaign.campaign import Campaign  # noqa: PLC0415 - only this verb grades a class
    from grader.campaign.pool import default_jobs  # noqa: PLC0415
    from grader.campaign.watchers import watcher_for  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    language = language_of(lang, os.environ)
    suite = read_suite(exercise)
    campaign = Campaign(
        suite=suite,
        students=_students(roster, ("id", "machine"), group, limit, suite.sheet),
        folder=results,
        language=language,
        at_once=jobs or default_jobs(),
        deadline_s=deadline,
        resume=resume,
        retry_not_graded=retry_not_graded,
        record=record,
        passive=passive,
        disposable=disposable,
        hints=hints,
        ssh_config=str(ssh_config or ""),
        scheduler=scheduler,
    )
    outcome = campaign.run(watcher_for(progress, language))
    if not outcome.everyone_graded:
        raise typer.Exit(NOT_GRADED)


def _students(
    roster: Path, wanted: tuple[Column, ...], group: str, limit: int, sheet: Sheet
) -> tuple[RosterStudent, ...]:
    from grader.campaign.chosen import chosen_students  # noqa: PLC0415
    from grader.roster.read import read_roster  # noqa: PLC0415

    students = chosen_students(read_roster(roster, wanted), group=group, limit=limit)
    for student in students:
        try:
            check_ports(sheet, "this exercise", student.ports)
        except RosterError as error:
            raise RosterError(f"{roster}: {student.id}: {error}") from error
    return students


def _grade_repositories(
    exercise: Path,
    students: tuple[RosterStudent, ...],
    results: Path,
    engines: list[str],
    lang: str,
    *,
    disposable: bool,
    resume: bool,
) -> int:
    from grader.repository.many import Batch, grade_everyone  # noqa: PLC0415

    waiting = [student for student in students if not (resume and _is_done(results, exercise.name, student.id))]

    def on_done(student: RosterStudent, done: Done) -> None:
        result = done.result
        mark = "–" if result.mark is None else f"{result.points}/{result.max_points}"
        reason = result.reason_code or ""
        print(log_line(f"{student.id:<40} {mark:>7}  {reason}".rstrip()), flush=True)  # noqa: T201

    batch = Batch(exercise, results, tuple(engines), lang, disposable=disposable)
    return grade_everyone(waiting, batch, os.environ, on_done)


def _is_done(results: Path, exercise: str, student: str) -> bool:
    from grader.reports.files import result_path  # noqa: PLC0415
    from grader.reports.results import read_result  # noqa: PLC0415

    try:
        return read_result(result_path(results, exercise, student)).status == "graded"
    except (OSError, msgspec.DecodeError):
        return False
