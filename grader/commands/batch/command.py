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
from grader.commands.batch.warnings import shared_engines, without_machine
from grader.commands.batch.worksheet import fill_worksheet
from grader.course_table.deadlines import find_deadline
from grader.course_table.find import find_course_table
from grader.errors import GraderError, RosterError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.extras import require_extra
from grader.grading.cluster import grade_on_cluster
from grader.grading.handed_in import graded_handed_in, read_handed_in
from grader.grading.pool import default_jobs, grade_all
from grader.grading.repositories import graded_repositories
from grader.grading.repository import signer
from grader.grading.request import request_of
from grader.handin.moodle_zip import read_moodle_zip
from grader.programs.temporary_folder import temporary_folder
from grader.reports.result import Student
from grader.roster.machine_url import parse_machine_url
from grader.roster.roster import read_roster
from grader.roster.selection import select_students
from grader.roster.teams import find_teams
from grader.scoring.suite import read_suite
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grader.course_table.table import CourseTable
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

    if moodle_zip:
        students = select_students(read_roster(roster, ("id",)), group=group, limit=limit)
        with temporary_folder("grader-handin-") as recordings:
            work = read_handed_in(read_moodle_zip(moodle_zip), shared, students, recordings, code)
            for remark in work.remarks:
                print(log_line(f"grader: {remark.message(language)}"), file=sys.stderr)
            outcome = batch_of(work.requests).run(watcher, partial(graded_handed_in, work=work, at_once=at_once))
    elif engines:
        students = _students(roster, "repo", group, limit, suite, language=language)
        table = find_course_table(course, read_roster(roster, ("id",)), language)
        batch = batch_of(_requests(students, shared, "repo", table))
        grading = partial(graded_repositories, engines=machines, results=results, environ=os.environ)
        outcome = batch.run(watcher, grading, signer(results, os.environ))
    else:
        students = _students(roster, "machine", group, limit, suite, language=language)
        batch = batch_of(_requests(students, shared, "machine"))
        for warning in shared_engines(batch.requests, os.environ):
            print(log_line(f"grader: {warning.message(language)}"), file=sys.stderr)
        grade_here = partial(grade_all, at_once=at_once)
        outcome = batch.run(watcher, partial(grade_on_cluster, scheduler=scheduler) if scheduler else grade_here)
    if moodle:
        everybody = read_roster(roster, ("id",))
        table = find_course_table(course, everybody, language)
        fill_worksheet(moodle, results, suite.id, everybody, table=table, language=language)
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


def _requests(
    students: Sequence[RosterStudent], shared: GradingRequest, place: GradedPlace, table: CourseTable | None = None
) -> Iterator[GradingRequest]:
    """A request for each team. Of a repository, what is counted by the deadline in `table` is graded."""
    for team in find_teams(students, place):
        first, *others = (Student(id=one.id, name=one.name) for one in team.members)
        graded = team.members[0]
        deadline = find_deadline(table, shared.exercise.name, team.members) if table else None
        yield replace(
            shared,
            student=first,
            team=tuple(others),
            ports=graded.ports,
            machine=graded.machine or shared.machine,
            repository=graded.repo if place == "repo" else "",
            until=deadline.ends if deadline else None,
        )


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
