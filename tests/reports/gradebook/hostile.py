"""Texts that reports must show as text, and a strategy for more of them."""

from __future__ import annotations

import re

from hypothesis import strategies as st

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    " =1+1",
    "\t=1+1",
    "\r\n=1+1",
    "\u00a0=1+1",
    "＝1+1",
    "a;=1+1",
    "a,\t=1+1",
    'a"\n=1+1',
    "../../x",
    "x" * 300,
    "\u202eevil\u2066",
    "\x00\x1b[31m\x7f\x85\ufffe\udc80",
    "<script>alert(1)</script>",
    "_x001B_",
    "#N/A",
    "É",
    "E\u0301",
    "",
]
TEXT = st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=20) | st.text("=+-@;,\t\n\r\"' a", max_size=8)
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""What no cell may hold: controls, line ends among them, bidi marks, what XML forbids."""


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a formula."""
    return cell.strip()[:1] in set("=+-@＝＋－＠") and cell.strip() != ""
