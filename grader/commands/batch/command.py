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
from grader.roster.teams import find_teams
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from grader.grading.request import GradingRequest
    from grader.roster.columns import RosterColumn
    from grader.roster.student import RosterStudent
    from grader.roster.teams import GradedPlace, Team
    from grader.scoring.suite import Suite


def batch(
    exercise: Path,
    roster: Annotated[Path, typer.Option()],
    results: Annotated[Path, typer.Option()],
    *,
    jobs: Annotated[int, typer.Option(min=0)] = 0,
    deadline: Annotated[float, typer.Option(min=1)] = 180,
    resume: Annotated[bool, typer.Option("--resume")] = False,
    retry_not_graded: Annotated[bool, typer.Option("--retry-not-graded")] = False,
    limit: Annotated[int, typer.Option(min=0)] = 0,
    group: str = "",
    record: Annotated[bool, typer.Option("--record")] = False,
    passive: Annotated[bool, typer.Option("--passive")] = False,
    disposable: Annotated[bool, typer.Option("--disposable")] = False,
    hints: Annotated[int, typer.Option(min=1, max=3)] = 2,
    ssh_config: Path | None = None,
    lang: str = "",
    engines: Annotated[list[str] | None, typer.Option(metavar="URL")] = None,
    scheduler: str = "",
    progress: str = "auto",
) -> None:
    """Grades a class."""
    if ssh_config and not ssh_config.is_file():
        raise GraderError("usage.no-file", option="--ssh-config", path=ssh_config)
    not_with_engines = {"--record": record, "--passive": passive, "--scheduler": scheduler}
    if engines and (conflicting := [name for name, given in not_with_engines.items() if given]):
        raise GraderError("usage.not-with-engines", options=", ".join(conflicting))

    options = {"record": record, "passive": passive, "disposable": disposable, "hints": hints, "ssh_config": ssh_config}
    shared = replace(request_of(options, os.environ, find_exercise(exercise)), deadline_s=deadline)
    language = language_of(lang, os.environ)
    if engines:
        require_extra("repo", "--engines")
    machines = [parse_machine_url(engine) for engine in engines or ()]
    suite = read_suite(shared.exercise)
    place: GradedPlace = "repo" if engines else "machine"
    requests = [
        _request_of_team(shared, team, place)
        for team in find_teams(_students(roster, ("id", place), group, limit, suite), place)
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


def _request_of_team(shared: GradingRequest, team: Team, place: GradedPlace) -> GradingRequest:
    first, *others = (Student(id=one.id, name=one.name) for one in team.members)
    graded = team.members[0]
    return replace(
        shared,
        student=first,
        team=tuple(others),
        ports=graded.ports,
        machine=graded.machine or shared.machine,
        repository=graded.repo if place == "repo" else "",
    )


def _students(
    roster: Path, wanted: tuple[RosterColumn, ...], group: str, limit: int, suite: Suite
) -> tuple[RosterStudent, ...]:
    students = select_students(read_roster(roster, wanted), group=group, limit=limit)
    for student in students:
        try:
            require_ports(suite.spec, suite.id, student.ports)
        except RosterError as error:
            raise RosterError("roster.student", file=roster, student=student.id, fault=error) from error
    return students
