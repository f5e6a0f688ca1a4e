"""Moodle's two ways to import marks: the offline grading worksheet of an assignment, and the grade import.

The worksheet is what "Download grading worksheet" gives and "Upload grading worksheet" takes back. Moodle finds
the student by `Identifier`, refuses a file whose headings changed, skips an empty grade, reads the decimal
separator of the language, and stores the feedback as HTML (mod/assign/feedback/offline/importgradeslib.php and
feedback/comments/locallib.php of Moodle 4). Feedback that changes is stored even if the grade is skipped:
so a row that keeps its earlier grade keeps its feedback too.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal

from grader.errors import GraderError
from grader.messages import Texts
from grader.messages.numbers import exact_number
from grader.reports.gradebook.csv_file import encode_csv
from grader.reports.gradebook.editable_csv import CsvRecord, EditableCsv, read_editable_csv
from grader.reports.gradebook.filled_sheet import FilledSheet, SheetRow, fill_rows
from grader.reports.gradebook.formula_injection import escape_formulas
from grader.reports.gradebook.student_matching import MatchKeys
from grader.roster.participant import participant_of
from grader.scoring.rounding import exact, round_half_up
from grader.text.escaping import one_line
from grader.text.folding import heading_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.filled_sheet import SheetEntry

WorksheetColumn = Literal[
    "identifier", "name", "id", "username", "email", "grade", "maximum", "locked", "submitted", "feedback"
]

HEADINGS: Final[dict[WorksheetColumn, str]] = {
    "identifier": "identifier identifiant",
    "name": "fullname nomcomplet",
    "id": "idnumber numerodidentification",
    "username": "username nomdutilisateur",
    "email": "emailaddress adressedecourriel email courriel",
    "grade": "grade note",
    "maximum": "maximumgrade notemaximale",
    "locked": "gradecanbechanged lanotepeutetremodifiee",
    "submitted": "lastmodifiedsubmission dernieremodificationtravailremis",
    "feedback": "feedbackcomments feedbackparcommentaires",
}
COLUMN_BY_HEADING: Final = {key: column for column, keys in HEADINGS.items() for key in keys.split()}
DECIMALS: Final = 5
"""Decimals of a grade in Moodle."""
IMPORT_COLUMNS: Final = ("id", "email", "name")


def fill_worksheet(data: bytes, book: Gradebook, lang: Language) -> FilledSheet:
    """As `fill_worksheet_rows`, of the one exercise of `book`; of several, raises `GraderError`."""
    return fill_worksheet_rows(data, book.require_one_exercise("Moodle"), lang)


def fill_worksheet_rows(data: bytes, entries: Sequence[SheetEntry], lang: Language) -> FilledSheet:
    """The worksheet `data` with grades and feedback; all its other cells stay the same, to the byte.

    Marks are scaled to the worksheet's maximum grade. Raises `GraderError` if `data` is not such a worksheet.
    """
    sheet = read_editable_csv(data)
    where = find_columns(sheet)
    is_anonymous = not {"id", "username", "email", "name"} & set(where)
    if is_anonymous and not any(entry.student.participant for entry in entries):
        raise GraderError("moodle.anonymous")
    records = [record for record in sheet.records if not record.is_blank]
    texts = Texts("reports", lang)
    rows = [sheet_row(record, where, texts) for record in records]

    def fill(index: int, entry: SheetEntry) -> str:
        return fill_record(records[index], where, entry, texts)

    parts = fill_rows(rows, entries, fill, texts)
    return FilledSheet(sheet.encode(), *parts)


def find_columns(sheet: EditableCsv) -> dict[WorksheetColumn, int]:
    where: dict[WorksheetColumn, int] = {}
    headings = [sheet.header[place] for place in range(len(sheet.header.raw))]
    for place, heading in enumerate(headings):
        column = COLUMN_BY_HEADING.get(heading_key(heading))
        if column:
            where.setdefault(column, place)
    missing = [column for column in ("identifier", "grade") if column not in where]
    if missing:
        read = ", ".join(repr(one_line(heading)) for heading in headings[:20])
        values = {"line": sheet.header.line, "missing": ", ".join(missing), "headings": read}
        raise GraderError("moodle.not-a-worksheet", **values)
    if "maximum" not in where:
        raise GraderError("moodle.no-maximum")
    return where


def sheet_row(record: CsvRecord, where: dict[WorksheetColumn, int], texts: Texts) -> SheetRow:
    def cell(column: WorksheetColumn) -> str:
        return record[where[column]].strip() if column in where else ""

    keys = MatchKeys((cell("id"), cell("username")), cell("email"), cell("name"), participant_of(cell("identifier")))
    called = one_line(cell("name") or cell("email") or cell("id") or cell("identifier"))
    return SheetRow(keys, texts("row", line=record.line, name=called))


def fill_record(record: CsvRecord, where: dict[WorksheetColumn, int], entry: SheetEntry, texts: Texts) -> str:
    """Writes the entry into its row. Returns why the row was not changed, or what it could not express."""
    if "locked" in where and heading_key(record[where["locked"]]) in {"no", "non"}:
        return texts("kept.locked")
    earlier = record[where["grade"]].strip()
    if entry.mark is None and earlier:
        return texts("kept.earlier", mark=one_line(earlier))
    if entry.mark is not None:
        record[where["grade"]] = scale_grade(entry.mark, entry.out_of, record[where["maximum"]])
    if "feedback" in where:
        record[where["feedback"]] = entry.feedback(texts.language)
    elif entry.is_provisional:
        return texts("kept.provisional")
    return ""


def scale_grade(mark: float, out_of: int, maximum: str) -> str:
    """The mark on the worksheet's scale, with the worksheet's decimal separator."""
    if not re.fullmatch(r"\s*[0-9]+([.,][0-9]+)?\s*", maximum):
        raise GraderError("moodle.maximum", given=repr(one_line(maximum)))
    scaled = round_half_up(exact(mark) * exact(maximum.strip().replace(",", ".")) / out_of, Fraction(1, 10**DECIMALS))
    return exact_number(float(scaled)).replace(".", "," if "," in maximum else ".")


def import_csv(book: Gradebook, lang: Language) -> bytes:
    """As `import_rows`, of every exercise in `book`."""
    return import_rows({exercise: book.for_exercise(exercise).entries for exercise in book.exercises}, lang)


def import_rows(items: Mapping[str, Sequence[SheetEntry]], lang: Language) -> bytes:
    """For Moodle's grade import: a row per student, two columns (mark, feedback) per item. UTF-8, commas.

    Not graded is an empty cell. A grade item must have the exercise's own maximum (20).
    """
    rows: dict[str, list[str]] = {}
    texts = Texts("reports", lang)
    header = [texts(f"moodle.{column}") for column in IMPORT_COLUMNS]
    for item, entries in items.items():
        width = len(header)
        header += [escape_formulas(item), escape_formulas(f"{item} feedback")]
        for entry in entries:
            student = entry.student
            start = [escape_formulas(student.id), escape_formulas(student.email), escape_formulas(student.name)]
            row = rows.setdefault(student.id, start)
            row += [""] * (width - len(row))
            row += ["" if entry.mark is None else exact_number(entry.mark), entry.feedback(lang)]
    body = [row + [""] * (len(header) - len(row)) for row in rows.values()]
    return encode_csv([header, *body], ",", "\n").encode()
