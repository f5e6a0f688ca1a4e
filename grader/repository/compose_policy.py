"""A compose file against the allow-list, as it is written and as Compose understands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

# The kinds of value register themselves where they are written.
from grader.repository import compose_build, compose_ports  # noqa: F401
from grader.repository.compose_mounts import refuse_replaceable_sources
from grader.repository.compose_values import below, check_table
from grader.repository.read_yaml import YamlFault, read_yaml
from grader.repository.refusal import Place
from grader.repository.tree import Mapping, Node, Scalar

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.compose_scope import Scope

__all__ = ["check_tree", "read_compose"]


def read_compose(path: Path, name: str, scope: Scope) -> Node | None:
    """The tree of a compose file, known to the student as `name`; `None` where it cannot be read, and it says why."""
    with path.open("rb") as file:
        data = file.read(scope.policy.limits.yaml.bytes + 1)
    try:
        return read_yaml(data, scope.policy.limits.yaml)
    except YamlFault as fault:
        tell = scope.findings.refuse if fault.offence else scope.findings.invalid
        tell(fault.rule, Place(name, fault.line), **fault.values)
        return None


def check_tree(root: Node, name: str, scope: Scope) -> None:
    """Judges all of a compose file."""
    top = Place(name, root.line or None)
    if not isinstance(root, Mapping):
        scope.wrong_shape(top, "services:")
        return
    check_table(scope, root, top, "file")
    _check_totals(scope, root, top)
    _check_external_networks(scope, root, top)
    refuse_replaceable_sources(scope)


def _check_totals(scope: Scope, root: Mapping, top: Place) -> None:
    limits = scope.policy.limits
    services, place = next(((node, there) for key, node, there in below(root, top) if key == "services"), (None, top))
    if not isinstance(services, Mapping):
        scope.findings.invalid("no-services", top)
        return
    totals = {
        "too-many-services": (len(services.entries), limits.services),
        "too-many-ports": (scope.ports, limits.ports),
        "too-many-containers": (sum(_replicas(service) for _, service in services), limits.containers),
    }
    for rule, (seen, limit) in totals.items():
        if seen > limit:
            scope.findings.refuse(rule, place, seen=str(seen), limit=str(limit))


def _replicas(service: Node) -> int:
    if not isinstance(service, Mapping):
        return 0
    deploy = service.get("deploy")
    wanted = [service.get("scale"), deploy.get("replicas") if isinstance(deploy, Mapping) else None]
    numbers = [int(node.text) for node in wanted if isinstance(node, Scalar) and _is_count(node.text)]
    return max(numbers, default=1)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10  # longer ones are refused elsewhere


def _check_external_networks(scope: Scope, root: Mapping, top: Place) -> None:
    networks = root.get("networks")
    if not isinstance(networks, Mapping):
        return
    for key, network, place in below(networks, top.below("networks", networks.line or None)):
        external = network.get("external") if isinstance(network, Mapping) else None
        if external is None or (isinstance(external, Scalar) and external.text in {"false", "no"}):
            continue
        # `external: {name: …}` is how version 2 files wrote it.
        holders = [holder for holder in (external, network) if isinstance(holder, Mapping)]
        named = next((node for holder in holders if (node := holder.get("name")) is not None), None)
        name = named.text if isinstance(named, Scalar) else key
        if not scope.waits(name) and name not in scope.policy.engine.external_networks:
            scope.findings.refuse("external-network", place, seen=name)
