"""The command `grader watch`: its options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.commands.watch.view import LineView, TableView
from grader.commands.watch.watch import watch as run
from grader.errors import UsageError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.grading.request import request_of
from grader.scoring.suite import read_suite
from grader.settings import language_of


def watch(
    exercise: Annotated[Path, typer.Argument(help="The exercise, such as exercises/tp2.")],
    *,
    machine: Annotated[str, typer.Option(help="local, unix:///…, tcp://host:2376 or ssh://user@host.")] = "",
    ssh_config: Annotated[Path | None, typer.Option(help="SSH configuration file to use instead of your own.")] = None,
    ports: Annotated[str, typer.Option(help="Your reserved port range, such as 41200-41209.")] = "",
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
    hints: Annotated[int, typer.Option(min=1, max=3, help="1: where to look, 2: what is wrong, 3: what to read.")] = 2,
    passive: Annotated[bool, typer.Option("--passive", help="Only look; change nothing.")] = False,
) -> None:
    """Grade again at every change of the engine, while you work.

    Ctrl-C ends it.

    Example: grader watch exercises/tp2
    """
    options = {
        "machine": machine, "ssh_config": ssh_config, "ports": ports, "hints": hints, "passive": passive
    }  # fmt: skip
    language = language_of(lang, os.environ)
    folder = find_exercise(exercise)
    request = request_of(options, os.environ, folder)
    if request.machine.scheme == "recording":
        raise UsageError("typed-watch-recording", given=str(request.machine))
    suite = read_suite(folder)
    require_ports(suite.spec, suite.id, request.ports)
    try:
        if not sys.stdout.isatty():
            run(suite, request, LineView(language))
            return
        with TableView(suite, language, request.hints) as view:
            run(suite, request, view)
    except KeyboardInterrupt:
        raise typer.Exit from None  # the normal end of a watch
