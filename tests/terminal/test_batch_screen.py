"""`grader batch` in a real terminal: a table that is redrawn, and one line per student that stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from grader.text.widths import display_width
from tests.terminal.conftest import GRADER
from tests.terminal.ways import WAYS, Way, check_screen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.terminal.conftest import Open
    from tests.terminal.tmux import Shown, Terminal

pytestmark = pytest.mark.live
STUDENTS = 40
NAMES = ("Zoé Œuvrard", "漢字 山田太郎" * 4, "Jean-Baptiste " * 4, "")
SUMMARY = re.compile(rf"\b\d+/{STUDENTS} . (?:running|en cours) \d+")
STUDENT = re.compile(r"^(e\d{5}) .*? (\d+/20)")


@pytest.fixture
def roster(recorded: dict[str, Path], tmp_path: Path) -> Path:
    """A class of recorded machines, with names of every length; the last machine does not exist."""
    machines = list(recorded.values())
    lines = [
        f"e{number:05},{NAMES[number % len(NAMES)]},recording:{machines[number % len(machines)]}"
        for number in range(STUDENTS - 1)
    ]
    nowhere = f"e{STUDENTS - 1:05},Perdu,recording:{tmp_path / 'nowhere.recording'}"
    path = tmp_path / "class.csv"
    path.write_text("\n".join(["id,name,machine", *lines, nowhere]) + "\n", encoding="utf-8")
    return path


def open_batch(terminal: Open, roster: Path, way: Way, rows: int, jobs: int = 12) -> Terminal:
    words = ["batch", "exercises/tp2", "--roster", str(roster), "--results", str(roster.parent / "results")]
    command = [*GRADER, *words, "--lang", way.language, "--jobs", str(jobs)]
    return terminal(command, way.environ, columns=way.columns, rows=rows)


@pytest.mark.parametrize("way", [*WAYS[:4], WAYS[5]], ids=str)
def test_the_table_stays_within_the_screen_and_leaves_a_line_of_each_student(
    way: Way, roster: Path, terminal: Open
) -> None:
    opened = open_batch(terminal, roster, way, rows=14)
    tables: list[Shown] = []

    def is_over(shown: Shown) -> bool:
        if SUMMARY.search(shown.text):
            tables.append(shown)
        return opened.status() is not None

    shown = opened.until(is_over)
    assert opened.status() == 6, shown.text
    check_screen(shown, way)
    assert tables, "the table was never seen"
    # Redrawn in place: there is none in the lines that scrolled away, and one on the screen.
    assert {len(SUMMARY.findall(table.text)) for table in tables} == {1}
    assert not SUMMARY.search(shown.text)
    students = [(line, found) for line in shown.lines if (found := STUDENT.match(line))]
    assert len(students) == STUDENTS - 1
    assert len({display_width(line[: found.end(2)]) for line, found in students}) == 1
    assert re.search(rf"^e{STUDENTS - 1:05} Perdu ", shown.text, flags=re.MULTILINE)
    assert opened.asks("cursor_flag") == "1"


def test_ctrl_c_gives_the_cursor_back(roster: Path, terminal: Open) -> None:
    opened = open_batch(terminal, roster, WAYS[0], rows=24, jobs=1)
    opened.until(lambda shown: bool(SUMMARY.search(shown.text)))
    opened.press("C-c")
    shown = opened.until_over()
    assert opened.status() == 2
    assert "--resume" in shown.text
    assert not SUMMARY.search(shown.text)
    assert opened.asks("cursor_flag") == "1"
