"""The table of solutions pushed without privileges, and the repositories that it is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from grader.submission.layout import BringUpKind, find_layout
from tests.lab.job_engine.pushed import Attempt, lay_out_repository
from tests.lab.job_engine.table import ExpectedSolution, Reason, read_reasons, tables, update_page
from tests.replays.names import solution_names
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SOLUTIONS = [ExpectedSolution(f"tp2/wrong/{name}", 8.0) for name in ("same", "other", "none", "untried")]
PAGE = "before\n\n<!-- python -m tests.lab.job_engine -->\nold\n<!-- end -->\n\nafter\n"


def attempt(name: str, *, mark: float | None = 8.0, reason: str = "", **differences: str) -> Attempt:
    return Attempt(f"tp2/wrong/{name}", "0", "Podman 5", mark, reason, differences, [])


def test_each_difference_has_its_reason_or_lacks_it_visibly() -> None:
    tried = [
        attempt("same"),
        attempt("other", mark=11.0, test_web="failed x → passed", test_site="blocked → passed"),
        attempt("none", mark=None, reason="registry-unavailable"),
    ]
    attempts = {one.solution: one for one in tried}
    reasons = {"why-not": Reason("it is so", ["tp2/wrong/other"]), "unused": Reason("x", ["tp2/wrong/same"])}
    lines = tables(SOLUTIONS, attempts, reasons)
    assert "| tp2 | 4 | 3 | 1 | 2 |" in lines
    assert "| tp2/wrong/other | 8 | 11 | `test_web`: failed x → passed | why-not |" in lines
    assert "| tp2/wrong/none | 8 | – | no mark: `registry-unavailable` | **not explained** |" in lines
    assert lines[-1] == "- **why-not**: it is so"


def test_only_what_is_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    update_page(page, ["new \\1"])
    assert page.read_text() == PAGE.replace("old\n", "\nnew \\1\n\n")
    page.write_text("no marks")
    with pytest.raises(ValueError, match="no line"):
        update_page(page, ["new"])


def test_reasons_are_of_solutions_and_each_solution_has_one() -> None:
    named = [name for reason in read_reasons().values() for name in reason.solutions]
    assert set(named) <= set(solution_names())
    assert len(named) == len(set(named))


def test_the_page_explains_every_difference() -> None:
    assert "not explained" not in (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("exercise", ["tp2", "tp4", "tp6"])
def test_a_solution_is_pushed_as_students_push_theirs(exercise: str, tmp_path: Path) -> None:
    suite = read_suite(ROOT / "exercises" / exercise)
    lay_out_repository(read_solutions(suite)[0], suite, tmp_path)
    assert not list(tmp_path.rglob("expected.toml")), "the verdicts that it must get are not pushed"
    layout = find_layout(tmp_path, exercise)
    assert layout is not None
    assert (layout.kind, layout.path) == (BringUpKind.SCRIPT, f"{exercise}/up.sh")
