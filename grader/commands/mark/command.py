"""The command `grader mark`: its options."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import click

from grader.command_options import PATH, command, lang_option
from grader.commands.mark.mark import CorrectionRequest, corrections_of, record_correction, remove_correction
from grader.commands.mark.output import correction_lines, result_line
from grader.errors import GraderError
from grader.settings import language_of


@command
@click.argument("student")
@click.argument("exercise")
@click.option("--results", type=PATH, default=Path("results"), show_default=True)
@click.option("--check", default="")
@click.option("--points", type=click.IntRange(min=0))
@click.option("--bonus", type=click.FloatRange(min=0, min_open=True))
@click.option("--penalty", type=click.FloatRange(min=0, min_open=True))
@click.option("--absent", is_flag=True)
@click.option("--excused", is_flag=True)
@click.option("--because", default="")
@click.option("--by", default="")
@click.option("--remove", type=click.IntRange(min=0))
@lang_option
def mark(
    *,
    student: str,
    exercise: str,
    results: Path,
    check: str,
    points: int | None,
    bonus: float | None,
    penalty: float | None,
    absent: bool,
    excused: bool,
    because: str,
    by: str,
    remove: int | None,
    lang: str,
) -> None:
    """Corrects a mark, or lists the corrections."""
    language = language_of(lang, os.environ)
    exercise = Path(exercise).name  # exercises/tp2 is tp2
    if bool(check) != (points is not None):
        raise GraderError("mark.check-and-points")
    given = {
        "points": points,
        "bonus": bonus,
        "penalty": penalty,
        "absent": 0 if absent else None,
        "excused": 0 if excused else None,
        "remove": remove,
    }
    chosen = [(kind, value) for kind, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise GraderError("mark.one-at-a-time", options=", ".join(f"--{kind}" for kind, _ in chosen))
    if chosen:
        if not because.strip():
            raise GraderError("mark.because")
        kind, value = chosen[0]
        wanted = CorrectionRequest(results, exercise, student, because=because.strip(), by=by.strip() or _account())
        if kind == "remove":
            remove_correction(wanted, int(value), os.environ)
        else:
            record_correction(wanted, kind, check, value, os.environ)
    work = corrections_of(results, exercise, student, os.environ)
    for line in (*correction_lines(work, language), result_line(work, language)):
        print(line)


def _account() -> str:
    """Who types; its number where the system has no name for it, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
