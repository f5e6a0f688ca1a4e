"""Cells that a spreadsheet would run, made into cells that it shows."""

from __future__ import annotations

import re

from grader.reports.plain import one_line

__all__ = ["disarmed", "is_formula"]

FORMULA = re.compile(r'[\s"]*[=+\-@＝＋－＠]')
"""What spreadsheets take for the start of a formula, the wide forms among them (East Asian Excel)."""
HIDDEN_START = re.compile(r'([;,\t][\s"]*)(?=[=+\-@＝＋－＠])')


def is_formula(text: str) -> bool:
    return FORMULA.match(text) is not None


def disarmed(text: str) -> str:
    """`text` on one line, for a CSV cell, with an apostrophe before whatever could start a formula.

    A spreadsheet that takes another delimiter than the file's splits cells in their middle, and its quotes no
    longer pair. So what follows a comma, a semicolon or a tab inside a cell is disarmed as its start is.
    """
    text = HIDDEN_START.sub(r"\1'", one_line(text))
    return f"'{text}" if is_formula(text) else text
