"""The command `grader repo`: its options and exit codes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, get_args

import click
from click.exceptions import Exit
from msgspec.structs import replace

from grader.command_options import PATH, command, lang_option, ports_option
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.grading.job_engine import JobEngineOptions
from grader.grading.repository import grade_and_write
from grader.grading.request import request_of
from grader.grading.submission_lifecycle import project_path
from grader.reports.result import Student
from grader.scoring.suite import read_suite
from grader.settings import encodable, language_of
from grader.submission.job_engine.requirements import EngineKind

if TYPE_CHECKING:
    from pathlib import Path

    from grader.grading.ci_files import ExportFormat


@command
@click.argument("path", metavar="REPOSITORY")
@click.option("--exercise", type=PATH, required=True)
@click.option("--results", type=PATH, required=True)
@click.option("--machine", default="local", show_default=True)
@click.option("--engine", type=click.Choice(get_args(EngineKind)), metavar="podman|docker")
@click.option("--image-archive", type=PATH, multiple=True)
@click.option("--registry-mirror", metavar="URL", multiple=True)
@click.option("--student", default="")
@click.option("--team", metavar="ID", multiple=True)
@click.option("--folder", default="")
@ports_option
@lang_option
@click.option("--areas", type=PATH)
@click.option("--classroom50", type=PATH)
@click.option("--gradescope", type=PATH)
@click.option("--disposable/--no-disposable", default=False, show_default=True)
def repo(
    *,
    path: str,
    exercise: Path,
    results: Path,
    machine: str,
    engine: EngineKind | None,
    image_archive: tuple[Path, ...],
    registry_mirror: tuple[str, ...],
    student: str,
    team: tuple[str, ...],
    folder: str,
    ports: str,
    lang: str,
    areas: Path | None,
    classroom50: Path | None,
    gradescope: Path | None,
    disposable: bool,
) -> None:
    """Grades a pushed repository."""
    language = language_of(lang, os.environ)
    registry_mirror = tuple(filter(None, registry_mirror))  # a job gives an empty one for none, as of the ports
    if engine is None and (image_archive or registry_mirror):
        raise GraderError("usage.only-with-engine", options="--image-archive, --registry-mirror")
    if engine is not None and machine != "local":
        raise GraderError("usage.engine-and-machine")
    options = {
        "machine": machine,
        "student": student or project_path(path) or "repository",
        "ports": ports,
        "disposable": disposable,
    }
    request = request_of(options, os.environ, find_exercise(exercise))
    # One id per line, where a job has them all in one variable.
    others = dict.fromkeys(encodable(one.strip()) for given in team for one in given.splitlines() if one.strip())
    mates = tuple(Student(id=one) for one in others if one != request.student.id)
    request = replace(request, team=mates, repository=path, folder=folder, workspaces=areas)
    formats: dict[ExportFormat, Path | None] = {"classroom50": classroom50, "gradescope": gradescope}
    exports = {name: file for name, file in formats.items() if file}
    own = JobEngineOptions(engine, image_archive, registry_mirror) if engine else None
    suite = read_suite(request.exercise)
    raise Exit(grade_and_write(request, suite, results, language, os.environ, exports=exports, job_engine=own))
