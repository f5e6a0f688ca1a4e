"""Outside text is bounded and visible before it is shown."""

from __future__ import annotations

import pytest

from grader.reports.html.safe_text import TextPiece, block, line, split_code
from grader.text.folding import fold_case_and_accents


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Léa N’Diaye", "Léa N’Diaye"),
        ("山田 太郎, محمد", "山田 太郎, محمد"),
        ("gab\u202egpj.exe", "gab\\u202egpj.exe"),
        ("\x1b[31mred\x00", "\\x1b[31mred\\x00"),
        ("two\nlines", "two\\x0alines"),
        ("half \ud83d of a pair", "half \\ud83d of a pair"),
        ("\U000e0041tag", "\\U000e0041tag"),
        ("\u3164", "\\u3164"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("ends\u2028here", "ends\\u2028here"),
    ],
)
def test_a_line_shows_what_would_be_invisible_or_misleading(text: str, shown: str) -> None:
    assert line(text) == shown


def test_a_tower_of_accents_keeps_its_first_three() -> None:
    assert line("e" + "\u0301" * 5) == "e\u0301\u0301\u0301\\u0301\\u0301"


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert line("x" * 100, 10) == "x" * 10 + "… [+90]"
    assert line("x" * 10, 10) == "x" * 10


def test_a_block_keeps_line_ends_and_tabs_only() -> None:
    assert block("a\tb\r\nc\rd") == "a\tb\nc\\x0dd"


def test_backticks_set_dockers_words_apart() -> None:
    assert split_code("run `docker ps -a`, then") == [
        TextPiece("run ", code=False),
        TextPiece("docker ps -a", code=True),
        TextPiece(", then", code=False),
    ]


def test_a_lone_backtick_is_text() -> None:
    assert split_code("it`s `ok") == [
        TextPiece("it", code=False),
        TextPiece("s ", code=True),
        TextPiece("ok", code=False),
    ]
    assert split_code("it`s") == [TextPiece("it`s", code=False)]


def test_searching_ignores_case_and_accents() -> None:
    assert fold_case_and_accents("Élise ROBERT") == "elise robert"
