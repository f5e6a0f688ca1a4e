"""The containers of one service of a compose project. Source: its labels in `GET /containers/json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.probes.compose.projects import list_services, match_services
from grader.probes.containers.find import inspect_container
from grader.probes.labels import compose_label
from grader.probes.values import parse_number

if TYPE_CHECKING:
    from grader.machine.subjects import Replicas
    from grader.probes.containers.find import ContainerFact

_NUMBER = "container-number"


def find_replicas(replicas: Replicas) -> tuple[ContainerFact, ...]:
    """The replicas, in any state, in the order of Compose's numbers."""
    machine, project = replicas.machine, replicas.project
    service = replicas.service
    if machine.spec.judge_near_names:
        service = match_services(project).get(service, service)
    own = list_services(project).get(service, [])
    # A container may disappear between the list and the inspect.
    seen = (inspect_container(machine, one.id) for one in own)
    return tuple(sorted((fact for fact in seen if fact), key=_number))


def is_named_by_compose(replica: ContainerFact) -> bool:
    """True for `tp7-web-2`, or `tp7_web_2` of Compose v1. Any other name comes from `container_name`."""
    project, service, number = (compose_label(replica.labels, one) for one in ("project", "service", _NUMBER))
    # Compose puts an id in front of the name while it replaces a container.
    return any(replica.name.endswith(dash.join((project, service, number))) for dash in "-_")


def _number(replica: ContainerFact) -> tuple[int, str]:
    return parse_number(compose_label(replica.labels, _NUMBER)) or 0, replica.name
