"""The table of engines and exercises in docs/engines.md: rows of engines that were not tried again stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.lab.matrix.engines import ENGINES
from tests.lab.matrix.exercises import EXERCISES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from tests.lab.matrix.cell import Cell
    from tests.lab.matrix.exercises import EngineRow

HEAD: Final = (
    f"| `--only` | engine, settings | {' | '.join(EXERCISES)} | tried on |",
    f"| --- | --- | {' | '.join('---:' for _ in EXERCISES)} | --- |",
)
_NOT_TRIED: Final = "–"
_TABLE: Final = re.compile(rf"^{re.escape(HEAD[0])}\n(?:\|.*\n)*", re.MULTILINE)


def table_row(row: EngineRow, today: date) -> str:
    """A line of the table."""
    version = " · ".join(filter(None, (row.version or "did not start", row.engine.label)))
    cells = (" · ".join(map(_cell, row.cells.get(exercise, ()))) or _NOT_TRIED for exercise in EXERCISES)
    return f"| `{row.engine.kind.name}` | {version} | {' | '.join(cells)} | {today.isoformat()} |"


def update_page(page: Path, rows: Sequence[str]) -> None:
    """Puts these lines into the table of `page`; cells of exercises that were not tried keep their marks.

    Raises `ValueError` if the page has no such table.
    """
    text = page.read_text(encoding="utf-8")
    found = _TABLE.search(text)
    if found is None:
        raise ValueError(f"{page}: no table of engines; wanted the line {HEAD[0]}")
    by_name = _by_name(found[0].splitlines()[len(HEAD) :])
    by_name |= {name: _merged(by_name.get(name, line), line) for name, line in _by_name(rows).items()}
    lines = [by_name[engine.kind.name] for engine in ENGINES if engine.kind.name in by_name]
    page.write_text(text.replace(found[0], "".join(f"{line}\n" for line in (*HEAD, *lines))), encoding="utf-8")


def _by_name(lines: Iterable[str]) -> dict[str, str]:
    return {line.split("`")[1]: line for line in lines}


def _merged(before: str, line: str) -> str:
    pairs = zip(before.split(" | "), line.split(" | "), strict=True)
    return " | ".join(old if new == _NOT_TRIED else new for old, new in pairs)


def _cell(cell: Cell) -> str:
    """The mark, with the points that could not be judged and why; bold if it is not what the solution deserves."""
    mark = "–" if cell.mark is None else f"{cell.mark:g}"
    if cell.hidden:
        codes = ", ".join(f"`{code}`" for code in sorted(set(cell.hidden.values())))
        mark += f" ({cell.not_tried_points} not judged: {codes})"
    return mark if cell.is_right else f"**{mark}, wrong**"
