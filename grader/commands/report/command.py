"""The command `grader report`: its options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.atomic_file import write_atomically
from grader.command_options import PATH, command, lang_option
from grader.course_marks.build_course_book import build_course_book
from grader.course_marks.counted_results import counted_result
from grader.course_marks.course_files import course_files
from grader.course_marks.course_page import course_page
from grader.course_marks.deadline_entries import note_deadlines
from grader.course_marks.school_sheet import fill_school_sheet
from grader.course_table.find import find_course_table
from grader.course_table.table import CourseTable
from grader.errors import ExerciseError, GraderError
from grader.exercise.spec import read_exercise_spec
from grader.ledger.reading import LedgerState, has_ledger, read_ledger
from grader.ledger.receipt import entries_about, make_receipt
from grader.ledger.signing_key import read_signing_key
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.files import gradebook_files
from grader.reports.html.class_page import class_page
from grader.reports.html.student_page import student_page
from grader.reports.result_files import REPORTS_FOLDER
from grader.results.class_results import read_class_results
from grader.results.folder import open_ledger_if_any
from grader.roster.file_name import file_name_for
from grader.roster.roster import read_roster
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course_marks.course_book import CourseBook
    from grader.course_marks.school_sheet import Program
    from grader.messages import Language, Words
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.filled_sheet import SheetEntry
    from grader.reports.result import ResultFile
    from grader.results.class_results import StudentWork
    from grader.roster.student import RosterStudent

_NAMES: Final[dict[Program, str]] = {"moodle": "Moodle", "scodoc": "ScoDoc"}


@command
@click.argument("folder", type=PATH)
@click.option("--roster", type=PATH)
@click.option("--out", type=PATH)
@click.option("--moodle", type=PATH)
@click.option("--scodoc", type=PATH)
@click.option("--exercise", default="")
@click.option("--course", type=PATH)
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
    course: Path | None,
    page: bool,
    lang: str,
) -> None:
    """Writes gradebooks and pages."""
    language = language_of(lang, os.environ)
    works = [work for work in read_works(folder, language) if exercise in {"", work.exercise}]
    if not works:
        raise GraderError("results.none-of" if exercise else "results.none", path=folder, exercise=exercise)
    students = read_roster(roster, required=("id",)) if roster else ()
    table = _course_table(course, students, folder, language)
    by_id = {student.id: student for student in students}
    results = [result for work in works if (result := counted_result(table or CourseTable(), work, by_id))]
    absences = {(work.exercise, work.student.id): work.absence.kind for work in works if work.absence}
    book = build_gradebook(results, students, absences)
    course_book = build_course_book(table, results, students, absences) if table and not exercise else None
    place = out or folder / REPORTS_FOLDER
    files = gradebook_files(book, language) | (course_files(course_book, language) if course_book else {})
    for name, content in files.items():
        _print_path(_write(place / name, content))
    if page:
        pages = _write_pages(works, results, folder, place, language)
        if course_book:
            _print_path(_write(place / "course.html", course_page(course_book, language, pages).encode()))
    sheets: dict[Program, Path | None] = {"moodle": moodle, "scodoc": scodoc}
    complete = [_fill_sheet(sheet, program, book, course_book, language) for program, sheet in sheets.items() if sheet]
    if not all(complete):
        raise Exit(exit_codes.FAILED)


def _course_table(
    path: Path | None, students: Sequence[RosterStudent], folder: Path, language: Language
) -> CourseTable | None:
    """The course table, if there is one. Its deadlines are noted in the results folder."""
    table = find_course_table(path, students, language)
    if table:
        with open_ledger_if_any(folder, os.environ) as ledger:
            if ledger:
                note_deadlines(ledger, table, students)
    return table


def _fill_sheet(
    sheet: Path, program: Program, book: Gradebook, course_book: CourseBook | None, language: Language
) -> bool:
    """Fills in the marks of the one exercise there is, else those of the course."""
    is_course = course_book and len(book.exercises) > 1
    entries: Sequence[SheetEntry] = course_book.entries if course_book and is_course else ()
    filled = fill_school_sheet(sheet, program, entries or book.require_one_exercise(_NAMES[program]), language)
    _print_path(sheet)
    return filled


def read_works(folder: Path, language: Language) -> list[StudentWork]:
    """Everybody's work below `folder`; other JSON files are reported on standard error and skipped."""

    def report_skipped(path: Path, error: Exception) -> None:
        skipped = GraderError("results.skipped", path=path, detail=error)
        print(log_line(skipped.message(language)), file=sys.stderr)

    return read_class_results(folder, report_skipped, read_signing_key(os.environ))


def _write_pages(
    works: list[StudentWork], results: list[ResultFile], folder: Path, place: Path, language: Language
) -> dict[str, str]:
    """Writes `<exercise>.html` for the teacher, and a folder with one page per student beside it.

    Returns the names of the former by exercise. `results` are those that count; beside each page is its receipt.
    """
    state = read_ledger(folder) if has_ledger(folder) else LedgerState()
    attempts = {(work.exercise, work.student.id): [attempt.result for attempt in work.attempts] for work in works}
    for exercise in dict.fromkeys(result.exercise for result in results):
        own = [result for result in results if result.exercise == exercise]
        pages = {result.student.id: f"{exercise}/{file_name_for(result.student.id)}.html" for result in own}
        for result in own:
            student = result.student.id
            receipt = make_receipt(state, entries_about(state, exercise, student))
            title, tried = _exercise_title(exercise), attempts[exercise, student]
            page = student_page(result, language, title=title, attempts=tried, receipt=receipt.decode())
            _write(place / pages[student], page.encode())
            if receipt:
                _write((place / pages[student]).with_suffix(".receipt"), receipt)
        page = class_page(own, language, title=_exercise_title(exercise), student_pages=pages)
        _print_path(_write(place / f"{exercise}.html", page.encode()))
    return {result.exercise: f"{result.exercise}.html" for result in results}


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
