"""The command `grader repo`: its options and exit codes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.grading.job_engine import JobEngineOptions
from grader.grading.repository import grade_and_write
from grader.grading.request import request_of
from grader.grading.submission_lifecycle import project_path
from grader.scoring.suite import read_suite
from grader.settings import language_of
from grader.submission.job_engine.requirements import EngineKind

if TYPE_CHECKING:
    from grader.grading.ci_files import ExportFormat


def repo(  # noqa: PLR0917  # typer makes options of them
    path: str,
    exercise: Annotated[Path, typer.Option()],
    results: Annotated[Path, typer.Option()],
    machine: Annotated[str, typer.Option()] = "local",
    student: Annotated[str, typer.Option()] = "",
    folder: Annotated[str, typer.Option()] = "",
    ports: Annotated[str, typer.Option()] = "",
    lang: Annotated[str, typer.Option()] = "",
    areas: Annotated[Path | None, typer.Option()] = None,
    classroom50: Annotated[Path | None, typer.Option()] = None,
    gradescope: Annotated[Path | None, typer.Option()] = None,
    engine: Annotated[EngineKind | None, typer.Option()] = None,
    image_archive: Annotated[list[Path] | None, typer.Option()] = None,
    registry_mirror: Annotated[list[str] | None, typer.Option(metavar="URL")] = None,
    *,
    disposable: bool = False,
) -> None:
    """Grades a pushed repository."""
    language = language_of(lang, os.environ)
    options = {
        "machine": machine,
        "student": student or project_path(path) or "repository",
        "ports": ports,
        "disposable": disposable,
    }
    request = request_of(options, os.environ, find_exercise(exercise))
    request = replace(request, repository=path, folder=folder, workspaces=areas)
    formats: dict[ExportFormat, Path | None] = {"classroom50": classroom50, "gradescope": gradescope}
    exports = {name: path for name, path in formats.items() if path}
    archives, mirrors = tuple(image_archive or ()), tuple(registry_mirror or ())
    if engine is None and (archives or mirrors):
        raise GraderError("usage.only-with-engine", options="--image-archive, --registry-mirror")
    if engine is not None and machine != "local":
        raise GraderError("usage.engine-and-machine")
    own = JobEngineOptions(engine, archives, mirrors) if engine else None
    suite = read_suite(request.exercise)
    code = grade_and_write(request, suite, results, language, os.environ, exports=exports, job_engine=own)
    raise typer.Exit(code)
