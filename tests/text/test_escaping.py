"""One set of characters counts as invisible, in values, reports and pages."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest

from grader.text.escaping import (
    INVISIBLE_CATEGORIES,
    escape_character,
    escape_control_characters,
    escape_invisible,
    escape_misleading,
    log_line,
    one_line,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Callable

JOINERS = {"\u200c", "\u200d"}
LINES = {"\n", "\t"}
INVISIBLE = [
    character
    for number, character in enumerate(map(chr, range(sys.maxunicode + 1)))
    if unicodedata.category(character) in INVISIBLE_CATEGORIES and (number < 0x3000 or number % 97 == 0)
]


@pytest.mark.parametrize(
    ("escape", "kept"),
    [
        (escape_control_characters, set()),
        (log_line, set()),
        (escape_misleading, set()),
        (escape_invisible, JOINERS | LINES),
    ],
)
def test_every_invisible_character_is_escaped_in_the_same_way(escape: Callable[[str], str], kept: set[str]) -> None:
    wrong = [one for one in INVISIBLE if one not in kept and escape(one) != escape_character(one)]
    assert wrong == []


@pytest.mark.parametrize("text", ["Léa N’Diaye", "山田 太郎, محمد", "e\u0301", "👩🏽", "a\u00a0b"])
def test_what_can_be_seen_stays(text: str) -> None:
    for escape in (escape_control_characters, log_line, escape_misleading, escape_invisible):
        assert escape(text) == text


def test_a_report_keeps_line_breaks_and_the_joiners_of_names() -> None:
    assert escape_invisible("a\tb\r\nc\rd می\u200cخواهم") == "a    b\nc\\x0dd می\u200cخواهم"
    assert one_line(" a\n\n b\n") == "a / b"
    assert one_line("a\u2028b") == "a\\u2028b"


def test_a_value_is_bounded_and_is_one_line() -> None:
    assert escape_control_characters(b"a\nb\xff\x1b[31m") == "a\\x0ab\ufffd\\x1b[31m"
    assert escape_control_characters("x" * 301) == "x" * 299 + "…"
    assert shorten("abcdef", 5) == "abc …"


def test_a_page_shows_blank_letters_and_towers_of_accents() -> None:
    assert escape_misleading("\u3164\u2800") == "\\u3164\\u2800"
    assert escape_misleading("e" + "\u0301" * 5) == "e\u0301\u0301\u0301\\u0301\\u0301"
    assert escape_misleading("a\nb", keep="\n") == "a\nb"
