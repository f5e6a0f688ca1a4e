"""The gradebook files that need no sheet of the school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.reports.gradebook.csv_file import excel_csv, plain_csv
from grader.reports.gradebook.moodle import import_csv
from grader.reports.gradebook.scodoc import new_sheet
from grader.reports.gradebook.workbook import build_workbook
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook


def gradebook_files(book: Gradebook, lang: Language) -> dict[str, bytes]:
    """The content of each file by its name. ScoDoc gets a file per exercise, the others contain all."""
    files = {
        "gradebook.xlsx": build_workbook(book, lang),
        "marks-excel.csv": excel_csv(book, lang),
        "marks.csv": plain_csv(book, lang),
        "moodle-import.csv": import_csv(book, lang),
    }
    for exercise in book.exercises:
        files[f"scodoc-{file_name_for(exercise)}.xlsx"] = new_sheet(book.for_exercise(exercise), lang)
    return files
