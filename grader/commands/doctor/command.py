"""The command `grader doctor`: its options and its output."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import command, lang_option, ports_option, ssh_config_option
from grader.commands.doctor.examination import examine
from grader.exercise.find import find_exercise
from grader.exercise.spec import ExerciseSpec, read_exercise_spec, require_ports
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.messages import Texts, say
from grader.output_streams import wrap_for
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path


@command
@click.argument("exercise", default="")
@click.option("--machine", default="")
@ssh_config_option
@ports_option
@lang_option
def doctor(*, exercise: str, machine: str, ssh_config: Path | None, ports: str, lang: str) -> None:
    """Prints what a machine is, and what prevents its grading."""
    language = language_of(lang, os.environ)
    url = parse_machine_url(machine or "local")
    own_ports = parse_ports(ports) if ports else None
    folder = find_exercise(exercise).resolve() if exercise else None
    spec = read_exercise_spec(folder) if folder else ExerciseSpec(points=0, title={})
    require_ports(spec, exercise, own_ports)
    transport = open_transport(url, ssh_config)
    try:
        found = examine(Machine(transport, spec, ports=own_ports, passive=True), folder)
    finally:
        transport.close()
    texts = Texts("commands", language)
    for name, value in found.facts.items():
        if value:
            print(wrap_for(sys.stdout, value, f"{texts(f'doctor.{name}'):<9} ", " " * 10))
    if found.lacks_buildx:
        print(wrap_for(sys.stdout, texts("doctor.no-buildx"), f"{texts('doctor.buildx'):<9} ", " " * 10))
    for finding in found.findings:
        wrong, look = (say(finding.code, part, finding.values, language) for part in ("wrong", "look"))
        print(wrap_for(sys.stdout, wrong, "! ", "  "))
        print(wrap_for(sys.stdout, look, "  ", "  "))
    if found.findings:
        raise Exit(exit_codes.FAILED)
    print(texts("doctor.fine"))
