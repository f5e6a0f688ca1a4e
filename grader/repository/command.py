"""`grader repo` and `grader verify`: parsing and exit codes only; what they do is in `run.py`."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

__all__ = ["repo", "sign_results", "verify_results"]


def repo(  # noqa: PLR0917  # typer makes options of them
    path: Annotated[str, typer.Argument(help="A repository: a folder, or an address that git can clone.")],
    exercise: Annotated[Path, typer.Option(help="The exercise, such as exercises/tp6.")],
    results: Annotated[Path, typer.Option(help="Where DIR/<exercise>/<student>.json and .xml are written.")],
    machine: Annotated[str, typer.Option(help="The throw-away engine to bring the work up on.")] = "local",
    student: Annotated[str, typer.Option(help="Whose work it is; the repository's name unless told.")] = "",
    ports: Annotated[str, typer.Option(help="The student's range of ports, such as 41200-41209.")] = "",
    lang: Annotated[str, typer.Option(help="Language of the screen: fr or en.")] = "",
    areas: Annotated[
        Path | None, typer.Option(help="Where copies are made: a folder that the engine sees under the same path.")
    ] = None,
    *,
    disposable: Annotated[
        bool, typer.Option(help="The engine and its machine are thrown away: it need not be empty, and up.sh may run.")
    ] = False,
) -> None:
    """Grade a pushed repository on a throw-away engine. Exit code 7: refused by the policy, the engine untouched.

    Example: grader repo ../rendu --exercise exercises/tp6 --results out --machine unix:///run/throw-away.sock
    """
    from grader.machine.exercise_folder import find_exercise  # noqa: PLC0415 - only this verb needs an engine
    from grader.repository.run import Asked, grade_and_write  # noqa: PLC0415

    asked = Asked(path, find_exercise(exercise), results, machine, student, ports, lang, areas, disposable=disposable)
    raise typer.Exit(grade_and_write(asked, os.environ))


def verify_results(folder: Annotated[Path, typer.Argument(help="A folder of results.")]) -> None:
    """Check a results folder against its signature (key in GRADER_SIGNING_KEY). Exit code 1: not all is signed.

    Example: grader verify results
    """
    from grader.errors import GraderError  # noqa: PLC0415 - only this verb
    from grader.reports.signature import KEY_VARIABLE, FileStatus, signing_key, verify  # noqa: PLC0415

    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to check with: set {KEY_VARIABLE}")
    found = verify(_results_in(folder), key)
    for name, status in found.items():
        print(f"{status.value:<9} {name}")  # noqa: T201  # this is where the command speaks
    if not found:
        raise GraderError(f"{folder}: no results there")
    raise typer.Exit(int(any(status is not FileStatus.SIGNED for status in found.values())))


def sign_results(folder: Annotated[Path, typer.Argument(help="A folder of results.")]) -> None:
    """Sign every file of a results folder (key in GRADER_SIGNING_KEY), once all of them have been gathered.

    Example: grader sign results
    """
    from grader.errors import GraderError  # noqa: PLC0415 - only this verb
    from grader.reports.signature import KEY_VARIABLE, FileStatus, sign, signing_key, verify  # noqa: PLC0415

    key = signing_key(os.environ)
    if key is None:
        raise GraderError(f"no key to sign with: set {KEY_VARIABLE}")
    found = verify(_results_in(folder), key)
    if not found:
        raise GraderError(f"{folder}: no results there")
    unsigned = [name for name, status in found.items() if status is FileStatus.UNSIGNED]
    sign(folder, key, [folder / name for name in unsigned])
    print(f"{len(unsigned)} signed in {folder}")  # noqa: T201  # this is where the command speaks


def _results_in(folder: Path) -> Path:
    from grader.errors import GraderError  # noqa: PLC0415 - only two verbs

    if not folder.is_dir():
        raise GraderError(f"{folder}: no folder of results")
    return folder
