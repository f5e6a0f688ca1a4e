"""The command `grader clean`: its options."""

from __future__ import annotations

import os

import click

from grader.command_options import command, lang_option
from grader.engine_state.exercise_objects import objects_created_by, remove_objects, volumes_of
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.exercise.spec import read_exercise_spec
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.messages import LANGUAGES, Texts
from grader.roster.machine_url import parse_machine_url
from grader.settings import language_of


@command
@click.argument("exercise")
@click.option("--yes", "-y", is_flag=True)
@click.option("--machine", default="local", show_default=True)
@lang_option
def clean(*, exercise: str, yes: bool, machine: str, lang: str) -> None:
    """Removes what an exercise made, after confirmation."""
    texts = Texts("commands", language_of(lang, os.environ))
    engine = Machine(open_transport(parse_machine_url(machine)), read_exercise_spec(find_exercise(exercise)))
    made = objects_created_by(engine)
    for one in made:
        print(f"{texts(f'clean.{one.kind}'):<10} {one.name}")
    if not made:
        print(texts("clean.nothing"))
        return
    if yes or _has_confirmed(texts("clean.question")):
        remove_objects(engine, made)
    else:
        print(texts("clean.kept"))
        return
    if volumes := volumes_of(engine):
        print(texts("clean.volumes", names=", ".join(volumes)))


def _has_confirmed(question: str) -> bool:
    """Asks for confirmation, which may be given in any language: `click.confirm` does not accept "oui"."""
    try:
        answer = input(f"{question} ")
    except EOFError:
        print()
        raise GraderError("usage.no-answer") from None
    return any(answer.strip().lower() in Texts("commands", one).all("clean.yes") for one in LANGUAGES)
