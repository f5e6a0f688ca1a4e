"""A compose project taken down and brought up again: only on machines that are declared disposable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose.expectation import find_project_origin
from grader.checks.failure import CheckFailed
from grader.machine.question import Answer
from grader.probes.compose.files import (
    ComposeRefusal,
    ask_compose,
    compose_unavailable,
    last_output_line,
    read_compose_file,
)
from grader.probes.compose.projects import find_project_name
from grader.probes.containers.listing import list_containers
from grader.probes.networks.networks import list_networks

if TYPE_CHECKING:
    from grader.machine.question import ComposeVerb
    from grader.machine.subjects import Project
    from grader.probes.compose.files import ComposeOrigin

_RETRY_DELAY_S: Final = 3.0


def recreate_project(project: Project) -> None:
    """Raises `CheckFailed` if `down` leaves something behind or Compose fails; always brings the project up again."""
    origin, name = find_project_origin(project), find_project_name(project)
    profiles = _profiles_in_use(project, origin)
    try:
        _run_compose(project, origin, "down")
        # A container of `docker compose run` has no service: the file did not create it.
        left = [one.name for one in list_containers(project.machine) if one.project == name and one.service]
        left += [one.name for one in list_networks(project.machine) if one.project == name]
        if left:
            raise CheckFailed("down-leaves", project=name, left=", ".join(left))
    finally:
        _run_compose(project, origin, "up", profiles)


def _profiles_in_use(project: Project, origin: ComposeOrigin) -> tuple[str, ...]:
    """One profile of each running service that has any: without it, `up` would leave that service out."""
    file = read_compose_file(project.machine, origin)
    if isinstance(file, ComposeRefusal):
        return ()
    name = find_project_name(project)
    there = {one.service for one in list_containers(project.machine) if one.project == name}
    wanted = (
        written.profiles[0] for service, written in file.services.items() if service in there and written.profiles
    )
    return tuple(dict.fromkeys(wanted))


def _run_compose(project: Project, origin: ComposeOrigin, verb: ComposeVerb, profiles: tuple[str, ...] = ()) -> None:
    answer = ask_compose(project.machine, origin, verb, profiles)
    if isinstance(answer, Answer) and answer.status != 200:
        # An engine under load may still hold the port or the network of a container that was just removed.
        project.machine.wait(_RETRY_DELAY_S)
        answer = ask_compose(project.machine, origin, verb, profiles)
    project.machine.clear_answers()
    if not isinstance(answer, Answer):
        raise compose_unavailable(origin, answer)
    if answer.status != 200:
        words = last_output_line(answer.body)
        raise CheckFailed("compose-fails", verb=verb, detail=words, evidence=tuple(answer.body.splitlines()[-5:]))
