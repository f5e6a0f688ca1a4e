"""The command `grader compare`: its options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader import exit_codes
from grader.commands.compare.comparison import compare as run
from grader.commands.compare.output import comparison_lines
from grader.exercise.find import find_exercise
from grader.scoring.suite import read_suite
from grader.settings import language_of


def compare(
    before: Annotated[Path, typer.Argument(help="A result, such as monday/tp2/e1.json.")],
    now: Annotated[Path, typer.Argument(help="Another result of the same exercise.")],
    *,
    exercise: Annotated[Path | None, typer.Option(help="Judge both recordings with this exercise's suite.")] = None,
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
) -> None:
    """Explain why two results of the same exercise differ.

    The cause can be the suite, the engine, the ports or the student's work. Exit code 1: a verdict differs.

    Example: grader compare monday/tp2/e1.json tuesday/tp2/e1.json --exercise exercises/tp2
    """
    language = language_of(lang, os.environ)
    comparison = run(before, now, read_suite(find_exercise(exercise)) if exercise else None)
    for line in comparison_lines(comparison, language):
        print(line)
    if comparison.checks:
        raise typer.Exit(exit_codes.FAILED)
