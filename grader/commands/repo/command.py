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
    path: Annotated[str, typer.Argument(help="A repository: a folder, or a URL that git can clone.")],
    exercise: Annotated[Path, typer.Option(help="The exercise, such as exercises/tp6.")],
    results: Annotated[Path, typer.Option(help="Folder for <exercise>/<student>.json and .xml.")],
    machine: Annotated[str, typer.Option(help="The throw-away engine to bring it up on.")] = "local",
    student: Annotated[str, typer.Option(help="The student's id. Default: the repository's path on its server.")] = "",
    folder: Annotated[str, typer.Option(help="The folder of the repository that is graded. Default: found.")] = "",
    ports: Annotated[str, typer.Option(help="The student's reserved port range, such as 41200-41209.")] = "",
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
    areas: Annotated[
        Path | None, typer.Option(help="Folder for workspaces; the engine must see it under the same path.")
    ] = None,
    *,
    disposable: Annotated[
        bool,
        typer.Option(
            help="The engine and its machine are thrown away: up.sh may run, and the engine need not be empty."
        ),
    ] = False,
) -> None:
    """Grade a pushed repository on a throw-away engine.

    Exit code 6: it could not be graded; 7: the policy refused it.

    Example: grader repo ../submission --exercise exercises/tp6 --results out --machine unix:///run/throw-away.sock
    """
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
