"""Marks as CSV: one file for French Excel, one for programs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from grader.reports.gradebook.disarming import disarmed
from grader.reports.gradebook.marks import HEADINGS, marks_of
from grader.reports.words import number, word

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.marks import Column, Value

__all__ = ["excel_csv", "plain_csv", "table"]

YES_NO: dict[Language, tuple[str, str]] = {"fr": ("non", "oui"), "en": ("no", "yes")}


def excel_csv(book: Gradebook, lang: Language = "fr") -> bytes:
    """For a double click in French Excel: semicolons, decimal commas, UTF-8 with its mark, CRLF."""

    def cell(column: Column, value: Value) -> str:
        if column == "status":
            return word(str(value), lang)
        if isinstance(value, bool):
            return YES_NO[lang][value]
        return number(value).replace(".", ",") if isinstance(value, (int, float)) else disarmed(value or "")

    rows = [[headings[lang] for headings in HEADINGS.values()]]
    rows += [[cell(column, value) for column, value in marks_of(entry, lang).items()] for entry in book.entries]
    return table(rows, ";", "\r\n").encode("utf-8-sig")


def plain_csv(book: Gradebook, lang: Language = "en") -> bytes:
    """For programs: commas, decimal points, UTF-8, headings that never change. `lang` is that of the reasons."""

    def cell(value: Value) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return number(value) if isinstance(value, (int, float)) else disarmed(value or "")

    rows: list[list[str]] = [list(HEADINGS)]
    rows += [[cell(value) for value in marks_of(entry, lang).values()] for entry in book.entries]
    return table(rows, ",", "\n").encode()


def table(rows: list[list[str]], delimiter: str, newline: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue()
