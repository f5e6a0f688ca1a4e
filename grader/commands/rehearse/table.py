"""The table of a rehearsal: one row per solution, one column per check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

from grader.commands.rehearse.rehearse import UNREACHABLE, UNTOUCHED

if TYPE_CHECKING:
    from rich.console import Console

    from grader.commands.rehearse.rehearse import Rehearsal, SolutionRun
    from grader.messages import Texts

_CELLS: Final = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "blocked": "[yellow]…[/]",
    "error": "[magenta]![/]",
    "skipped": "[cyan]–[/]",
}


def print_rehearsal(rehearsal: Rehearsal, console: Console, texts: Texts) -> None:
    suite = rehearsal.suite
    title = texts("rehearse.tries", exercise=suite.id, count=len(rehearsal.runs))
    table = Table(title=title, title_justify="left", box=None)
    table.add_column(texts("rehearse.solution"))
    for number, _ in enumerate(suite.check_specs, 1):
        table.add_column(str(number), justify="center")
    table.add_column(texts("rehearse.points"), justify="right")
    table.add_column("")
    table.add_column(texts("rehearse.diagnoses"))
    for one in rehearsal.runs:
        table.add_row(*_row(one, texts))
    console.print(table)
    faults = [(f"{suite.id}/{run_name(one, texts)}", fault) for one in rehearsal.runs for fault in one.faults]
    faults += [(suite.id, fault) for fault in rehearsal.faults]
    for where, fault in faults:
        sentence = f"{where}{texts('colon')} {fault.message(texts.language)}"
        console.print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)


def print_counts(all_rehearsed: list[Rehearsal], console: Console, texts: Texts) -> None:
    tried = [one for rehearsal in all_rehearsed for one in rehearsal.runs]
    codes = {row.outcome.code for one in tried for row in one.scorecard if row.outcome.verdict == "failed"}
    checks = sum(len(rehearsal.suite.check_specs) for rehearsal in all_rehearsed)
    # Not the machines without a solution, and each once, however often it was tried: `name (2)`.
    wrong = {
        (rehearsal.suite.id, one.name.partition(" (")[0])
        for rehearsal in all_rehearsed
        for one in rehearsal.runs
        if one.name not in {UNTOUCHED, UNREACHABLE} and any(row.outcome.verdict == "failed" for row in one.scorecard)
    }
    bad = sum(bool(one.faults) for one in tried) + sum(len(one.faults) for one in all_rehearsed)
    console.print(
        texts(
            "rehearse.counts",
            exercises=len(all_rehearsed),
            checks=checks,
            wrong=len(wrong),
            diagnoses=len(codes),
            tries=len(tried),
            outcome=texts("rehearse.some-differ", count=bad) if bad else texts("rehearse.all-as-expected"),
        )
    )


def run_name(one: SolutionRun, texts: Texts) -> str:
    """The solution's name, or what was graded without one."""
    keys = {UNTOUCHED: "rehearse.untouched", UNREACHABLE: "rehearse.unreachable"}
    return texts(keys[one.name]) if one.name in keys else one.name


def _row(one: SolutionRun, texts: Texts) -> list[str]:
    points = sum(row.points for row in one.scorecard)
    codes = list(dict.fromkeys(row.outcome.code for row in one.scorecard if row.outcome.verdict == "failed"))
    outcome = f"[red]{texts('rehearse.differs')}[/]" if one.faults else f"[green]{texts('rehearse.as-expected')}[/]"
    cells = (_CELLS[row.outcome.verdict] for row in one.scorecard)
    return [run_name(one, texts), *cells, str(points), outcome, ", ".join(codes)]
