"""The command `grader watch`: its options."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader.command_options import PATH, command, hints_option, lang_option, ports_option, ssh_config_option
from grader.commands.watch.view import LineView, TableView
from grader.commands.watch.watch import watch as run
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.exercise.spec import require_ports
from grader.grading.request import request_of
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("exercise", type=PATH)
@click.option("--machine", default="")
@ssh_config_option
@ports_option
@lang_option
@hints_option
@click.option("--passive", is_flag=True)
def watch(
    *, exercise: Path, machine: str, ssh_config: Path | None, ports: str, lang: str, hints: int, passive: bool
) -> None:
    """Grades again at every change of the engine."""
    options = {
        "machine": machine, "ssh_config": ssh_config, "ports": ports, "hints": hints, "passive": passive
    }  # fmt: skip
    language = language_of(lang, os.environ)
    folder = find_exercise(exercise)
    request = request_of(options, os.environ, folder)
    if request.machine.scheme == "recording":
        raise GraderError("usage.watch-recording", given=request.machine)
    suite = read_suite(folder)
    require_ports(suite.spec, suite.id, request.ports)
    try:
        if not sys.stdout.isatty():
            run(suite, request, LineView(language))
            return
        with TableView(suite, language, request.hints) as view:
            run(suite, request, view)
    except KeyboardInterrupt:
        raise Exit from None  # the normal end of a watch
