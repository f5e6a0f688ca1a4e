"""Services of a swarm. Source: `GET /services`, which only a manager answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import Int64, decode
from grader.probes.labels import strip_stack_name
from grader.probes.swarm.ports import RawServiceEndpoint, ServicePort, parse_service_ports
from grader.text.near_names import match_names

if TYPE_CHECKING:
    from grader.machine.question import Answer
    from grader.machine.subjects import Service


_NEAR: Final = 0.6
"""How similar the name of a service must be to count as misspelt."""


@dataclass(frozen=True)
class ServiceFact:
    id: str
    name: str
    image: str
    replicas: int | None
    """`None` for a global service, which has one task per node."""
    networks: tuple[str, ...]
    """Ids or names, as the service has them."""
    ports: tuple[ServicePort, ...]
    labels: dict[str, str]

    @property
    def name_in_file(self) -> str:
        """Its name as the student wrote it: the one in the file if a stack created it."""
        return strip_stack_name(self.name, self.labels)


@dataclass(frozen=True)
class NoService:
    """No service has the expected name."""

    near: str = ""
    """The name of a service that may be meant."""
    is_misspelt: bool = False
    """True if it has almost the expected name."""


class _RawAttachment(msgspec.Struct, rename="pascal"):
    target: str = ""


class _RawContainer(msgspec.Struct, rename="pascal"):
    image: str = ""


class _RawTemplate(msgspec.Struct, rename="pascal"):
    container_spec: _RawContainer | None = None
    networks: list[_RawAttachment] | None = None


class _RawReplicated(msgspec.Struct, rename="pascal"):
    replicas: Int64 | None = None


class _RawMode(msgspec.Struct, rename="pascal"):
    replicated: _RawReplicated | None = None


class _RawSpec(msgspec.Struct, rename="pascal"):
    name: str
    task_template: _RawTemplate
    mode: _RawMode
    labels: dict[str, str] | None = None
    networks: list[_RawAttachment] | None = None
    """The place for engines before API 1.25."""


class _RawService(msgspec.Struct, rename="pascal"):
    spec: _RawSpec
    id: str = msgspec.field(name="ID")
    endpoint: RawServiceEndpoint | None = None


def find_service(service: Service, *, exact: bool = False) -> ServiceFact | NoService:
    """The service of that exact name, or of that name in a stack; otherwise one that may be meant.

    That is one of almost the right name, or the only one of the swarm if it has as many replicas or is published on the
    same port. With `judge_near_names` in the spec, it is found too, unless the name must be `exact`.
    """
    there = parse_services(service.machine.engine("/services"))
    found = next((one for one in there if one.name == service.name), None)
    found = found or next((one for one in there if one.name_in_file == service.name), None)
    if found:
        return found
    names = {one.name_in_file: one for one in there}
    near = names.get(match_names([service.name], names, _NEAR).get(service.name, ""))
    alone = there[0] if len(there) == 1 and _is_alike(there[0], service) else None
    meant = near or alone
    if meant and service.machine.spec.judge_near_names and not exact:
        return meant
    return NoService(meant.name if meant else "", is_misspelt=near is not None)


def _is_alike(fact: ServiceFact, wanted: Service) -> bool:
    return fact.replicas == wanted.wanted.replicas or any(port.published == wanted.port for port in fact.ports)


def parse_services(answer: Answer) -> tuple[ServiceFact, ...]:
    return tuple(_service(raw) for raw in decode(answer, list[_RawService], "GET /services"))


def _service(raw: _RawService) -> ServiceFact:
    spec = raw.spec
    container = spec.task_template.container_spec or _RawContainer()
    replicated = spec.mode.replicated
    return ServiceFact(
        id=raw.id,
        name=spec.name,
        image=container.image,
        replicas=(replicated.replicas or 0) if replicated else None,
        networks=tuple(one.target for one in spec.task_template.networks or spec.networks or ()),
        ports=parse_service_ports(raw.endpoint),
        labels=spec.labels or {},
    )
