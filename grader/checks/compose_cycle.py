"""A compose project taken down and brought up again: only on machines that are declared disposable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose import origin_of_project
from grader.checks.mistake import Mistake
from grader.machine.question import Answer
from grader.probes.compose import ComposeSays, ask_compose, compose_out_of_reach, last_words, read_compose_file
from grader.probes.container_list import all_containers
from grader.probes.networks import all_networks
from grader.probes.projects import find_project

if TYPE_CHECKING:
    from grader.machine.question import ComposeVerb
    from grader.machine.subjects import Project
    from grader.probes.compose import Origin

__all__ = ["down_and_up"]

_AGAIN_S: Final = 3.0


def down_and_up(project: Project) -> None:
    """Raises `Mistake` if `down` leaves something behind or Compose fails; always brings the project up again."""
    origin, name = origin_of_project(project), find_project(project)
    profiles = _profiles(project, origin)
    try:
        _do(project, origin, "down")
        # A container of `docker compose run` has no service: the file did not create it.
        left = [one.name for one in all_containers(project.machine) if one.project == name and one.service]
        left += [one.name for one in all_networks(project.machine) if one.project == name]
        if left:
            raise Mistake("down-leaves", project=name, left=", ".join(left))
    finally:
        _do(project, origin, "up", profiles)


def _profiles(project: Project, origin: Origin) -> tuple[str, ...]:
    """One profile of each running service that has any: without it, `up` would leave that service out."""
    file = read_compose_file(project.machine, origin)
    if isinstance(file, ComposeSays):
        return ()
    name = find_project(project)
    there = {one.service for one in all_containers(project.machine) if one.project == name}
    wanted = (
        written.profiles[0] for service, written in file.services.items() if service in there and written.profiles
    )
    return tuple(dict.fromkeys(wanted))


def _do(project: Project, origin: Origin, verb: ComposeVerb, profiles: tuple[str, ...] = ()) -> None:
    answer = ask_compose(project.machine, origin, verb, profiles)
    if isinstance(answer, Answer) and answer.status != 200:
        # An engine under load may still hold the port or the network of a container that was just removed.
        project.machine.wait(_AGAIN_S)
        answer = ask_compose(project.machine, origin, verb, profiles)
    project.machine.look_again()
    if not isinstance(answer, Answer):
        raise compose_out_of_reach(origin, answer)
    if answer.status != 200:
        words = last_words(answer.body)
        raise Mistake("compose-fails", verb=verb, detail=words, evidence=tuple(answer.body.splitlines()[-5:]))
