"""All the gradebooks that need no sheet of the school's: which files there are, and how they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.reports.gradebook.csv_file import excel_csv, plain_csv
from grader.reports.gradebook.moodle import import_csv
from grader.reports.gradebook.scodoc import new_sheet
from grader.reports.gradebook.xlsx import workbook
from grader.roster.file_name import file_name_for

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook

__all__ = ["gradebook_files"]


def gradebook_files(book: Gradebook, lang: Language) -> dict[str, bytes]:
    """The content of each file by its name. ScoDoc's has one exercise a sheet, the others hold them all."""
    files = {
        "gradebook.xlsx": workbook(book, lang),
        "marks-excel.csv": excel_csv(book, lang),
        "marks.csv": plain_csv(book, lang),
        "moodle-import.csv": import_csv(book, lang),
    }
    for exercise in book.exercises:
        files[f"scodoc-{file_name_for(exercise)}.xlsx"] = new_sheet(book.of(exercise), lang)
    return files
