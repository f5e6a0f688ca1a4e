"""The command `grader compare`: its options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.commands.compare.comparison import compare as run
from grader.commands.compare.output import comparison_lines
from grader.exercise.find import find_exercise
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("before", type=PATH)
@click.argument("now", type=PATH)
@click.option("--exercise", type=PATH)
@lang_option
def compare(*, before: Path, now: Path, exercise: Path | None, lang: str) -> None:
    """Explains why two results differ."""
    language = language_of(lang, os.environ)
    comparison = run(before, now, read_suite(find_exercise(exercise)) if exercise else None)
    for line in comparison_lines(comparison, language):
        print(line)
    if comparison.checks:
        raise Exit(exit_codes.FAILED)
