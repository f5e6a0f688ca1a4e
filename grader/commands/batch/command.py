"""The command `grader batch`: its options. Grades a class's machines or its repositories."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from grader import exit_codes
from grader.commands.batch.batch import Batch
from grader.commands.batch.progress import progress_for
from grader.errors import GraderError, RosterError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.extras import require_extra
from grader.grading.cluster import grade_on_cluster
from grader.grading.pool import default_jobs, grade_all
from grader.grading.repositories import graded_repositories
from grader.grading.repository import signer
from grader.grading.request import request_of
from grader.reports.result import Student
from grader.roster.machine_url import parse_machine_url
from grader.roster.roster import read_roster
from grader.roster.selection import select_students
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from grader.exercise.spec import ExerciseSpec
    from grader.roster.columns import RosterColumn
    from grader.roster.student import RosterStudent


def batch(
    exercise: Annotated[Path, typer.Argument(help="The exercise, such as exercises/tp2.")],
    roster: Annotated[Path, typer.Option(help="The class: a CSV file with id, name, machine, ports, …")],
    results: Annotated[Path, typer.Option(help="Folder for the results.")],
    *,
    jobs: Annotated[int, typer.Option(min=0, help="Machines graded at the same time; 0: 8 per core.")] = 0,
    deadline: Annotated[float, typer.Option(min=1, help="Time limit per machine, in seconds.")] = 180,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted batch.")] = False,
    retry_not_graded: Annotated[
        bool, typer.Option("--retry-not-graded", help="Like --resume; also grade those without a mark again.")
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

    Example: grader batch exercises/tp2 --roster class.csv --results results
    """
    if ssh_config and not ssh_config.is_file():
        raise GraderError(f"--ssh-config: {ssh_config}: no such file")
    not_with_engines = {"--record": record, "--passive": passive, "--scheduler": scheduler}
    if engines and (conflicting := [name for name, given in not_with_engines.items() if given]):
        raise GraderError(f"{' and '.join(conflicting)}: for a class's machines only, not with --engines")

    options = {"record": record, "passive": passive, "disposable": disposable, "hints": hints, "ssh_config": ssh_config}
    shared = replace(request_of(options, os.environ, find_exercise(exercise)), deadline_s=deadline)
    language = language_of(lang, os.environ)
    if engines:
        require_extra("repo", "--engines")
    machines = [parse_machine_url(engine) for engine in engines or ()]
    suite = read_suite(shared.exercise)
    requests = [
        replace(
            shared,
            student=Student(id=student.id, name=student.name),
            ports=student.ports,
            machine=student.machine or shared.machine,
            repository=student.repo if engines else "",
        )
        for student in _students(roster, ("id", "repo" if engines else "machine"), group, limit, suite.spec)
    ]
    batch = Batch(suite, tuple(requests), results, language, resume=resume, retry_not_graded=retry_not_graded)
    watcher = progress_for(progress, language)
    if engines:
        grading = partial(graded_repositories, engines=machines, results=results, environ=os.environ)
        outcome = batch.run(watcher, grading, signer(results, os.environ))
    elif scheduler:
        outcome = batch.run(watcher, partial(grade_on_cluster, scheduler=scheduler))
    else:
        outcome = batch.run(watcher, partial(grade_all, at_once=jobs or default_jobs()))
    if not outcome.everyone_graded:
        raise typer.Exit(exit_codes.NOT_GRADED)


def _students(
    roster: Path, wanted: tuple[RosterColumn, ...], group: str, limit: int, spec: ExerciseSpec
) -> tuple[RosterStudent, ...]:
    students = select_students(read_roster(roster, wanted), group=group, limit=limit)
    for student in students:
        try:
            require_ports(spec, "this exercise", student.ports)
        except RosterError as error:
            raise RosterError(f"{roster}: {student.id}: {error}") from error
    return students
