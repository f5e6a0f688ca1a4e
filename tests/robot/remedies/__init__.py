"""From each diagnosis to its remedy: a shell command, from what the screen shows and the handout says.

One table per kind of exercise, since the same diagnosis is corrected in another place: in what is typed, in a
Dockerfile, in a Compose file or in a swarm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.robot.remedies import compose, containers, dockerfile, shells, swarm, volumes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.exercise.spec import ExerciseSpec
    from tests.robot.case import Case


EXERCISES: Final = tuple(f"tp{number}" for number in range(1, 10))


def grade_again(_case: Case) -> str:
    """The screen says to grade again, as nothing of the student's is wrong: no command."""
    return "true"


_ANY_KIND: Final[Mapping[str, Callable[[Case], str]]] = {"machine-deadline": grade_again}


def remedies_for(spec: ExerciseSpec) -> Mapping[str, Callable[[Case], str]]:
    """The remedies of the exercise's kind, by the code of the diagnosis."""
    return {**_ANY_KIND, **_of_kind(spec)}


def _of_kind(spec: ExerciseSpec) -> Mapping[str, Callable[[Case], str]]:
    if spec.compose:
        return compose.REMEDIES
    if spec.services:
        return {**containers.REMEDIES, **swarm.REMEDIES}
    if spec.backups:
        return {**containers.REMEDIES, **volumes.REMEDIES}
    if spec.built:
        return {**containers.REMEDIES, **dockerfile.REMEDIES}
    if spec.files:
        return {**containers.REMEDIES, **shells.REMEDIES}
    return containers.REMEDIES
