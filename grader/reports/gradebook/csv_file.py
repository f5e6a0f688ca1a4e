"""Marks as CSV: one file for French Excel, one for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.messages.numbers import exact_number
from grader.reports.gradebook.formula_injection import escape_formulas
from grader.reports.gradebook.mark_table import COLUMNS, mark_row

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.mark_table import CellValue, MarkColumn


def excel_csv(book: Gradebook, lang: Language = "fr") -> bytes:
    """For French Excel: semicolons, decimal commas, UTF-8 with a byte order mark, CRLF."""
    texts = Texts("reports", lang)

    def cell(column: MarkColumn, value: CellValue) -> str:
        if column == "status":
            return texts(f"status.{value}")
        if isinstance(value, bool):
            return texts("yes" if value else "no")
        return (
            exact_number(value).replace(".", ",") if isinstance(value, (int, float)) else escape_formulas(value or "")
        )

    rows = [[texts(f"heading.{column}") for column in COLUMNS]]
    rows += [[cell(column, value) for column, value in mark_row(entry, lang).items()] for entry in book.entries]
    return encode_csv(rows, ";", "\r\n").encode("utf-8-sig")


def plain_csv(book: Gradebook, lang: Language = "en") -> bytes:
    """For programs: commas, decimal points, UTF-8, headings that never change. `lang` is that of the reasons."""

    def cell(value: CellValue) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return exact_number(value) if isinstance(value, (int, float)) else escape_formulas(value or "")

    rows: list[list[str]] = [list(COLUMNS)]
    rows += [[cell(value) for value in mark_row(entry, lang).values()] for entry in book.entries]
    return encode_csv(rows, ",", "\n").encode()


def encode_csv(rows: list[list[str]], delimiter: str, newline: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue()
