"""The command `grader report`: its options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.atomic_file import write_atomically
from grader.command_options import PATH, command, lang_option
from grader.errors import ExerciseError, GraderError
from grader.exercise.spec import read_exercise_spec
from grader.ledger.signing_key import read_signing_key
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.files import gradebook_files
from grader.reports.gradebook.moodle import fill_worksheet
from grader.reports.gradebook.scodoc import fill_sheet
from grader.reports.html.class_page import class_page
from grader.reports.html.student_page import student_page
from grader.results.class_results import read_class_results
from grader.roster.file_name import file_name_for
from grader.roster.roster import read_roster
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from grader.messages import Language, Words
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.filled_sheet import FilledSheet
    from grader.reports.result import ResultFile
    from grader.results.class_results import StudentWork


@command
@click.argument("folder", type=PATH)
@click.option("--roster", type=PATH)
@click.option("--out", type=PATH)
@click.option("--moodle", type=PATH)
@click.option("--scodoc", type=PATH)
@click.option("--exercise", default="")
@click.option("--page", is_flag=True)
@lang_option
def report(
    *,
    folder: Path,
    roster: Path | None,
    out: Path | None,
    moodle: Path | None,
    scodoc: Path | None,
    exercise: str,
    page: bool,
    lang: str,
) -> None:
    """Writes gradebooks and pages."""
    language = language_of(lang, os.environ)
    works = [work for work in read_works(folder, language) if exercise in {"", work.exercise}]
    results = [result for work in works if (result := work.result())]
    if not works:
        raise GraderError("results.none-of" if exercise else "results.none", path=folder, exercise=exercise)
    absences = {(work.exercise, work.student.id): work.absence.kind for work in works if work.absence}
    book = build_gradebook(results, read_roster(roster, required=("id",)) if roster else (), absences)
    place = out or folder / "reports"
    for name, content in gradebook_files(book, language).items():
        _print_path(_write(place / name, content))
    if page:
        _write_pages(results, place, language)
    sheets = [(sheet, kind) for kind, sheet in (("moodle", moodle), ("scodoc", scodoc)) if sheet]
    complete = [_fill_school_sheet(sheet, kind, book, language) for sheet, kind in sheets]
    if not all(complete):
        raise Exit(exit_codes.FAILED)


def read_works(folder: Path, language: Language) -> list[StudentWork]:
    """Everybody's work below `folder`; other JSON files are reported on standard error and skipped."""

    def report_skipped(path: Path, error: Exception) -> None:
        skipped = GraderError("results.skipped", path=path, detail=error)
        print(log_line(skipped.message(language)), file=sys.stderr)

    return read_class_results(folder, report_skipped, read_signing_key(os.environ))


def _fill_school_sheet(sheet: Path, kind: str, book: Gradebook, language: Language) -> bool:
    """Fills in a school's sheet and lists the rows and students without a match."""
    try:
        data = sheet.read_bytes()
    except OSError as error:
        raise GraderError("at.file", file=sheet, fault=error.strerror) from error
    try:
        filled: FilledSheet = (fill_worksheet if kind == "moodle" else fill_sheet)(data, book, language)
    except GraderError as error:
        raise GraderError("at.file", file=sheet, fault=error) from error
    _print_path(_write(sheet, filled.data))
    for remark in (*filled.unmatched_rows, *filled.unmatched_students, *filled.remarks):
        print(log_line(f"{sheet.name}: {remark}"), file=sys.stderr)
    return filled.is_complete


def _write_pages(results: list[ResultFile], place: Path, language: Language) -> None:
    """Writes `<exercise>.html` for the teacher, and a folder with one page per student beside it."""
    for exercise in dict.fromkeys(result.exercise for result in results):
        own = [result for result in results if result.exercise == exercise]
        pages = {result.student.id: f"{exercise}/{file_name_for(result.student.id)}.html" for result in own}
        for result in own:
            _write(
                place / pages[result.student.id],
                student_page(result, language, title=_exercise_title(exercise)).encode(),
            )
        page = class_page(own, language, title=_exercise_title(exercise), student_pages=pages)
        _print_path(_write(place / f"{exercise}.html", page.encode()))


def _exercise_title(exercise: str) -> Words | None:
    """The exercise's title, if its spec is in `exercises/`."""
    try:
        return read_exercise_spec(Path("exercises", exercise)).title
    except ExerciseError:
        return None


def _write(path: Path, content: bytes) -> Path:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise GraderError("results.not-written", path=path, detail=error.strerror) from error
    return path


def _print_path(path: Path) -> None:
    print(path)
