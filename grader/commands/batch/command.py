"""The command `grader batch`: its options. Grades a class's machines or its repositories."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit
from msgspec.structs import replace

from grader import exit_codes
from grader.command_options import PATH, command, hints_option, lang_option, ssh_config_option
from grader.commands.batch.batch import Batch
from grader.commands.batch.progress import progress_for
from grader.commands.batch.requests import requests_of_teams
from grader.commands.batch.warnings import shared_engines, without_machine
from grader.errors import GraderError, RosterError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.extras import require_extra
from grader.grading.pool import default_jobs, grade_all
from grader.grading.request import request_of
from grader.roster.machine_url import parse_machine_url
from grader.roster.roster import read_roster
from grader.roster.selection import select_students
from grader.roster.teams import find_teams
from grader.scoring.suite import read_suite
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from pathlib import Path

    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.roster.student import RosterStudent
    from grader.roster.teams import GradedPlace
    from grader.scoring.suite import Suite


@command
@click.argument("exercise", type=PATH)
@click.option("--roster", type=PATH, required=True)
@click.option("--results", type=PATH, required=True)
@click.option("--jobs", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--deadline", type=click.FloatRange(min=1), default=180, show_default=True)
@click.option("--resume", is_flag=True)
@click.option("--retry-not-graded", is_flag=True)
@click.option("--new-attempt", is_flag=True)
@click.option("--limit", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--group", default="")
@click.option("--record", is_flag=True)
@click.option("--passive", is_flag=True)
@click.option("--disposable", is_flag=True)
@hints_option
@ssh_config_option
@lang_option
@click.option("--engines", metavar="URL", multiple=True)
@click.option("--course", type=PATH)
@click.option("--from", "moodle_zip", type=PATH)
@click.option("--code", default="")
@click.option("--moodle", type=PATH)
@click.option("--scheduler", default="")
@click.option("--progress", default="auto", show_default=True)
def batch(
    *,
    exercise: Path,
    roster: Path,
    results: Path,
    jobs: int,
    deadline: float,
    resume: bool,
    retry_not_graded: bool,
    new_attempt: bool,
    limit: int,
    group: str,
    record: bool,
    passive: bool,
    disposable: bool,
    hints: int,
    ssh_config: Path | None,
    lang: str,
    engines: tuple[str, ...],
    course: Path | None,
    moodle_zip: Path | None,
    code: str,
    moodle: Path | None,
    scheduler: str,
    progress: str,
) -> None:
    """Grades a class."""
    if ssh_config and not ssh_config.is_file():
        raise GraderError("usage.no-file", option="--ssh-config", path=ssh_config)
    not_with_engines = {"--record": record, "--passive": passive, "--scheduler": scheduler}
    not_with_from = {**not_with_engines, "--disposable": disposable, "--engines": engines, "--ssh-config": ssh_config}
    _require_compatible(engines, not_with_engines, moodle_zip, not_with_from, code)

    options = {"record": record, "passive": passive, "disposable": disposable, "hints": hints, "ssh_config": ssh_config}
    shared = replace(request_of(options, os.environ, find_exercise(exercise)), deadline_s=deadline)
    language = language_of(lang, os.environ)
    _require_extras(engines, moodle)
    machines = [parse_machine_url(engine) for engine in engines or ()]
    suite = read_suite(shared.exercise)
    at_once = jobs or default_jobs()
    watcher = progress_for(progress, language)

    def batch_of(requests: Iterable[GradingRequest]) -> Batch:
        return Batch(
            suite,
            tuple(requests),
            results,
            language,
            resume=resume,
            retry_not_graded=retry_not_graded,
            new_attempt=new_attempt,
        )

    # Each way imports what the others do not need: a class over SSH starts fast.
    if moodle_zip:
        from grader.commands.batch.files import find_submission_times, grade_files  # noqa: PLC0415

        students = select_students(read_roster(roster, ("id",)), group=group, limit=limit)
        times = find_submission_times(moodle, roster, students, course, language)
        outcome = grade_files(moodle_zip, shared, students, batch_of, watcher, code=code, times=times, at_once=at_once)
    elif engines:
        from grader.commands.batch.pushed import pushed_requests  # noqa: PLC0415
        from grader.grading.repositories import graded_repositories  # noqa: PLC0415
        from grader.grading.repository import signer  # noqa: PLC0415

        students = _students(roster, "repo", group, limit, suite, language=language)
        batch = batch_of(pushed_requests(shared, students, course, read_roster(roster, ("id",)), language))
        grading = partial(graded_repositories, engines=machines, results=results, environ=os.environ)
        outcome = batch.run(watcher, grading, signer(results, os.environ))
    else:
        students = _students(roster, "machine", group, limit, suite, language=language)
        batch = batch_of(requests_of_teams(shared, find_teams(students, "machine")))
        for warning in shared_engines(batch.requests, os.environ):
            print(log_line(f"grader: {warning.message(language)}"), file=sys.stderr)
        outcome = batch.run(watcher, _grading_of_machines(scheduler, at_once))
    if moodle:
        from grader.commands.batch.worksheet import fill_worksheet  # noqa: PLC0415

        fill_worksheet(moodle, results, suite.id, read_roster(roster, ("id",)), course=course, language=language)
    if not outcome.everyone_graded:
        raise Exit(exit_codes.NOT_GRADED)


def _require_extras(engines: tuple[str, ...], moodle: Path | None) -> None:
    if engines:
        require_extra("repo", "--engines")
    if moodle:
        require_extra("teacher", "--moodle")


def _require_compatible(
    engines: tuple[str, ...],
    not_with_engines: Mapping[str, object],
    moodle_zip: Path | None,
    not_with_from: Mapping[str, object],
    code: str,
) -> None:
    """Raises `GraderError` if options are given that exclude each other."""
    if engines and (given := _given(not_with_engines)):
        raise GraderError("usage.not-with-engines", options=given)
    if moodle_zip and (given := _given(not_with_from)):
        raise GraderError("usage.handed-in-with", options=given)
    if code and not moodle_zip:
        raise GraderError("usage.only-from", options="--code")


def _given(options: Mapping[str, object]) -> str:
    """The names of the options that are given."""
    return ", ".join(name for name, value in options.items() if value)


def _grading_of_machines(scheduler: str, at_once: int) -> Callable[[Suite, list[GradingRequest]], Generator[Event]]:
    if not scheduler:
        return partial(grade_all, at_once=at_once)
    from grader.grading.cluster import grade_on_cluster  # noqa: PLC0415 - slow, and rarely needed

    return partial(grade_on_cluster, scheduler=scheduler)


def _students(
    roster: Path, place: GradedPlace, group: str, limit: int, suite: Suite, *, language: Language
) -> tuple[RosterStudent, ...]:
    """The students to grade. Whose machine or repository is an empty cell is told, and not graded."""
    listed = select_students(read_roster(roster, ("id",), (place,)), group=group, limit=limit)
    students = tuple(student for student in listed if getattr(student, place))
    if not students:
        read_roster(roster, ("id", place))  # says which cells are empty
    if len(students) < len(listed):
        absent = [student for student in listed if student not in students]
        print(log_line(without_machine(absent, language)), file=sys.stderr)
    for student in students:
        try:
            require_ports(suite.spec, suite.id, student.ports)
        except RosterError as error:
            raise RosterError("roster.student", file=roster, student=student.id, fault=error) from error
    return students
