"""The commands `grader start` and `grader clean`: their options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.errors import TypedError
from grader.settings import language_of

if TYPE_CHECKING:
    from grader.messages import Language

__all__ = ["clean", "start"]


def start(
    exercise: Annotated[str, typer.Argument(help="The exercise, such as tp2.")],
    *,
    into: Annotated[Path | None, typer.Option(help="The folder to copy to. Default: the exercise's name.")] = None,
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
) -> None:
    """Copy an exercise's material into a folder and say what to read.

    Example: grader start tp2
    """
    from grader.handout.start import lay_out, sheet_of  # noqa: PLC0415 - only this verb
    from grader.machine.exercise_folder import find_exercise  # noqa: PLC0415

    folder = find_exercise(exercise)
    target = into or Path(folder.name)
    language = language_of(lang, os.environ)
    laid_out = lay_out(folder, target)
    for path in laid_out:
        print(path)  # noqa: T201
    if not laid_out:
        print({"fr": "rien à préparer pour cet exercice", "en": "nothing to lay out for this exercise"}[language])  # noqa: T201
    words = {
        "fr": "à lire : {sheet}\npour te noter : pytest {folder}, ou grader watch {folder} pendant que tu travailles",
        "en": "to read: {sheet}\nto grade yourself: pytest {folder}, or grader watch {folder} while you work",
    }
    print(words[language].format(sheet=sheet_of(folder, language), folder=folder))  # noqa: T201


def clean(
    exercise: Annotated[str, typer.Argument(help="The exercise, such as tp2.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    machine: Annotated[str, typer.Option(help="The engine to clean.")] = "local",
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
) -> None:
    """Remove what an exercise made, after confirmation.

    Everything is listed first. Folders and images are kept.

    Example: grader clean tp2
    """
    from grader.handout.clean import made_by, remove  # noqa: PLC0415 - only this verb
    from grader.machine.exercise_folder import find_exercise  # noqa: PLC0415
    from grader.machine.machine import Machine  # noqa: PLC0415
    from grader.machine.reach import reach  # noqa: PLC0415
    from grader.machine.sheet import read_sheet  # noqa: PLC0415
    from grader.roster.machine_url import parse_machine_url  # noqa: PLC0415

    language = language_of(lang, os.environ)
    here = Machine(reach(parse_machine_url(machine)), read_sheet(find_exercise(exercise)))
    made = made_by(here)
    for one in made:
        print(f"{one.kind:<10} {one.name}")  # noqa: T201
    if not made:
        print({"fr": "rien à enlever", "en": "nothing to remove"}[language])  # noqa: T201
        return
    if yes or _agreed(language):
        remove(here, made)
    else:
        print({"fr": "rien n'a été enlevé", "en": "nothing was removed"}[language])  # noqa: T201


def _agreed(language: Language) -> bool:
    """Asks for confirmation; `typer.confirm` does not accept "oui"."""
    try:
        answer = input({"fr": "Enlever tout cela ? [o/N] ", "en": "Remove all of this? [y/N] "}[language])
    except EOFError:
        print()  # noqa: T201
        raise TypedError("typed-no-answer") from None
    return answer.strip().lower() in {"o", "oui", "y", "yes"}
