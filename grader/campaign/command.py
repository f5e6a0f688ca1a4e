"""The verb `grader batch`: its options, parsed; what it does is elsewhere."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from grader.settings import language_of

__all__ = ["batch"]

NOT_GRADED = 6


def batch(
    exercise: Annotated[Path, typer.Argument(help="The exercise, such as exercises/tp2.")],
    roster: Annotated[Path, typer.Option(help="The class: a CSV with id, name, machine, ports, …")],
    results: Annotated[Path, typer.Option(help="Where the results go.")],
    *,
    jobs: Annotated[int, typer.Option(min=0, help="How many machines at a time (else 8 a core).")] = 0,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds that one machine may take.")] = 180,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped.")] = False,
    retry_not_graded: Annotated[
        bool, typer.Option("--retry-not-graded", help="Try again those who have no mark.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Only the first so many students.")] = 0,
    group: Annotated[str, typer.Option(help="Only this group of the roster.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Keep recordings, to judge again later.")] = False,
    passive: Annotated[bool, typer.Option("--passive", help="Only look, change nothing.")] = False,
    disposable: Annotated[bool, typer.Option("--disposable", help="Also the checks that break things.")] = False,
    hints: Annotated[int, typer.Option(min=1, max=3, help="How much the hints say.")] = 2,
    ssh_config: Annotated[Path | None, typer.Option(help="Configuration for ssh, instead of your own.")] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "",
    scheduler: Annotated[str, typer.Option(help="Hand the work to a Dask cluster, tcp://host:8786.")] = "",
    progress: Annotated[str, typer.Option(help="auto, lines or json.")] = "auto",
) -> None:
    """Grade a class over SSH, many machines at a time; what is graded is never lost.

    Example: grader batch exercises/tp2 --roster class.csv --results results/tp2
    """
    from grader.campaign.campaign import Campaign  # noqa: PLC0415 - only this verb grades a class
    from grader.campaign.chosen import chosen_students  # noqa: PLC0415
    from grader.campaign.pool import default_jobs  # noqa: PLC0415
    from grader.campaign.watchers import watcher_for  # noqa: PLC0415
    from grader.roster.read import read_roster  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    language = language_of(lang, os.environ)
    campaign = Campaign(
        suite=read_suite(exercise),
        students=chosen_students(read_roster(roster), group=group, limit=limit),
        folder=results,
        language=language,
        at_once=jobs or default_jobs(),
        deadline_s=deadline,
        resume=resume,
        retry_not_graded=retry_not_graded,
        record=record,
        passive=passive,
        disposable=disposable,
        hints=hints,
        ssh_config=str(ssh_config or ""),
        scheduler=scheduler,
    )
    outcome = campaign.run(watcher_for(progress, language))
    if not outcome.everyone_graded:
        raise typer.Exit(NOT_GRADED)
