"""Every engine and setting with every exercise: a right solution and a wrong one must get the marks they deserve."""

from __future__ import annotations

from concurrent.futures import as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.machines import machines
from tests.lab.matrix.cell import Cell
from tests.lab.process import LabError, print_progress
from tests.lab.shared_tasks import run_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.lab_folder import Lab
    from tests.lab.machines import LabMachine
    from tests.lab.matrix.engines import EngineOfMatrix

EXERCISES: Final = tuple(f"tp{number}" for number in range(1, 9))
_MACHINES: Final = ("pc1", "pc2")
"""They mostly wait."""
_EXERCISE_S: Final = 900


@dataclass
class EngineRow:
    """One engine: its two cells per exercise."""

    engine: EngineOfMatrix
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def version(self) -> str:
        return next((cell.engine for cells in self.cells.values() for cell in cells if cell.engine), "")

    def add(self, cell: Cell) -> None:
        self.cells.setdefault(cell.exercise, []).append(cell)
        where = f"{self.engine.kind.name}: {cell.exercise}, {cell.solution}"
        self.faults += [f"{where}: {line}" for line in cell.differences]
        if cell.differences:
            self.faults += [f"{where}: up.sh: {line}" for line in cell.output[-3:]]


@dataclass(frozen=True)
class _CellsTask:
    exercise: str
    solutions: tuple[str, ...]

    def arguments(self, _host: LabMachine) -> list[str]:
        return ["-m", "tests.lab.matrix.cell", self.exercise, *self.solutions]


def try_engine(lab: Lab, engine: EngineOfMatrix, exercises: Sequence[str] = EXERCISES) -> EngineRow:
    """The row of one engine, whose machines are removed afterwards, also if it is interrupted."""
    row = EngineRow(engine)
    name = engine.kind.name
    # The later exercises take longest.
    tasks = [_CellsTask(exercise, engine.solutions(exercise)) for exercise in reversed(exercises)]
    try:
        with (
            machines(lab, dict.fromkeys(_MACHINES, engine.kind), COURSE_IMAGES) as hosts,
            run_tasks(hosts, tasks, _EXERCISE_S) as going,
        ):
            for future in as_completed(going):
                done, task = future.result(), going[future]
                for line in done.stdout.splitlines():
                    row.add(msgspec.json.decode(line, type=Cell))
                if done.returncode:
                    row.faults.append(f"{name}: {task.exercise}: {done.stderr.strip()[-500:]}")
                print_progress(f"{name}: {task.exercise}")
    except LabError as error:
        row.faults.append(f"{name}: {error}")
    return row
