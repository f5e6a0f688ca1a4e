"""Protection from formula injection: cells that a spreadsheet would run become text."""

from __future__ import annotations

import re

from grader.text.escaping import one_line

FORMULA = re.compile(r'[\s"]*[=+\-@＝＋－＠]')
"""What spreadsheets read as the start of a formula, including the wide forms (East Asian Excel)."""
FORMULA_INSIDE_CELL = re.compile(r'([;,\t][\s"]*)(?=[=+\-@＝＋－＠])')


def is_formula(text: str) -> bool:
    return FORMULA.match(text) is not None


def escape_formulas(text: str) -> str:
    """`text` on one line, for a CSV cell, with an apostrophe before whatever could start a formula.

    A spreadsheet that expects another delimiter than the file's splits cells in the middle, and its quotes no
    longer pair. So what follows a comma, a semicolon or a tab inside a cell is treated like its start.
    """
    text = FORMULA_INSIDE_CELL.sub(r"\1'", one_line(text))
    return f"'{text}" if is_formula(text) else text
