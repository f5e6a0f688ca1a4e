"""The table of engines and exercises, as it is written to the page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab.matrix.cell import Cell
from tests.lab.matrix.engines import ENGINES, WRONG
from tests.lab.matrix.exercises import EXERCISES, EngineRow
from tests.lab.matrix.table import HEAD, table_row, update_page
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 1, 2)
ROOTLESS = next(engine for engine in ENGINES if engine.kind.name == "rootless28")


def cell(exercise: str = "tp2", mark: float | None = 20.0, **more: Any) -> Cell:
    nothing: dict[str, Any] = {"not_tried_points": 0, "hidden": {}, "differences": [], "output": []}
    return Cell(exercise=exercise, solution="reference", engine="Docker 28.5", mark=mark, **(nothing | more))


def row(*cells: Cell) -> str:
    made = EngineRow(ROOTLESS)
    for one in cells:
        made.add(one)
    return table_row(made, TODAY)


def test_a_row_has_both_marks_of_each_exercise() -> None:
    assert row(cell(), cell(mark=8.5), cell("tp8", mark=0)) == (
        "| `rootless28` | Docker 28.5 · BuildKit, rootless | – | 20 · 8.5 | – | – | – | – | – | 0 | 2026-01-02 |"
    )


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        (
            {"mark": 9.0, "not_tried_points": 11, "hidden": {"a": "port-privileged", "b": "port-privileged"}},
            "9 (11 not judged: `port-privileged`)",
        ),
        ({"mark": None, "not_tried_points": 20, "hidden": {"a": "no-swarm"}}, "– (20 not judged: `no-swarm`)"),
        ({"mark": 18.0, "differences": ["test_a: expected passed, came out failed"]}, "**18, wrong**"),
    ],
)
def test_what_an_engine_hides_and_what_is_wrong_are_shown(more: dict[str, Any], shown: str) -> None:
    assert f"| {shown} |" in row(cell(**more))


def test_what_is_wrong_is_a_fault_and_what_is_hidden_is_none() -> None:
    made = EngineRow(ROOTLESS)
    made.add(cell(hidden={"test_a": "no-swarm"}, output=["refused"]))
    assert made.faults == []
    made.add(cell(differences=["test_a: expected passed"], output=["one", "two"]))
    assert made.faults == [
        "rootless28: tp2, reference: test_a: expected passed",
        "rootless28: tp2, reference: up.sh: one",
        "rootless28: tp2, reference: up.sh: two",
    ]


def test_an_engine_that_did_not_start_is_shown() -> None:
    assert "| did not start · BuildKit, rootless | – | –" in table_row(EngineRow(ROOTLESS), TODAY)


def test_rows_of_other_engines_stay_in_their_order(tmp_path: Path) -> None:
    page = tmp_path / "engines.md"
    page.write_text("\n".join(["# Engines", "", *HEAD, row(cell(mark=1.0)), "", "After.", ""]))
    update_page(page, [row(cell())])
    update_page(page, ["| `docker20` | new |"])
    assert page.read_text().splitlines() == [
        "# Engines", "", *HEAD, "| `docker20` | new |", row(cell()), "", "After.",
    ]  # fmt: skip


def test_exercises_that_were_not_tried_again_keep_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "engines.md"
    page.write_text("\n".join([*HEAD, row(cell("tp1", 1.0), cell("tp8", 8.0)), ""]))
    update_page(page, [row(cell("tp8", None, hidden={"test_a": "no-swarm"}, not_tried_points=20), cell("tp2", 2.0))])
    assert page.read_text().splitlines()[-1].split(" | ")[2:-1] == [
        "1", "2", "–", "–", "–", "–", "–", "– (20 not judged: `no-swarm`)",
    ]  # fmt: skip


def test_a_page_without_the_table_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "engines.md"
    page.write_text("# Engines\n")
    with pytest.raises(ValueError, match="no table of engines"):
        update_page(page, [])


def test_each_solution_of_the_matrix_exists() -> None:
    for engine in ENGINES:
        for exercise in EXERCISES:
            right, wrong = engine.solutions(exercise)
            solutions = ROOT / "exercises" / exercise / "solutions"
            assert list(solutions.glob(f"**/{right}/up.sh")), right
            assert (solutions / "wrong" / wrong / "up.sh").exists()
    assert set(WRONG) == set(EXERCISES)


def test_the_page_has_both_marks_of_each_engine_and_exercise_and_no_wrong_one() -> None:
    page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    rows = page[page.index(HEAD[0]) :].partition("\n\n")[0].splitlines()[len(HEAD) :]
    assert [row.split("`")[1] for row in rows] == [engine.kind.name for engine in ENGINES]
    for row in rows:
        cells = row.split(" | ")[2:-1]
        assert len(cells) == len(EXERCISES)
        assert all(" · " in cell and "wrong" not in cell for cell in cells), row
