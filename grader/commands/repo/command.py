"""The command `grader repo`: its options and exit codes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from grader.exercise.find import find_exercise
from grader.grading.repository import grade_and_write
from grader.grading.request import request_of
from grader.grading.submission_lifecycle import project_path
from grader.scoring.suite import read_suite
from grader.settings import language_of


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
    raise typer.Exit(grade_and_write(request, read_suite(request.exercise), results, language, os.environ))
