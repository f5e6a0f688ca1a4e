"""Numbers as people write them in a language, and as programs read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts

if TYPE_CHECKING:
    from grader.messages import Language


def exact_number(value: float) -> str:
    """A number for programs: 14, 13.5; never 14.0, never rounded."""
    return repr(value).removesuffix(".0")


def shown_number(value: float, language: Language) -> str:
    """A number for people: at most two decimals, no zeros at the end, the separator of the language."""
    if abs(value) >= 1e9:
        return f"{value:.1e}"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", Texts("common", language)("decimal-separator"))


def shown_mark(mark: float, out_of: int, language: Language) -> str:
    """A mark as every screen and report prints it: `13,5/20`, `13.5/20`."""
    return f"{shown_number(mark, language)}/{out_of}"
