"""`grader watch` in a real terminal: one table, redrawn in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.terminal.conftest import GRADER
from tests.terminal.ways import Way, check_screen, rows_of

if TYPE_CHECKING:
    from tests.student_shell import StudentShell
    from tests.terminal.conftest import Open
    from tests.terminal.tmux import Shown, Terminal

pytestmark = pytest.mark.live
SOME_WAYS = [Way(80, "fr"), Way(120, "en", is_coloured=False), Way(80, "en", "ascii"), Way(120, "fr", "C")]
ENDS = {"fr": "Ctrl-C pour arr", "en": "Ctrl-C to stop"}  # "arrêter", or "arreter" where only ASCII can be shown


def open_watch(terminal: Open, student: StudentShell, way: Way, rows: int = 24) -> Terminal:
    command = [*GRADER, "watch", "exercises/tp2", "--machine", student.engine.url, "--lang", way.language]
    return terminal(command, way.environ | {"HOME": str(student.home)}, columns=way.columns, rows=rows)


def fix_first(shown: Shown) -> list[str]:
    """The lines about the first check to fix, below the table."""
    return [line for line in shown.screen if line.startswith("1. ")]


@pytest.mark.parametrize("way", SOME_WAYS, ids=str)
def test_the_table_fits_and_ctrl_c_ends_it_well(way: Way, student: StudentShell, terminal: Open) -> None:
    opened = open_watch(terminal, student, way)
    shown = opened.until(lambda shown: ENDS[way.language] in shown.text)
    check_screen(shown, way)
    assert sorted(rows_of([line.strip() for line in shown.screen])) == list(range(1, 8))
    assert fix_first(shown)
    opened.press("C-c")
    check_screen(opened.until_over(), way)
    assert opened.status() == 0
    assert opened.asks("cursor_flag") == "1"


def test_it_is_drawn_again_in_place_as_the_student_works(student: StudentShell, terminal: Open) -> None:
    way = Way(80, "fr")
    opened = open_watch(terminal, student, way)
    opened.until(lambda shown: "0/20" in shown.text)
    student.do_tp2()
    shown = opened.until(lambda shown: "20/20" in shown.text)
    check_screen(shown, way)
    assert shown.text.count("TP2 · ") == 1
    assert opened.asks("history_size") == "0"


def test_on_a_low_screen_what_is_to_fix_is_still_seen(student: StudentShell, terminal: Open) -> None:
    student.do_tp2("docker run -d --name web -p 80:4000 nginx")
    opened = open_watch(terminal, student, Way(80, "en"), rows=14)
    shown = opened.until(lambda shown: ENDS["en"] in shown.text)
    assert [line for line in shown.screen if line.startswith("3. ")]
    assert "    the two ports are reversed" in shown.screen
    assert opened.asks("history_size") == "0"
