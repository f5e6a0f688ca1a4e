"""The ways in which terminals differ, and what must be true of every screen in each of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.text.widths import display_width

if TYPE_CHECKING:
    from tests.terminal.tmux import Shown

Letters = Literal["utf-8", "ascii", "C"]
_LETTERS: Final[dict[Letters, dict[str, str]]] = {
    "utf-8": {"LANG": "C.UTF-8"},
    "ascii": {"LANG": "C.UTF-8", "PYTHONIOENCODING": "ascii"},
    "C": {"LANG": "C"},
}
_ESCAPE: Final = re.compile(r"\x1b|␛|\\x1b|\[\d*(?:;\d+)*m|\[\?\d+[hl]")
_COLOUR: Final = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])(?:;\d+)*m")
_ROW: Final = re.compile(r"^ *(\d+) +(✓|✗|…|!|–|ok|KO|\.\.|!!|--) .* (\d+/\d+)$")


@dataclass(frozen=True)
class Way:
    columns: int
    language: Literal["fr", "en"]
    letters: Letters = "utf-8"
    is_coloured: bool = True

    def __str__(self) -> str:
        return f"{self.columns}-{self.language}-{self.letters}-{'colour' if self.is_coloured else 'NO_COLOR'}"

    @property
    def environ(self) -> dict[str, str]:
        return _LETTERS[self.letters] | ({} if self.is_coloured else {"NO_COLOR": "1"})


WAYS: Final = [
    Way(80, "fr"),
    Way(120, "en"),
    Way(80, "en", "ascii", is_coloured=False),
    Way(120, "fr", "ascii"),
    Way(80, "fr", "C"),
    Way(120, "en", "C", is_coloured=False),
    Way(120, "fr", is_coloured=False),
    Way(80, "en", is_coloured=False),
]
"""Each pair of width, language, letters and colour occurs in one of them."""


def check_screen(shown: Shown, way: Way) -> None:
    """What must be true of every screen."""
    assert [line for line in shown.unwrapped if display_width(line) > way.columns] == []
    assert _ESCAPE.findall(shown.text) == []
    assert bool(_COLOUR.search(shown.coloured)) == way.is_coloured
    if way.letters != "utf-8":
        assert [line for line in shown.lines if not line.isascii()] == []


def rows_of(lines: list[str]) -> dict[int, str]:
    """The line of each check, by its number. Fails if the points are not in one column."""
    rows = {int(found[1]): line for line in lines if (found := _ROW.match(line))}
    assert len({display_width(line) for line in rows.values()}) == 1, "\n".join(rows.values())
    return rows
