"""The command `grader repo`: its options and exit codes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit
from msgspec.structs import replace

from grader.command_options import PATH, command, lang_option, ports_option
from grader.exercise.find import find_exercise
from grader.grading.repository import grade_and_write
from grader.grading.request import request_of
from grader.grading.submission_lifecycle import project_path
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("path", metavar="REPOSITORY")
@click.option("--exercise", type=PATH, required=True)
@click.option("--results", type=PATH, required=True)
@click.option("--machine", default="local", show_default=True)
@click.option("--student", default="")
@click.option("--folder", default="")
@ports_option
@lang_option
@click.option("--areas", type=PATH)
@click.option("--disposable/--no-disposable", default=False, show_default=True)
def repo(
    *,
    path: str,
    exercise: Path,
    results: Path,
    machine: str,
    student: str,
    folder: str,
    ports: str,
    lang: str,
    areas: Path | None,
    disposable: bool,
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
    raise Exit(grade_and_write(request, read_suite(request.exercise), results, language, os.environ))
