"""The command `grader forget`: its options."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.errors import GraderError
from grader.ledger.signing_key import read_signing_key
from grader.messages import Texts
from grader.reports.signature import existing_folder
from grader.results.class_results import read_class_results
from grader.results.folder import open_ledger
from grader.results.forgetting import forget as forget_students
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_AGE: Final = re.compile(r"(?P<count>[1-9][0-9]{0,3})(?P<unit>[dwmy])")


@command
@click.argument("students", nargs=-1)
@click.option("--results", type=PATH, default=Path("results"), show_default=True)
@click.option("--older-than", default="")
@lang_option
def forget(*, students: Sequence[str], results: Path, older_than: str, lang: str) -> None:
    """Removes people from a results folder."""
    language = language_of(lang, os.environ)
    texts = Texts("commands", language)
    if bool(students) == bool(older_than):
        raise GraderError("forget.whom")
    known = _last_seen(existing_folder(results))
    chosen = _older_than(known, older_than) if older_than else set(students)
    if unknown := sorted(chosen - known.keys()):
        raise GraderError("forget.unknown", students=", ".join(unknown), path=results)
    if not chosen:
        print(texts("forget.nobody"))
        return
    with open_ledger(results, os.environ) as ledger:
        forgotten = forget_students(ledger, chosen, os.environ, language)
    for path in dict.fromkeys(forgotten.removed):
        print(log_line(texts("forget.removed", path=path)))
    print(texts.count("forget.done", len(chosen)))
    for path in forgotten.mentions:
        print(log_line(texts("forget.mentions", path=path)))
    print(texts("forget.elsewhere"))
    if forgotten.mentions:
        raise click.exceptions.Exit(exit_codes.FAILED)


def _last_seen(folder: Path) -> dict[str, str]:
    """When each student of the folder was graded last, in ISO 8601; empty for one who never was."""
    seen: dict[str, str] = {}
    for work in read_class_results(folder, key=read_signing_key(os.environ)):
        moments = [attempt.result.started_at for attempt in work.attempts] + [one.at for one in work.corrections]
        seen[work.student.id] = max([seen.get(work.student.id, ""), *moments])
    return seen


def _older_than(known: dict[str, str], age: str) -> set[str]:
    found = _AGE.fullmatch(age)
    if found is None:
        raise GraderError("forget.age", given=repr(age))
    limit = dt.datetime.now(dt.UTC) - dt.timedelta(days=int(found["count"]) * _DAYS[found["unit"]])
    return {student for student, at in known.items() if at and dt.datetime.fromisoformat(at) < limit}
