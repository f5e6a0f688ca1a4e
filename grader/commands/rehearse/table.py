"""The table of a rehearsal: one row per solution, one column per check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from grader.commands.rehearse.rehearse import Rehearsal, SolutionRun

_CELLS: Final = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "blocked": "[yellow]…[/]",
    "error": "[magenta]![/]",
    "skipped": "[cyan]–[/]",
}


def print_rehearsal(rehearsal: Rehearsal, console: Console) -> None:
    suite = rehearsal.suite
    table = Table(title=f"{suite.id}: {len(rehearsal.runs)} tries", title_justify="left", box=None)
    table.add_column("solution")
    for number, _ in enumerate(suite.check_specs, 1):
        table.add_column(str(number), justify="center")
    table.add_column("points", justify="right")
    table.add_column("")
    table.add_column("diagnoses")
    for one in rehearsal.runs:
        table.add_row(*_row(one))
    console.print(table)
    for one in rehearsal.runs:
        for fault in one.faults:
            console.print(f"{suite.id}/{one.name}: {fault}", style="red", markup=False, highlight=False, soft_wrap=True)
    for fault in rehearsal.faults:
        console.print(f"{suite.id}: {fault}", style="red", markup=False, highlight=False, soft_wrap=True)


def print_counts(all_rehearsed: list[Rehearsal], console: Console) -> None:
    tried = [one for rehearsal in all_rehearsed for one in rehearsal.runs]
    codes = {row.outcome.code for one in tried for row in one.ledger if row.outcome.verdict == "failed"}
    checks = sum(len(rehearsal.suite.check_specs) for rehearsal in all_rehearsed)
    # Not the machines without a solution, and each once, however often it was tried: `name (2)`.
    wrong = {
        (rehearsal.suite.id, one.name.partition(" (")[0])
        for rehearsal in all_rehearsed
        for one in rehearsal.runs
        if not one.name.startswith("(") and any(row.outcome.verdict == "failed" for row in one.ledger)
    }
    bad = sum(bool(one.faults) for one in tried) + sum(len(one.faults) for one in all_rehearsed)
    console.print(
        f"exercises: {len(all_rehearsed)} · checks: {checks} · wrong solutions: {len(wrong)} · "
        f"diagnoses: {len(codes)} · tries: {len(tried)}: {'all as expected' if not bad else f'{bad} not as expected'}"
    )


def _row(one: SolutionRun) -> list[str]:
    points = sum(row.points for row in one.ledger)
    codes = list(dict.fromkeys(row.outcome.code for row in one.ledger if row.outcome.verdict == "failed"))
    good = "[green]as expected[/]" if not one.faults else "[red]DIFFERS[/]"
    return [one.name, *(_CELLS[row.outcome.verdict] for row in one.ledger), str(points), good, ", ".join(codes)]
